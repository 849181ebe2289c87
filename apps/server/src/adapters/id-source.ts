import { randomBytes } from 'node:crypto';
import type { Clock, IdSource } from '../ports.ts';

const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
/** 36^9 ms reach beyond the year 5000, so that ids of equal length sort by time. */
const timeDigits = 9;
const countDigits = 2;
const maxCount = 36 ** countDigits;
const processDigits = 5;

/**
 * Ids of 16 letters and digits: milliseconds (9, base 36), a counter within the millisecond (2), and a random mark of
 * this process (5) that keeps several processes on one store apart. They sort by the time of their making, also when
 * the system's clock is set back.
 *
 * @example new TimeOrderedIds(new SystemClock()).next() // '0mhtq3k1z00f8w2c'
 */
export class TimeOrderedIds implements IdSource {
  readonly #clock: Clock;
  readonly #mark: string;
  #ms = 0;
  #prefix = '';
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#mark = Array.from(randomBytes(processDigits), (octet) => digits[octet % 36]).join('');
  }

  next(): string {
    const nowMs = this.#clock.now();
    if (nowMs > this.#ms) this.#startAt(nowMs);
    // A full millisecond borrows from the next one.
    else if (++this.#count === maxCount) this.#startAt(this.#ms + 1);
    return this.#prefix + this.#count.toString(36).padStart(countDigits, '0') + this.#mark;
  }

  #startAt(ms: number): void {
    this.#ms = ms;
    this.#count = 0;
    this.#prefix = ms.toString(36).padStart(timeDigits, '0');
  }
}
