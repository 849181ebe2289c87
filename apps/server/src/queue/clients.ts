import type { Clock } from '../ports.ts';

/** Clients send in step with each other, since the store answers many at once: for a moment nobody waits, then all do. */
const WINDOW_MS = 50;

/** Counts the clients that wait for a message of theirs to be stored. */
export interface WaitingClients {
  /** One more waits until the promise is settled. */
  during<Result>(stored: Promise<Result>): Promise<Result>;
  /** How many waited at once of late: the most within the last {@link WINDOW_MS} to twice as long. */
  recent(): number;
}

/** Makes the counter. */
export function makeWaitingClients(clock: Pick<Clock, 'now'>): WaitingClients {
  let waiting = 0;
  let most = 0;
  let mostBefore = 0;
  let sinceMs = clock.now();

  function look(): void {
    const nowMs = clock.now();
    const passedMs = nowMs - sinceMs;
    if (passedMs >= 0 && passedMs < WINDOW_MS) return;
    mostBefore = passedMs >= 0 && passedMs < 2 * WINDOW_MS ? most : waiting;
    most = waiting;
    sinceMs = nowMs;
  }

  return {
    async during(stored) {
      look();
      waiting += 1;
      most = Math.max(most, waiting);
      try {
        return await stored;
      } finally {
        look();
        waiting -= 1;
      }
    },
    recent() {
      look();
      return Math.max(most, mostBefore);
    },
  };
}
