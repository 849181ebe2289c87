import { readMarks } from '../routing/mark.ts';
import { act, type ActingParts } from './control.ts';
import type { Pauses } from './pauses.ts';
import type { Queue } from './queue.ts';
import type { WaitingWork } from './work.ts';

/** What looking after mail that waits works with. */
export interface WaitingRoundsParts extends ActingParts {
  readonly pauses: Pick<Pauses, 'all'>;
  readonly queue: Pick<Queue, 'full'>;
  /** What is done for what waits there. */
  readonly work: WaitingWork;
  readonly trouble: (error: unknown) => void;
}

const EVERY_MS = 60_000;
/** Where very much waits, looking at all of it takes this share of the time at most. */
const SHARE = 1 / 20;
/** A round that comes so much too late: the machine slept, or the clock was set forward. */
const AWAY_MS = 5 * EVERY_MS;

/**
 * Looks after what waits for destinations that are paused, or have as much in hand as they may: it is due, and not claimed
 * for an attempt. The result ends it.
 */
export function startWaitingRounds({
  pauses,
  queue,
  work,
  trouble,
  ...acting
}: WaitingRoundsParts): () => Promise<void> {
  const { clock } = acting;
  let stopped = false;
  let running = Promise.resolve();
  let presentSinceMs = clock.now();
  let timer = wait(EVERY_MS);

  async function round(): Promise<void> {
    const full = queue.full().map((key) => readMarks(key).destination);
    let first: { readonly error: unknown } | undefined;
    for (const destination of new Set([...pauses.all().map((paused) => paused.destination), ...full])) {
      await act(
        acting,
        { destination },
        {
          isFor: (recipient, message) => !stopped && work.isDue(recipient, message, presentSinceMs),
          // One message that can't be settled keeps none of the others from it.
          run: (claim, some) =>
            work.run(claim, some, presentSinceMs).catch((error: unknown) => void (first ??= { error })),
        },
      );
    }
    if (first !== undefined) trouble(first.error);
  }

  function wait(ms: number): { cancel(): void } {
    const dueAtMs = clock.now() + ms;
    return clock.after(ms, () => {
      begin(dueAtMs);
    });
  }

  function begin(dueAtMs: number): void {
    const startMs = clock.now();
    if (startMs - dueAtMs > AWAY_MS) presentSinceMs = startMs;
    running = round()
      .catch(trouble)
      .then(() => {
        if (!stopped) timer = wait(Math.max(EVERY_MS, (clock.now() - startMs) / SHARE));
      });
  }

  return async () => {
    stopped = true;
    timer.cancel();
    await running;
  };
}
