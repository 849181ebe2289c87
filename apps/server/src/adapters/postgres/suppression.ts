import type { SuppressionRecord, SuppressionStore } from '../../ports.ts';
import { Connections, type Queryable } from './connections.ts';

/** Opens the suppression list beside the queue, one for all nodes. The queue has made the table. */
export function openPostgresSuppression(
  url: string,
  marks: Marks = { kept: 100_000, lookEvery: 1_000 },
): SuppressionStore {
  return new PostgresSuppression(new Connections({ url, max: 2, timeoutMs: 30_000 }), marks);
}

/** Addresses that are gone stay as marks, so that other nodes see them go. */
interface Marks {
  /** Those of so many last changes stay; a node that has slept through more reads the whole list. More than {@link LATE}. */
  readonly kept: number;
  /** After so many removals by this node those before are looked for. */
  readonly lookEvery: number;
}

interface Row {
  readonly address: string;
  readonly record: string | null;
  readonly changed: number;
}

/** So many changes are looked through again: one that was numbered before them may have been committed after. */
const LATE = 1_000;

class PostgresSuppression implements SuppressionStore {
  readonly #connections: Connections;
  readonly #marks: Marks;
  #seen = 0;
  /** The number of the last change when it was last looked. */
  #lookedAt = 0;
  /** Since marks were looked for the last time. */
  #removed = 0;
  /** The numbers that were read, of those that are read again. */
  #known: ReadonlySet<number> = new Set();

  constructor(connections: Connections, marks: Marks) {
    this.#connections = connections;
    this.#marks = marks;
  }

  async all(): Promise<readonly SuppressionRecord[]> {
    this.#lookedAt = await this.#connections.run(lastChange);
    const rows = await this.#connections.run((client) => this.#since(client, -1));
    return rows.flatMap(({ record }) => (record === null ? [] : [JSON.parse(record) as SuppressionRecord]));
  }

  async changes(): ReturnType<NonNullable<SuppressionStore['changes']>> {
    const before = this.#known;
    const last = await this.#connections.run(lastChange);
    if (last - this.#lookedAt > this.#marks.kept - LATE) return { put: await this.all(), removed: [], isWhole: true };
    this.#lookedAt = last;
    const read = await this.#connections.run((client) => this.#since(client, this.#seen - LATE));
    const rows = read.filter(({ changed }) => !before.has(changed));
    return {
      put: rows.flatMap(({ record }) => (record === null ? [] : [JSON.parse(record) as SuppressionRecord])),
      removed: rows.flatMap(({ address, record }) => (record === null ? [address] : [])),
    };
  }

  async change(put: readonly SuppressionRecord[], remove: readonly string[]): Promise<void> {
    const rows = [
      ...put.map((record) => ({ address: record.address, record: JSON.stringify(record) })),
      ...remove.map((address) => ({ address, record: null })),
    ];
    await this.#connections.transaction((client) =>
      client.query(
        `INSERT INTO dsnkit_suppression (address, record)
         SELECT DISTINCT ON (address) address, record FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS r(address, record, place)
         ORDER BY address, place DESC
         ON CONFLICT (address) DO UPDATE SET record = excluded.record, changed = excluded.changed`,
        [rows.map(({ address }) => address), rows.map(({ record }) => record)],
      ),
    );
    this.#removed += remove.length;
    if (this.#removed < this.#marks.lookEvery) return;
    this.#removed = 0;
    await this.#connections.run(async (client) =>
      client.query('DELETE FROM dsnkit_suppression WHERE record IS NULL AND changed <= $1', [
        (await lastChange(client)) - this.#marks.kept,
      ]),
    );
  }

  async forget(records: readonly SuppressionRecord[]): Promise<void> {
    await this.#connections.run((client) =>
      client.query(
        `DELETE FROM dsnkit_suppression s USING unnest($1::text[], $2::text[]) AS gone(address, record)
         WHERE s.address = gone.address AND s.record = gone.record`,
        [records.map(({ address }) => address), records.map((record) => JSON.stringify(record))],
      ),
    );
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #since(client: Queryable, changed: number): Promise<readonly Row[]> {
    const { rows } = await client.query<Row>(
      'SELECT address, record, changed FROM dsnkit_suppression WHERE changed > $1 ORDER BY changed',
      [changed],
    );
    this.#seen = Math.max(this.#seen, rows.at(-1)?.changed ?? 0);
    this.#known = new Set(rows.map((row) => row.changed).filter((each) => each > this.#seen - LATE));
    return rows;
  }
}

/** The number of the last change, whether its row is there or not. */
async function lastChange(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ readonly last: number | null }>(
    "SELECT pg_sequence_last_value(pg_get_serial_sequence('dsnkit_suppression', 'changed')::regclass) AS last",
    [],
  );
  return rows[0]?.last ?? 0;
}
