import type { Clock } from '../ports.ts';

/** What patience depends on. */
export interface Watched {
  /** How long to wait for the client now; undefined while it waits for us. */
  readonly timeoutMs: number | undefined;
  /** Content that is coming in, and since when; undefined if none is, or we are what holds it up. */
  readonly content: { readonly sinceMs: number; readonly octets: number } | undefined;
}

/** How often to look while the client waits for us. */
const IDLE_MS = 60_000;

/** Content may come as slowly as it likes for a while; then it has to have come at some rate. */
const CONTENT_MS = 600_000;
const LEAST_OCTETS_PER_SECOND = 100;

/**
 * Looks after the time of one connection, with one timer however much is said: RFC 5321 §4.5.3.2.7. A message that
 * trickles in for ever would hold its connection for ever, though it keeps to every timeout.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #watched: () => Watched;
  readonly #lost: () => void;
  #activeMs: number;
  #timer: { cancel(): void } | undefined;

  /** @param lost called once, when patience is at its end */
  constructor(clock: Clock, watched: () => Watched, lost: () => void) {
    this.#clock = clock;
    this.#watched = watched;
    this.#lost = lost;
    this.#activeMs = clock.now();
    this.#watch();
  }

  /** The client did something, or was answered. */
  active(): void {
    this.#activeMs = this.#clock.now();
  }

  /** Calls `run` after a while, and looks no more. */
  last(delayMs: number, run: () => void): void {
    this.end();
    this.#timer = this.#clock.after(delayMs, run);
  }

  end(): void {
    this.#timer?.cancel();
  }

  #watch(): void {
    const nowMs = this.#clock.now();
    // The clock may have been set back.
    this.#activeMs = Math.min(this.#activeMs, nowMs);
    const waitMs = this.#activeMs + (this.#watched().timeoutMs ?? IDLE_MS) - nowMs;
    this.#timer = this.#clock.after(Math.max(1_000, waitMs), () => {
      if (this.#isLost(this.#watched())) this.#lost();
      else this.#watch();
    });
  }

  #isLost({ timeoutMs, content }: Watched): boolean {
    const nowMs = this.#clock.now();
    if (nowMs - this.#activeMs >= (timeoutMs ?? Infinity)) return true;
    if (content === undefined || nowMs - content.sinceMs < CONTENT_MS) return false;
    return content.octets * 1_000 < (nowMs - content.sinceMs) * LEAST_OCTETS_PER_SECOND;
  }
}
