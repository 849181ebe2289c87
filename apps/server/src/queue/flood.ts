/** Counts reports per sender in each minute. */
export interface Flood {
  /** Whether one more report may go to this reverse-path now; if so, it is counted. */
  admit(reversePath: string, nowMs: number): boolean;
}

/** The span in which reports are counted. */
export const FLOOD_SPAN_MS = 60_000;

/**
 * Makes the counter.
 *
 * @param most - Reports to one reverse-path in a minute; `Infinity` for no limit.
 */
export function makeFlood(most: number): Flood {
  let span = -1;
  let counts = new Map<string, number>();
  return {
    admit(reversePath, nowMs) {
      const current = Math.floor(nowMs / FLOOD_SPAN_MS);
      if (current !== span) {
        span = current;
        counts = new Map();
      }
      const count = counts.get(reversePath) ?? 0;
      if (count >= most) return false;
      counts.set(reversePath, count + 1);
      return true;
    },
  };
}
