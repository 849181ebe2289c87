/** What may go at once although the rate would have it spread. */
const burstMs = 1000;

/**
 * Spreads events evenly over time: not more than so many in a minute, but for a second's worth at once.
 *
 * @example
 * const rate = new Rate(60);
 * rate.count(0);
 * rate.count(0);
 * rate.nextAtMs(0); // 1000
 */
export class Rate {
  readonly #intervalMs: number;
  /** When all that was counted would have been due, one interval after the other. */
  #fullMs = -Infinity;
  /** How far ahead of the clock that can be. */
  #mostAheadMs = 0;

  constructor(perMinute: number) {
    this.#intervalMs = 60_000 / perMinute;
  }

  /** When the next one may be; not after `nowMs` if it may be now. */
  nextAtMs(nowMs: number): number {
    // Further ahead it is only if the clock was set back.
    if (this.#fullMs - nowMs > this.#mostAheadMs) this.#fullMs = nowMs;
    return Math.max(this.#fullMs - burstMs, nowMs);
  }

  /** `sharers`: how many do the same at the same rate, and may together not be faster. */
  count(nowMs: number, sharers = 1): void {
    this.#fullMs = Math.max(this.#fullMs, nowMs) + this.#intervalMs * sharers;
    // And one more for what rounding does.
    this.#mostAheadMs = burstMs + this.#intervalMs * sharers + 1;
  }
}
