import Queue from 'yocto-queue';
import type { Clock } from '../ports.ts';

/** So long is worked in one turn of the event loop: clients wait for a reply no longer than that on its account. */
const SLICE_MS = 2;

/** And no more pieces of work, in case the clock is set back meanwhile. */
const MOST_IN_SLICE = 16;

/**
 * Each client that waits has as much time as a slice took before the next one begins, and all together have so many times
 * as much at most: the work goes on however many they are. To claim, store and send a report takes some three times what
 * is done in a slice, so that about a quarter of all is left to reports then.
 */
const MOST_TIMES = 16;

/** A slice that took longer, by what the clock shows, is not made up for. */
const MOST_MADE_UP_MS = 50;

/** Does a piece of work when its turn comes. Rejects with what it throws. */
export type Turns = <Result>(work: () => Result) => Promise<Result>;

/**
 * Makes a gate for work that keeps the processor busy and that nobody waits for: what waits is done in its order, in short
 * slices, between which whatever else happens has its turn. What comes alone is done at once.
 *
 * @param clients - How many clients wait for us; without it nobody does.
 */
export function makeTurns(clock: Clock, clients: () => number = () => 0): Turns {
  const waiting = new Queue<() => void>();
  let isOpen = true;

  /** Gives how long it took. */
  function slice(): number {
    const begunMs = clock.now();
    let tookMs = 0;
    for (let left = Math.min(waiting.size, MOST_IN_SLICE); left > 0 && tookMs < SLICE_MS; left--) {
      waiting.dequeue()?.();
      tookMs = clock.now() - begunMs;
    }
    // The clock shows whole milliseconds, and may be set meanwhile.
    return Math.min(Math.max(tookMs, 1), MOST_MADE_UP_MS);
  }

  function next(): void {
    if (waiting.size === 0) {
      isOpen = true;
      return;
    }
    const tookMs = slice();
    clock.after(tookMs * Math.min(clients(), MOST_TIMES), next);
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.enqueue(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      if (!isOpen) return;
      isOpen = false;
      next();
    });
}
