import { randomUUID } from 'node:crypto';
import type { Content, MailEvent } from '../../model.ts';
import { StoreError } from '../../ports.ts';
import type {
  Claim,
  Cluster,
  FoundMessages,
  Lease,
  NewMessage,
  ObjectStore,
  PausedDestination,
  QueueOperations,
  QueueStore,
  Settlement,
  Spool,
  StoredDestination,
  StoredMessage,
} from '../../ports.ts';
import { join } from '../../queue/content.ts';
import { Bodies } from './bodies.ts';
import { claimDue } from './claims.ts';
import { ClockSkew, DATABASE_NOW } from './clock-skew.ts';
import { PostgresCluster } from './cluster.ts';
import { Connections, prepared, type Queryable } from './connections.ts';
import { DueRows } from './due.ts';
import { Groups } from './groups.ts';
import { PostgresJournal } from './journal.ts';
import { ObjectBodies } from './object-bodies.ts';
import {
  claimOne,
  findMessage,
  listDestinations,
  listMessages,
  pausedDestinations,
  searchMessages,
} from './operations.ts';
import { migrate } from './schema.ts';
import { applyWrites, isOneStatement, type Write } from './writes.ts';

/** Settings of {@link openPostgresQueueStore}. */
export interface PostgresQueueOptions {
  /** The name of this node: no two that run have the same. What it held when it ended is free when it begins again. */
  readonly node: string;
  /** Milliseconds since 1970; {@link Date.now} by default. */
  readonly now?: () => number;
  /** Content up to this size is stored with its message, larger one while it comes in. Default 262 144. */
  readonly inlineMaxOctets?: number;
  /** Connections to the database. Default 8. */
  readonly connections?: number;
  /** A statement that takes longer has failed. Default 30 000. */
  readonly timeoutMs?: number;
  /** Where contents lie that are larger than that. Default: in the database. */
  readonly objects?: ObjectStore;
  /** Told what went wrong beside any call. */
  readonly trouble?: (error: unknown) => void;
}

/**
 * Opens the queue in a database that several nodes share: PostgreSQL 14 or later, or an engine that speaks its language.
 * Makes or upgrades the tables where that is needed. Calls that come while a transaction is under way share the next.
 *
 * @throws {StoreError} 'io' if the database can't be reached or refuses, 'corrupt' if its schema is too new
 * @example
 * const store = await openPostgresQueueStore('postgres://dsnd@db.example/queue', { node: 'mx1' });
 */
export async function openPostgresQueueStore(url: string, options: PostgresQueueOptions): Promise<QueueStore> {
  const { connections: max = 8, timeoutMs = 30_000 } = options;
  const connections = new Connections({ url, max, timeoutMs, byIndex: true });
  const store = new PostgresQueueStore(connections, options);
  try {
    await connections.exclusive((client) => migrate(client));
    await store.begin();
  } catch (error) {
    await connections.close();
    throw error;
  }
  return store;
}

class PostgresQueueStore implements QueueStore {
  readonly inlineMaxOctets: number;
  readonly journal: PostgresJournal;
  #cluster: PostgresCluster | undefined;
  readonly #node: string;
  readonly #incarnation = randomUUID();
  readonly #connections: Connections;
  readonly #options: PostgresQueueOptions;
  readonly #skew: ClockSkew;
  readonly #due: DueRows;
  readonly #objects: ObjectBodies | undefined;
  readonly #bodies: Bodies;
  /** Contents of messages that were put into the bucket. */
  readonly #put = new WeakMap<NewMessage, NewMessage['content']>();
  readonly #groups: Groups<Write>;
  #claiming: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connections: Connections, options: PostgresQueueOptions) {
    const { node, now = Date.now, inlineMaxOctets = 262_144 } = options;
    this.#options = options;
    this.inlineMaxOctets = inlineMaxOctets;
    this.#node = node;
    this.#connections = connections;
    this.journal = new PostgresJournal(connections, node);
    this.#skew = new ClockSkew(now);
    this.#due = new DueRows(this.#skew, now);
    this.#objects = options.objects && new ObjectBodies(options.objects);
    this.#bodies = new Bodies(connections, () => `spool-${randomUUID()}`, this.#objects);
    this.#groups = new Groups(
      (writes) => this.#apply(writes),
      { lanes: WRITERS, jobs: GROUP_JOBS },
      // The database refused a value; trouble with the database itself is everybody's.
      (error) => error instanceof StoreError && isValueFault(error.cause),
    );
  }

  /** Takes the name of this node: what an earlier process held under it is free. */
  async begin(): Promise<void> {
    await this.#connections.transaction(async (client) => {
      const told = this.#skew.ask();
      const { rows } = await client.query<{ database_now: number }>(
        `INSERT INTO dsnkit_node (name, incarnation, seen_at)
         VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
         ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, seen_at = excluded.seen_at
         RETURNING ${DATABASE_NOW}`,
        [this.#node, this.#incarnation],
      );
      const now = rows[0]?.database_now;
      if (now !== undefined) told(now);
      await client.query('UPDATE dsnkit_recipient SET ready_at = due_at, token = NULL, node = NULL WHERE node = $1', [
        this.#node,
      ]);
    });
    await this.journal.look();
    this.#cluster = new PostgresCluster({
      ...{ connections: this.#connections, node: this.#node, incarnation: this.#incarnation },
      ...{ journal: this.journal, skew: this.#skew, objects: this.#objects },
      now: this.#options.now ?? Date.now,
      trouble: this.#options.trouble ?? (() => undefined),
    });
  }

  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new StoreError('closed', 'The queue is not open yet');
    return this.#cluster;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous
  async spool(): Promise<Spool> {
    this.#open();
    return this.#bodies.create();
  }

  async accept(messages: readonly NewMessage[], lease?: Lease, events?: readonly MailEvent[]): Promise<void> {
    this.#open();
    const told = messages.map(withOwnContent);
    const own = await this.#apart(told);
    const spooled = this.#take(own);
    if (messages.length === 0 && (events ?? []).length === 0) return;
    await this.#write({ kind: 'accept', messages: own, told, lease, events }, spooled);
  }

  async claim(request: Parameters<QueueStore['claim']>[0]): Promise<readonly Claim[]> {
    this.#open();
    return this.#alone((client) => claimDue(client, request, this.#node, this.#skew, this.#due));
  }

  async claimMessage(request: Parameters<QueueOperations['claimMessage']>[0]): Promise<Claim | undefined> {
    this.#open();
    return this.#alone((client) => claimOne(client, request, this.#node, this.#skew));
  }

  async nextDueAtMs(except: readonly string[] = []): Promise<number | undefined> {
    this.#open();
    return this.#connections.run((client) => this.#due.nextMs(client, except));
  }

  async renew(tokens: readonly string[], untilMs: number): Promise<readonly string[]> {
    this.#open();
    if (tokens.length === 0) return [];
    const { rows } = await this.#connections.statement((client) =>
      prepared<{ token: string }>(
        client,
        'UPDATE dsnkit_recipient SET ready_at = $1 WHERE token = ANY($2::text[]) RETURNING token',
        [this.#skew.toStored(untilMs), tokens],
      ),
    );
    const standing = new Set(rows.map(({ token }) => token));
    return tokens.filter((token) => !standing.has(token));
  }

  async release(tokens: readonly string[]): Promise<void> {
    this.#open();
    if (tokens.length > 0) await this.#write({ kind: 'release', tokens });
  }

  async settle(settlement: Settlement): Promise<void> {
    this.#open();
    const messages = await this.#apart(settlement.messages);
    const spooled = this.#take(messages);
    const told = settlement.messages;
    await this.#write({ kind: 'settle', settlement: { ...settlement, messages }, told }, spooled);
  }

  async content(messageId: string): Promise<Content> {
    this.#open();
    return this.#bodies.content(messageId);
  }

  async counts(): Promise<{ readonly messages: number; readonly recipients: number }> {
    this.#open();
    const { rows } = await this.#connections.run((client) =>
      client.query<{ messages: number; recipients: number }>(
        'SELECT (SELECT count(*) FROM dsnkit_message) AS messages, (SELECT count(*) FROM dsnkit_recipient) AS recipients',
      ),
    );
    return rows[0] ?? { messages: 0, recipients: 0 };
  }

  async probe(): Promise<void> {
    this.#open();
    await this.#connections.statement((client) =>
      client.query('UPDATE dsnkit_node SET seen_at = seen_at WHERE name = $1', [this.#node]),
    );
  }

  async find(messageId: string): Promise<StoredMessage | undefined> {
    this.#open();
    return findMessage(this.#connections, messageId, this.#skew);
  }

  async list(request: Parameters<QueueOperations['list']>[0]): Promise<readonly StoredMessage[]> {
    this.#open();
    return listMessages(this.#connections, request, this.#skew);
  }

  async search(request: Parameters<QueueOperations['search']>[0]): Promise<FoundMessages> {
    this.#open();
    return searchMessages(this.#connections, request, this.#skew);
  }

  async destinations(limit: number): Promise<readonly StoredDestination[]> {
    this.#open();
    return listDestinations(this.#connections, limit, this.#skew);
  }

  async paused(): Promise<readonly PausedDestination[]> {
    this.#open();
    return pausedDestinations(this.#connections, this.#skew);
  }

  async pause({ destination, sinceMs }: PausedDestination, events: readonly MailEvent[]): Promise<void> {
    this.#open();
    await this.#connections.transaction(async (client) => {
      await client.query('INSERT INTO dsnkit_paused (destination, since) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        ...[destination, this.#skew.toStored(sinceMs)],
      ]);
      await this.journal.append(client, [{ messages: [], events }]);
    });
  }

  async resume(destination: string, events: readonly MailEvent[]): Promise<void> {
    this.#open();
    await this.#connections.transaction(async (client) => {
      await client.query('DELETE FROM dsnkit_paused WHERE destination = $1', [destination]);
      await this.journal.append(client, [{ messages: [], events }]);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#groups.settled();
    await this.#claiming;
    await this.#cluster?.close();
    await this.journal.close();
    await this.#objects?.settled();
    await this.#connections.close();
  }

  #open(): void {
    if (this.#closed) throw new StoreError('closed', 'The queue is closed');
  }

  async #write(write: Write, spooled: ReadonlySet<string> = new Set()): Promise<void> {
    try {
      await this.#groups.add(write);
    } catch (error) {
      this.#bodies.giveBack(spooled);
      throw error;
    }
  }

  /** One claim after the other: side by side they would only pass over what each other has locked. */
  #alone<T>(work: (client: Queryable) => Promise<T>): Promise<T> {
    const mine = this.#claiming.then(() => this.#connections.transaction(work));
    this.#claiming = mine.catch(() => undefined);
    return mine;
  }

  async #apply(writes: readonly Write[]): Promise<ReadonlyMap<Write, Error>> {
    // Decided once: whether it is one statement, and so a transaction by itself, depends on it.
    const journal = this.journal.isFollowed ? this.journal : undefined;
    const writer = { node: this.#node, skew: this.#skew, journal };
    const work = (client: Queryable): ReturnType<typeof applyWrites> => applyWrites(client, writes, writer);
    const { failures, gone } = isOneStatement(writes, writer)
      ? await this.#connections.statement(work)
      : await this.#connections.transaction(work);
    this.#bodies.remove(gone);
    if (writes.some(({ kind }) => kind === 'release')) this.#due.forget();
    if (writes.some(freesWork)) this.#cluster?.announce();
    return failures;
  }

  /** Large contents go into the bucket before anything is written that names them: once, if the same is asked for again. */
  async #apart(messages: readonly NewMessage[]): Promise<readonly NewMessage[]> {
    if (this.#objects === undefined) return messages;
    return Promise.all(
      messages.map(async (message) => {
        const content = this.#put.get(message) ?? (await this.#bodies.apart(message.content, this.inlineMaxOctets));
        this.#put.set(message, content);
        return { ...message, content };
      }),
    );
  }

  #take(messages: readonly NewMessage[]): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { message, recipients, content } of messages) {
      if (recipients.length === 0) throw new TypeError(`Message ${message.id} has no recipients`);
      if ('kind' in content) names.add(content.name);
    }
    this.#bodies.take(names);
    return names;
  }
}

/** Transactions side by side, and how much shares one. */
const WRITERS = 3;
const GROUP_JOBS = 200;

/** Whether a write leaves something for any node to take. */
function freesWork(write: Write): boolean {
  if (write.kind === 'accept') return write.lease === undefined;
  return write.kind === 'release' || write.settlement.messages.length > 0 || write.settlement.children.length > 0;
}

/** Classes 22 and 23: data exception, integrity violation. */
function isValueFault(error: unknown): boolean {
  return /^2[23]/.test((error as { code?: string } | undefined)?.code ?? '');
}

/** The pieces stay the caller's, who may write over them as soon as we return: one copy, in one piece. */
function withOwnContent(message: NewMessage): NewMessage {
  return 'kind' in message.content ? message : { ...message, content: [join(message.content)] };
}
