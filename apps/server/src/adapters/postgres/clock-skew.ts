import type { Skew } from './rows.ts';

/**
 * The difference between the clock of the database and ours, measured anew with every answer that tells the time there.
 *
 * The database read its clock at some time between question and answer. However long that took, as when this process was
 * halted meanwhile, a difference that is possible by it is kept. One of less than a tenth of a second is none: nothing here
 * is timed more closely.
 */
export class ClockSkew implements Skew {
  readonly #now: () => number;
  #aheadMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** To be called before the question is sent; gives what is to be told the answer. */
  ask(): (databaseMs: number) => void {
    const askedAtMs = this.#now();
    return (databaseMs) => {
      const [least, most] = [databaseMs - this.#now(), databaseMs - askedAtMs];
      // Our clock was set back meanwhile.
      if (least > most) return;
      const aheadMs = Math.min(Math.max(this.#aheadMs, least), most);
      this.#aheadMs = Math.abs(aheadMs) < NOTICED_MS ? 0 : Math.round(aheadMs);
    };
  }

  toStored(ms: number): number {
    return ms + this.#aheadMs;
  }

  toOurs(ms: number): number {
    return ms - this.#aheadMs;
  }
}

const NOTICED_MS = 100;

/** The time of the database in milliseconds, as a column. */
export const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS database_now';
