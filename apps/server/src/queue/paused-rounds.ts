import { act, type ActingParts } from './control.ts';
import type { Pauses } from './pauses.ts';
import type { PausedWork } from './work.ts';

/** What looking after paused destinations works with. */
export interface PausedRoundsParts extends ActingParts {
  readonly pauses: Pick<Pauses, 'all'>;
  /** What is done for what waits there. */
  readonly work: PausedWork;
  readonly trouble: (error: unknown) => void;
}

const EVERY_MS = 60_000;
/** Where very much waits, looking at all of it takes this share of the time at most. */
const SHARE = 1 / 20;

/** Looks after what waits for paused destinations, which is never claimed for an attempt. The result ends it. */
export function startPausedRounds({ pauses, work, trouble, ...acting }: PausedRoundsParts): () => Promise<void> {
  const { clock } = acting;
  let stopped = false;
  let running = Promise.resolve();
  let timer = clock.after(EVERY_MS, begin);

  async function round(): Promise<void> {
    for (const { destination } of pauses.all()) {
      await act(acting, { destination }, { ...work, isFor: (...each) => !stopped && work.isDue(...each) });
    }
  }

  function begin(): void {
    const startMs = clock.now();
    running = round()
      .catch(trouble)
      .then(() => {
        if (!stopped) timer = clock.after(Math.max(EVERY_MS, (clock.now() - startMs) / SHARE), begin);
      });
  }

  return async () => {
    stopped = true;
    timer.cancel();
    await running;
  };
}
