import pg from 'pg';

/** What a database did, for each message. */
export interface Counted {
  /** Transactions that wrote. */
  readonly commits: number;
  readonly walOctets: number;
}

/**
 * Counts what a database writes. The place in the log and the number of the next transaction are exact at once, where the
 * views of statistics lag behind.
 */
export class DatabaseCounters {
  readonly #client: pg.Client;
  #before = { transactions: 0, walOctets: 0 };

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<DatabaseCounters> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new DatabaseCounters(client);
  }

  async version(): Promise<string> {
    const { rows } = await this.#client.query<{ version: string }>("SELECT split_part(version(), ' ', 2) AS version");
    return `PostgreSQL ${rows[0]?.version ?? ''}`;
  }

  async begin(): Promise<void> {
    this.#before = await this.#now();
  }

  async end(messages: number): Promise<Counted> {
    const now = await this.#now();
    return {
      commits: (now.transactions - this.#before.transactions) / messages,
      walOctets: (now.walOctets - this.#before.walOctets) / messages,
    };
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  async #now(): Promise<{ transactions: number; walOctets: number }> {
    const { rows } = await this.#client.query<{ transactions: string; wal: string }>(
      `SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS transactions,
         (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text AS wal`,
    );
    return { transactions: Number(rows[0]?.transactions ?? 0), walOctets: Number(rows[0]?.wal ?? 0) };
  }
}
