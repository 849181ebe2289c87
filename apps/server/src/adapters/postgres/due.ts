import type { ClockSkew } from './clock-skew.ts';
import { prepared, type Queryable } from './connections.ts';
import type { RecipientRow } from './rows.ts';

/** A row that may be claimed. */
export interface Candidate extends RecipientRow {
  readonly seq: number;
}

/** The columns of {@link Candidate}. */
export const RECIPIENTS =
  'r.message, r.n, r.seq, r.destination, r.due_at, r.retry_at, r.address, r.parameters, r.shown_as, r.attempts, ' +
  'r.delay_reported, r.last_failure';

/** A place in the order of what is due. */
interface Place {
  readonly readyAt: number;
  readonly seq: number;
}

/** Before `from` stood nothing but what is left out. */
interface Passed {
  readonly from: Place;
  readonly except: readonly string[];
  readonly atMs: number;
}

/**
 * Reads what is due in its order. A destination that is left out may have very many rows there, all of which had to be passed
 * over each time: where they end is remembered for some seconds. What is set back into the past meanwhile, as when another
 * node gives up a claim, is found when those are over; rows that become due come behind.
 */
export class DueRows {
  readonly #skew: ClockSkew;
  readonly #now: () => number;
  #passed: Passed | undefined;

  constructor(skew: ClockSkew, now: () => number) {
    this.#skew = skew;
    this.#now = now;
  }

  /** Something was set back into the past. */
  forget(): void {
    this.#passed = undefined;
  }

  /** Locks the first rows that are due; those that somebody else has locked are passed over. To be run in a transaction. */
  async head(
    client: Queryable,
    nowMs: number,
    except: readonly string[],
    limit: number,
  ): Promise<{ readonly rows: Candidate[]; readonly isCut: boolean }> {
    const now = this.#skew.toStored(nowMs);
    const from = this.#from(except);
    const begun = performance.now();
    // Planned anew each time: how much is due decides about the way.
    const { rows } = await client.query<Candidate & { ready_at: number }>(
      `SELECT ${RECIPIENTS}, r.ready_at FROM dsnkit_recipient r
       WHERE r.ready_at <= $1 AND (r.ready_at, r.seq) >= ($2::bigint, $3::bigint) AND r.destination <> ALL($4::text[])
       ORDER BY r.ready_at, r.seq LIMIT $5 FOR UPDATE SKIP LOCKED`,
      [now, from.readyAt, from.seq, except, limit],
    );
    if (except.length > 0 && from === START && performance.now() - begun > SLOW_MS) {
      const [first] = rows;
      const end = first === undefined ? { readyAt: now, seq: 0 } : { readyAt: first.ready_at, seq: first.seq };
      await this.#remember(client, end, except);
    }
    const [due, early] = [rows.filter((row) => row.due_at <= now), rows.filter((row) => row.due_at > now)];
    if (early.length > 0) await free(client, early);
    return { rows: due, isCut: rows.length === limit };
  }

  /** When the first row becomes due, by our clock. */
  async nextMs(client: Queryable, except: readonly string[]): Promise<number | undefined> {
    const from = this.#from(except);
    const { rows } = await client.query<{ ready_at: number }>(
      `SELECT ready_at FROM dsnkit_recipient
       WHERE (ready_at, seq) >= ($1::bigint, $2::bigint) AND destination <> ALL($3::text[]) ORDER BY ready_at, seq LIMIT 1`,
      [from.readyAt, from.seq, except],
    );
    const next = rows[0]?.ready_at;
    return next === undefined ? undefined : this.#skew.toOurs(next);
  }

  #from(except: readonly string[]): Place {
    const passed = this.#passed;
    if (passed === undefined || this.#now() - passed.atMs > REMEMBERED_MS) return START;
    return passed.except.every((destination) => except.includes(destination)) ? passed.from : START;
  }

  /** Only if it is a crowd: a busy machine makes everything slow. */
  async #remember(client: Queryable, from: Place, except: readonly string[]): Promise<void> {
    const { rows } = await prepared<{ count: number }>(
      client,
      `SELECT count(*) AS count FROM (
         SELECT 1 FROM dsnkit_recipient WHERE (ready_at, seq) < ($1::bigint, $2::bigint) ORDER BY ready_at, seq LIMIT ${CROWD}
       ) c`,
      [from.readyAt, from.seq],
    );
    if (rows[0]?.count === CROWD) this.#passed = { from, except: [...except], atMs: this.#now() };
  }
}

/**
 * What an operator had claimed before its time, and did not give back: it waits on until it is due, held recipients for
 * an operator.
 */
async function free(client: Queryable, rows: readonly Candidate[]): Promise<void> {
  await prepared(
    client,
    `UPDATE dsnkit_recipient r SET ready_at = r.due_at, token = NULL, node = NULL
     FROM unnest($1::text[], $2::int[]) AS e(message, n) WHERE r.message = e.message AND r.n = e.n`,
    [rows.map(({ message }) => message), rows.map(({ n }) => n)],
  );
}

const START: Place = { readyAt: -Number.MAX_SAFE_INTEGER, seq: 0 };
const REMEMBERED_MS = 5_000;
const SLOW_MS = 5;
const CROWD = 5_000;
