import type { Clock, WebhookState } from '../ports.ts';
import { backoffMs, isRefusal, mustWait } from './backoff.ts';

/** So many failures in a row are the receiver's, not an event's. */
const DOWN = 3;

/** What a receiver has answered so far, and what that means for the next attempt. */
export class Receiver {
  readonly #clock: Clock;
  readonly #random: () => number;
  #delivered = 0;
  #failedAttempts = 0;
  /** In a row; what it refused does not count, since it was there to refuse it. */
  #failures = 0;
  #notBeforeMs = 0;
  #lastSuccessMs: number | undefined;
  #lastFailure: string | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** From now on there is one attempt at a time, and a growing time between them. */
  get isDown(): boolean {
    return this.#failures >= DOWN;
  }

  /** It is left alone until then. */
  get notBeforeMs(): number {
    return this.#notBeforeMs;
  }

  /** What was wrong with the last attempt; undefined if nothing was. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** Whether it has to be left alone now. */
  mustRest(nowMs: number): boolean {
    return mustWait(this.#notBeforeMs, nowMs);
  }

  /** Whether it has taken anything at or after that moment. */
  hasTakenSince(ms: number): boolean {
    return this.#lastSuccessMs !== undefined && this.#lastSuccessMs >= ms;
  }

  took(): void {
    this.startAfresh();
    this.#delivered += 1;
    this.#lastSuccessMs = this.#clock.now();
    this.#lastFailure = undefined;
  }

  failed(problem: string, status: number | undefined): void {
    this.#failedAttempts += 1;
    this.#lastFailure = problem;
    if (!isRefusal(status)) this.#failures += 1;
    if (this.isDown) this.#notBeforeMs = this.#clock.now() + backoffMs(this.#failures - DOWN + 1, this.#random());
  }

  /** Forgets failures: there may be another behind the URL now. */
  startAfresh(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
  }

  state(): Pick<WebhookState, 'delivered' | 'failedAttempts' | 'lastSuccessMs' | 'lastFailure'> {
    return {
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
      ...(this.#lastSuccessMs === undefined ? {} : { lastSuccessMs: this.#lastSuccessMs }),
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }
}
