import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { StoreError } from '../../ports.ts';

/** What a query can be asked of: a connection, in or outside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** Settings of {@link Connections}. */
export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  /** At most so many connections at once, that for notifications not counted. */
  readonly max: number;
  /** A statement that is not answered by then has failed: milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whatever is asked is found by an index. A plan that was kept since the tables were small would else read a queue that
   * has grown from end to end, until the database takes its statistics anew.
   */
  readonly byIndex?: boolean;
}

const names = new Map<string, string>();

/**
 * Asks with a statement that the connection prepares once: parsing and planning are saved. For a text that is the same each
 * time.
 */
export function prepared<Row extends pg.QueryResultRow>(
  client: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<pg.QueryResult<Row>> {
  const name = names.get(text) ?? `dsnd${names.size}`;
  names.set(text, name);
  return client.query<Row>({ name, text, values: [...values] });
}

/**
 * Connections to one database. A broken one is thrown away and the next call makes a new one, so that all goes on after a
 * failover. What went wrong is told as {@link StoreError}.
 */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #options: ConnectionOptions;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const settings = [
      // Whatever the database's default is: a commit that is reported stands on its disk.
      'synchronous_commit TO on',
      ...(options.byIndex === true ? ['seqscan', 'hashjoin', 'mergejoin'].map((way) => `enable_${way} TO off`) : []),
    ];
    this.#pool = new pg.Pool({
      ...clientOptions(options),
      Client: EndingClient,
      max: options.max,
      idleTimeoutMillis: 60_000,
      verify: (client, done) => {
        client.on('error', () => undefined);
        void applySettings(client, settings).then(() => done());
      },
    });
    // An idle connection that breaks is no trouble of anybody: the pool drops it.
    this.#pool.on('error', () => undefined);
  }

  /** Runs what needs no transaction, or is one by itself. */
  async run<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    return this.#with((client) => work(client));
  }

  /**
   * Runs a transaction at READ COMMITTED, again from the start if the database found it in conflict with another one: the
   * work must have no effects outside of it.
   */
  async transaction<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    return this.#untilNoConflict((client) => transact(client, work));
  }

  /** The same for work that is one statement, and so a transaction by itself. */
  async statement<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    return this.#untilNoConflict(work);
  }

  /** A connection for one caller: for migrations. */
  async exclusive<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#with(work);
  }

  /**
   * Hears notifications on a channel until the pool is closed. A connection that breaks is made again; an engine without
   * LISTEN is left alone. `heard` is also called after each new connection, as something may have been missed.
   */
  listen(channel: string, heard: () => void): { close(): Promise<void> } {
    let client: pg.Client | undefined;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const again = (): void => {
      if (ended || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void begin();
      }, LISTEN_AGAIN_MS);
      timer.unref();
    };
    const begin = async (): Promise<void> => {
      const next = new pg.Client(clientOptions(this.#options));
      client = next;
      next.on('error', () => undefined);
      next.on('end', again);
      next.on('notification', heard);
      try {
        await next.connect();
        await next.query(`LISTEN ${channel}`);
        heard();
      } catch (error) {
        await next.end().catch(() => undefined);
        if (!NOT_SUPPORTED.includes((error as { code?: string }).code ?? '')) again();
      }
    };
    void begin();
    return {
      close: async () => {
        ended = true;
        clearTimeout(timer);
        await client?.end().catch(() => undefined);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  async #untilNoConflict<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#with(work);
      } catch (error) {
        if (!(error instanceof StoreError) || !isConflict(error.cause) || attempt === CONFLICT_ATTEMPTS) throw error;
        // Who met once may meet again: not at the same time.
        await wait(Math.random() * Math.min(2 ** attempt, MOST_WAIT_MS));
      }
    }
  }

  async #with<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError('closed', 'The queue is closed');
    let client: pg.PoolClient | undefined;
    let broken: unknown;
    try {
      client = await this.#pool.connect();
      return await work(client);
    } catch (error) {
      broken = error;
      throw toStoreError(error);
    } finally {
      client?.release(isBroken(broken));
    }
  }
}

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** The driver leaves a connection open at which it could not log in: a process that ends by itself would wait for it. */
class EndingClient extends pg.Client {
  override connect(): Promise<pg.Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.Client> | undefined {
    if (callback === undefined) return super.connect();
    const told = callback as (error: Error | null) => void;
    super.connect((error: Error | null) => {
      if (error instanceof Error) void this.end().catch(() => undefined);
      told(error);
    });
    return undefined;
  }
}

const CONFLICT_ATTEMPTS = 20;
const MOST_WAIT_MS = 100;
const LISTEN_AGAIN_MS = 2_000;
/** feature_not_supported, and syntax_error where there is no such word. */
const NOT_SUPPORTED = ['0A000', '42601'];

/** An engine that knows no such word does without; a connection that breaks is found out by whoever uses it. */
async function applySettings(client: Queryable, settings: readonly string[]): Promise<void> {
  for (const setting of settings) await client.query(`SET ${setting}`).catch(() => undefined);
}

async function transact<T>(client: pg.PoolClient, work: (client: Queryable) => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // One that is broken is thrown away, and what it had begun goes with it: it would only be waited for once more.
    if (!isBroken(error)) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Eight-octet integers, which the driver gives as text by default, are times and counts: they fit into a number. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

function clientOptions({ url, timeoutMs }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    types,
    application_name: 'dsnd',
    connectionTimeoutMillis: Math.min(timeoutMs, 10_000),
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    keepAlive: true,
  };
}

/** serialization_failure and deadlock_detected: nothing was done, and trying again helps. */
function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes((error as { code?: string } | undefined)?.code ?? '');
}

/** An error that the server reported leaves the connection whole; anything else, or the server going, does not. */
function isBroken(error: unknown): boolean {
  if (error === undefined || error instanceof StoreError) return false;
  return !(error instanceof pg.DatabaseError) || (error.code ?? '').startsWith('57P');
}

/**
 * What no statement is to blame for passes by itself: a connection that does not come about or breaks, a server that is
 * ending or has become a standby (25006), transactions that got in each other's way again and again.
 */
function codeOf(error: unknown): StoreError['code'] {
  if (!(error instanceof pg.DatabaseError)) return 'away';
  const code = error.code ?? '';
  if (code === '53100') return 'full';
  return /^(08|25006|40|53|57P)/.test(code) ? 'away' : 'io';
}

/** What the driver says of a password that it has not. */
const NO_PASSWORD = 'client password must be a';

/** Says in our words what the database or the way to it reported, on one line. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError || error instanceof TypeError) return error as StoreError;
  const { code, message: words } = error as { readonly code?: string; readonly message?: string };
  const message =
    words?.includes(NO_PASSWORD) === true ? 'it asks for a password: PGPASSWORD or ~/.pgpass has none' : words;
  const reason = (message === undefined || message === '' ? (code ?? 'unknown trouble') : message).replaceAll(
    /\s+/g,
    ' ',
  );
  const failed = new StoreError(codeOf(error), `The store failed: ${reason}`);
  failed.cause = error;
  return failed;
}
