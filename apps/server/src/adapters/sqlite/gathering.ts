import type { Operation } from './messages.ts';

/** How long an operation waits for company, and how many are company enough. */
const companyMs = 2;
const company = 32;

/** What a {@link Gathering} sees of the event loop. `T` is a timer. */
export interface Loop<T> {
  /** Milliseconds since any moment, never going back. */
  nowMs(): number;
  /** How many events of sockets and the like the loop has handled so far. */
  events(): number;
  /** Calls `run` once the events that are there have been handled. */
  nextTurn(run: () => void): void;
  after(delayMs: number, run: () => void): T;
  cancel(timer: T | undefined): void;
}

/** The event loop of this thread. */
export const threadLoop: Loop<NodeJS.Timeout> = {
  nowMs: () => performance.now(),
  events: () => performance.nodeTiming.uvMetricsInfo.events,
  nextTurn: setImmediate,
  after: (delayMs, run) => setTimeout(run, delayMs),
  cancel: clearTimeout,
};

/** Decides which operations share a transaction: it says when those go that have been asked for since the last ones went. */
export class Gathering<T> {
  readonly #loop: Loop<T>;
  readonly #go: () => void;
  /** How many wait. */
  #waiting = 0;
  /** They go soon: the next turns of the event loop show when. */
  #leaving = false;
  #timer: T | undefined;
  /** When the last message came in. */
  #acceptedAtMs = -Infinity;
  /** What the loop had handled when we last looked, and how long we go on looking. */
  #events = 0;
  #untilMs = 0;

  constructor(loop: Loop<T>, go: () => void) {
    this.#loop = loop;
    this.#go = go;
  }

  /**
   * One more operation is asked for.
   *
   * While messages come in, a settlement waits a moment for the next acceptance: nobody waits for it but a worker that
   * is done, and a transaction that both share saves a sync for which a client would wait.
   */
  add(kind: Operation['kind']): void {
    this.#waiting += 1;
    if (this.#leaving) return;
    const nowMs = this.#loop.nowMs();
    if (kind === 'accept' || kind === 'accept-held') this.#acceptedAtMs = nowMs;
    if ((kind === 'done' || kind === 'settle') && nowMs - this.#acceptedAtMs < companyMs && this.#waiting < company) {
      this.#timer ??= this.#loop.after(companyMs, this.#leave);
      return;
    }
    this.#leaving = true;
    // What waits for company has it now.
    this.#loop.cancel(this.#timer);
    this.#events = this.#loop.events();
    this.#untilMs = nowMs + companyMs;
    this.#loop.nextTurn(this.#look);
  }

  /**
   * As long as the sockets have something to say, more messages may be on their way: they share the transaction. Who
   * waits loses nothing by it, since this thread is busy meanwhile; as soon as it is not, everything goes.
   */
  readonly #look = (): void => {
    const events = this.#loop.events();
    if (events === this.#events || this.#waiting >= company || this.#loop.nowMs() >= this.#untilMs) this.#leave();
    else {
      this.#events = events;
      this.#loop.nextTurn(this.#look);
    }
  };

  readonly #leave = (): void => {
    this.#timer = undefined;
    this.#leaving = false;
    this.#waiting = 0;
    this.#go();
  };
}
