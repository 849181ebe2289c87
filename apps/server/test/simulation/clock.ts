import type { Clock } from '../../src/ports.ts';

interface Timer {
  atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * A clock whose time stands still until the test moves it. Timers run one at a time, in order; after each one every
 * promise that can settle does so before time goes on. Work outside the simulation (a worker thread, a file) is waited
 * for if it was given to {@link SimulatedClock.track} or {@link SimulatedClock.tracked}.
 *
 * @example
 *   const clock = new SimulatedClock();
 *   clock.after(1000, () => console.log('a second'));
 *   await clock.advance(1000);
 */
export class SimulatedClock implements Clock {
  #nowMs: number;
  #order = 0;
  #pending = 0;
  readonly #timers: Timer[] = [];

  /** @param startMs where time starts; by default the date of RFC 3461's examples */
  constructor(startMs: number = Date.UTC(1994, 6, 7, 21, 3, 0)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    let low = 0;
    let high = this.#timers.length;
    // Latest first, so that the next one is taken off the end.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(timer, this.#timers[middle]!)) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return {
      cancel: () => {
        const index = this.#timers.indexOf(timer);
        if (index >= 0) this.#timers.splice(index, 1);
      },
    };
  }

  /** Sets the clock forward, or back: timers run after the time that they had left, as those of a machine do. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) timer.atMs += ms;
  }

  /** When the next timer runs; undefined if there is none. */
  nextTimerAtMs(): number | undefined {
    return this.#timers.at(-1)?.atMs;
  }

  /** Time does not go on while this promise is pending. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#pending++;
    const done = () => {
      this.#pending--;
    };
    promise.then(done, done);
    return promise;
  }

  /** The same object, each promise that its methods return being tracked. */
  tracked<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name, object);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, object, args);
          return result instanceof Promise ? this.track(result) : result;
        };
      },
    });
  }

  /** Lets every promise settle that can, without moving time. */
  async settle(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#pending > 0);
  }

  /** Moves time on by `ms`, running what falls due. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    while ((this.nextTimerAtMs() ?? Infinity) <= untilMs) await this.#step();
    this.#nowMs = untilMs;
  }

  /**
   * Runs timers until `done()` holds. Rejects when no timer is left or time would pass the limit.
   *
   * @param limitMs how far time may go, 30 days by default
   */
  async runUntil(done: () => boolean, limitMs: number = 30 * 86_400_000): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await this.settle();
    while (!done()) {
      const nextMs = this.nextTimerAtMs();
      if (nextMs === undefined) throw new Error('The simulation came to rest before the condition held.');
      if (nextMs > untilMs) throw new Error(`The condition did not hold within ${limitMs} ms of simulated time.`);
      await this.#step();
    }
  }

  /** Runs timers until none is left within the limit (30 days by default); time stays at the last one that ran. */
  async runUntilIdle(limitMs: number = 30 * 86_400_000): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await this.settle();
    while ((this.nextTimerAtMs() ?? Infinity) <= untilMs) await this.#step();
  }

  /** Runs time on until the promise settles and gives what it gave. */
  async during<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    await this.runUntil(() => settled, limitMs);
    return promise;
  }

  async #step(): Promise<void> {
    const timer = this.#timers.pop();
    if (timer === undefined) return;
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.run();
    await this.settle();
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
