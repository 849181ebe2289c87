/** Says what SIGHUP does from now on; one that came before does it at once. */
export type OnHangUp = (reload: () => void) => void;

/**
 * Takes SIGHUP from the start on: without a listener it would end the process. What comes before there is anything to
 * reload waits for it, since the file may have been read by then.
 */
export function keepHangUps(): OnHangUp {
  let isOwed = false;
  let hangUp = (): void => {
    isOwed = true;
  };
  process.on('SIGHUP', () => hangUp());
  return (reload) => {
    hangUp = reload;
    if (isOwed) reload();
  };
}
