import type { SuppressionRecord, SuppressionStore } from '../../ports.ts';
import { Connections, type Queryable } from './connections.ts';

/** Opens the suppression list beside the queue, one for all nodes. The queue has made the table. */
export function openPostgresSuppression(url: string): SuppressionStore {
  return new PostgresSuppression(new Connections({ url, max: 2, timeoutMs: 30_000 }));
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
  #seen = 0;
  /** The numbers that were read, of those that are read again. */
  #known: ReadonlySet<number> = new Set();

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async all(): Promise<readonly SuppressionRecord[]> {
    const rows = await this.#connections.run((client) => this.#since(client, -1));
    return rows.flatMap(({ record }) => (record === null ? [] : [JSON.parse(record) as SuppressionRecord]));
  }

  async changes(): ReturnType<NonNullable<SuppressionStore['changes']>> {
    const before = this.#known;
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
