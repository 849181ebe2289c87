import type { Skew } from './rows.ts';

/**
 * The difference between the clock of the database and ours, measured anew with every answer that tells the time there.
 *
 * A difference of less than a tenth of a second is none: it is the way of the answer as much as the clocks, and nothing here
 * is timed more closely.
 */
export class ClockSkew implements Skew {
  readonly #now: () => number;
  #aheadMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The database said that it is `databaseMs`, just now. */
  measured(databaseMs: number): void {
    const aheadMs = Math.round(databaseMs - this.#now());
    if (Math.abs(aheadMs - this.#aheadMs) >= NOTICED_MS) this.#aheadMs = Math.abs(aheadMs) < NOTICED_MS ? 0 : aheadMs;
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
