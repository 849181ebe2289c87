import type { Claim, Clock } from '../ports.ts';

/** Claims that are due at the same time come one after the other: after this long without another one all are there. */
const QUIET_MS = 1_000;

/** More are not kept waiting. */
const MOST_CLAIMS = 500;

/**
 * Collects claims that belong together, and works them off as one.
 *
 * @returns takes one claim; resolves when it is worked off
 */
export function makeGatherer(
  clock: Clock,
  work: (claims: readonly Claim[]) => Promise<void>,
): (claim: Claim) => Promise<void> {
  let gathered: { readonly claim: Claim; readonly resolve: () => void }[] = [];
  let timer: { cancel(): void } | undefined;

  function begin(): void {
    timer?.cancel();
    timer = undefined;
    const batch = gathered;
    gathered = [];
    void work(batch.map(({ claim }) => claim)).finally(() => batch.forEach(({ resolve }) => resolve()));
  }

  return (claim) =>
    new Promise((resolve) => {
      gathered.push({ claim, resolve });
      timer?.cancel();
      if (gathered.length >= MOST_CLAIMS) begin();
      else timer = clock.after(QUIET_MS, begin);
    });
}
