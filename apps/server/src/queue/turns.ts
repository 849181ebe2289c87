import type { Clock } from '../ports.ts';

/** So long is worked in one turn of the event loop: clients wait for a reply no longer than that on its account. */
const SLICE_MS = 2;

/** And no more pieces of work, in case the clock is set back meanwhile. */
const MOST_IN_SLICE = 64;

/** Does a piece of work when its turn comes. Rejects with what it throws. */
export type Turns = <Result>(work: () => Result) => Promise<Result>;

/**
 * Makes a gate for work that keeps the processor busy: what waits is done in its order, in short slices, between which
 * whatever else happens has its turn. What comes alone is done at once.
 */
export function makeTurns(clock: Clock): Turns {
  let waiting: (() => void)[] = [];
  /** Position among them: they are not moved for each one. */
  let first = 0;
  let isOpen = true;

  function slice(): void {
    const untilMs = clock.now() + SLICE_MS;
    const end = Math.min(waiting.length, first + MOST_IN_SLICE);
    while (first < end) {
      waiting[first++]?.();
      if (clock.now() >= untilMs) break;
    }
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    }
  }

  function next(): void {
    if (waiting.length === 0) {
      isOpen = true;
      return;
    }
    slice();
    clock.after(0, next);
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(() => {
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
