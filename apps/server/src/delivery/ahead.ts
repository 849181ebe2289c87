/** Whether a time that was set at most so far ahead is still to come: further off it is only if the clock was set back. */
export function isAhead(atMs: number, spanMs: number, nowMs: number): boolean {
  return nowMs < atMs && atMs - nowMs <= spanMs;
}
