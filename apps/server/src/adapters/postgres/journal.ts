import type { MailEvent } from '../../model.ts';
import {
  MOST_DEAD_LETTERS,
  type Journal,
  type JournalEntry,
  type KeepContents,
  type NewDeadLetter,
  type NewMessage,
  type StoredDeadLetter,
} from '../../ports.ts';
import { inOne } from '../../queue/content.ts';
import { keepsBoth, keepsContent } from '../../queue/kept-content.ts';
import type { Connections, Queryable } from './connections.ts';
import {
  declare,
  forget,
  keepsText,
  lookWhoReads,
  number,
  rename,
  trim,
  type Followed,
  type Reading,
} from './readers.ts';
import { Watch, watchersOf } from './watching.ts';

/** What a write tells, and the messages that it stored. */
export interface Told {
  readonly messages: readonly NewMessage[];
  readonly events: readonly MailEvent[];
}

interface Row {
  readonly reader?: string;
  readonly events: string;
  readonly messageId?: string;
  readonly content?: Uint8Array;
}

/**
 * The journal of all nodes. Each reader is one in the whole cluster: the node that reads for it holds it for a while, so that
 * what is told to the outside is told once, and in order; another node takes over when it has stopped.
 *
 * Every node writes, if a reader is on any. Who reads is looked up each second: of what a node does, a reader who is new hears
 * some seconds later at most.
 */
export class PostgresJournal implements Journal {
  readonly #connections: Connections;
  readonly #owner: string;
  readonly #watches = new Set<Watch>();
  /** Undefined: what this node follows is not known yet. */
  #own: Followed | undefined;
  #reading: Reading = { readers: [], keep: undefined };
  #lookedAtMs = -Infinity;
  #turn: Promise<void> = Promise.resolve();

  constructor(connections: Connections, owner: string) {
    this.#connections = connections;
    this.#owner = owner;
  }

  /** Whether anybody reads it, on whatever node. If that is not known it may be. */
  get isFollowed(): boolean {
    if ((this.#own?.readers.length ?? 0) > 0 || performance.now() - this.#lookedAtMs > KNOWN_FOR_MS) return true;
    // Those who watch here hear of our own events without it.
    return this.#reading.readers.some((name) => !name.startsWith(watchersOf(this.#owner)));
  }

  /** Columns of the row of this node. */
  get declared(): readonly [readers: readonly string[] | null, keeps: string | null] {
    return [this.#own?.readers ?? null, keepsText(this.#own?.keep)];
  }

  /** Within the transaction of the change that the events tell of. */
  async append(client: Queryable, told: readonly Told[]): Promise<void> {
    if (!this.isFollowed) return;
    const rows = told.flatMap(({ messages, events }): Row[] =>
      events.length === 0 ? [] : [...this.#kept(messages), { events: JSON.stringify(events) }],
    );
    await insertRows(client, this.#owner, rows);
  }

  async follow(readers: readonly string[], keep?: KeepContents, renamed?: ReadonlyMap<string, string>): Promise<void> {
    await this.#inTurn(() => this.#follow({ readers, keep }, renamed));
  }

  async #follow(own: Followed, renamed: ReadonlyMap<string, string> = new Map()): Promise<void> {
    const reading = await this.#connections.transaction(async (client) => {
      for (const [now, before] of renamed) await rename(client, before, now);
      await declare(client, this.#owner, own, await number(client));
      return lookWhoReads(client);
    });
    this.#own = own;
    this.#see(reading);
  }

  /** Looks who reads. A node that was silent for so long that its readers were forgotten names them again. */
  async look(): Promise<void> {
    await this.#inTurn(async () => {
      this.#see(await this.#connections.run(lookWhoReads));
      const own = this.#own;
      if (own?.readers.some((name) => !this.#reading.readers.includes(name)) === true) await this.#follow(own);
    });
  }

  /** What is looked up while the readers change is about those of before. */
  async #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  /** Forgets readers whose nodes are gone, and what was written for them. */
  async sweep(): Promise<void> {
    await this.#connections.transaction(async (client) => {
      await number(client);
      await forget(client, this.#owner);
      await trim(client);
    });
  }

  watchOthers(watcher: Parameters<NonNullable<Journal['watchOthers']>>[0]): { stop(): Promise<void> } {
    const watch = new Watch(this.#connections, this.#owner, watcher);
    this.#watches.add(watch);
    return {
      stop: async () => {
        this.#watches.delete(watch);
        await watch.stop();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.stop()));
  }

  async read(request: Parameters<Journal['read']>[0]): Promise<readonly JournalEntry[]> {
    const { reader, after = 0, limit, contents = false } = request;
    return this.#connections.transaction(async (client) => {
      const passed = await this.#hold(client, reader);
      if (passed === undefined) return [];
      await number(client);
      const { rows } = await client.query<StoredRow>(
        `SELECT position, events, message, content FROM dsnkit_journal
         WHERE position > $1 AND (reader IS NULL OR reader = $2) ${contents ? '' : 'AND message IS NULL'}
         ORDER BY position LIMIT $3`,
        [Math.max(after, passed), reader, limit],
      );
      return rows.map(fromRow);
    });
  }

  async pass(reader: string, position: number, dead: readonly NewDeadLetter[] = []): Promise<void> {
    await this.#connections.transaction(async (client) => {
      for (const { event, atMs, reason } of dead)
        await client.query('INSERT INTO dsnkit_dead_letter (reader, at, reason, event) VALUES ($1, $2, $3, $4)', [
          ...[reader, atMs, reason, JSON.stringify(event)],
        ]);
      if (dead.length > 0) await trimDead(client, reader);
      await client.query('UPDATE dsnkit_journal_reader SET position = greatest(position, $1) WHERE name = $2', [
        ...[position, reader],
      ]);
      await trim(client);
    });
  }

  async deadLetters(reader: string, after: number, limit: number): Promise<readonly StoredDeadLetter[]> {
    const { rows } = await this.#connections.run((client) =>
      client.query<{ id: number; at: number; reason: string; event: string }>(
        'SELECT id, at, reason, event FROM dsnkit_dead_letter WHERE reader = $1 AND id > $2 ORDER BY id LIMIT $3',
        [reader, after, limit],
      ),
    );
    return rows.map(({ id, at, reason, event }) => ({ id, atMs: at, reason, event: JSON.parse(event) as MailEvent }));
  }

  async countDeadLetters(reader: string): Promise<number> {
    const { rows } = await this.#connections.run((client) =>
      client.query<{ count: number }>('SELECT count(*) AS count FROM dsnkit_dead_letter WHERE reader = $1', [reader]),
    );
    return rows[0]?.count ?? 0;
  }

  async replay(reader: string, ids?: readonly number[]): Promise<number> {
    return this.#connections.transaction(async (client) => {
      const events = await takeDead(client, reader, ids);
      await insertRows(
        client,
        this.#owner,
        events.map((event) => ({ reader, events: `[${event}]` })),
      );
      return events.length;
    });
  }

  async discard(reader: string, ids?: readonly number[]): Promise<number> {
    return (await this.#connections.run((client) => takeDead(client, reader, ids))).length;
  }

  async note(events: readonly MailEvent[]): Promise<void> {
    await this.#connections.transaction((client) => this.append(client, [{ messages: [], events }]));
  }

  #see(reading: Reading): void {
    this.#reading = reading;
    this.#lookedAtMs = performance.now();
  }

  #kept(messages: readonly NewMessage[]): Row[] {
    const keep = keepsBoth(this.#own?.keep, this.#reading.keep);
    return messages.flatMap((message): Row[] => {
      const { content } = message;
      if (keep === undefined || 'kind' in content || !keepsContent(keep, message)) return [];
      return [{ events: '[]', messageId: message.message.id, content: inOne(content).subarray(0, keep.maxOctets) }];
    });
  }

  /** Where the reader stands; undefined if another node reads for it. */
  async #hold(client: Queryable, reader: string): Promise<number | undefined> {
    const { rows } = await client.query<{ position: number }>(
      `UPDATE dsnkit_journal_reader SET node = $2, held_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3
       WHERE name = $1 AND (node IS NULL OR node = $2 OR held_until < (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
       RETURNING position`,
      [reader, this.#owner, READER_HELD_MS],
    );
    return rows[0]?.position;
  }
}

/** For so long a reader is left to the node that reads for it. */
const READER_HELD_MS = 15_000;
/** For so long it counts who was found to read. */
const KNOWN_FOR_MS = 5_000;

interface StoredRow {
  readonly position: number;
  readonly events: string;
  readonly message: string | null;
  readonly content: Uint8Array | null;
}

async function insertRows(client: Queryable, node: string, rows: readonly Row[]): Promise<void> {
  const bare = rows.filter(({ content }) => content === undefined);
  const whole = rows.filter(({ content }) => content !== undefined);
  // What is kept of a content stands before the events of its message.
  for (const { events, messageId, content } of whole)
    await client.query('INSERT INTO dsnkit_journal (node, events, message, content) VALUES ($1, $2, $3, $4)', [
      ...[node, events, messageId, content],
    ]);
  if (bare.length > 0)
    await client.query(
      `INSERT INTO dsnkit_journal (node, reader, events)
       SELECT $3, reader, events FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS r(reader, events, place)
       ORDER BY place`,
      [bare.map(({ reader }) => reader ?? null), bare.map(({ events }) => events), node],
    );
}

async function trimDead(client: Queryable, reader: string): Promise<void> {
  await client.query(
    `DELETE FROM dsnkit_dead_letter WHERE reader = $1 AND id <=
       (SELECT id FROM dsnkit_dead_letter WHERE reader = $1 ORDER BY id DESC LIMIT 1 OFFSET ${MOST_DEAD_LETTERS})`,
    [reader],
  );
}

async function takeDead(client: Queryable, reader: string, ids: readonly number[] | undefined): Promise<string[]> {
  const { rows } = await client.query<{ id: number; event: string }>(
    `DELETE FROM dsnkit_dead_letter WHERE reader = $1 ${ids === undefined ? '' : 'AND id = ANY($2::bigint[])'}
     RETURNING id, event`,
    ids === undefined ? [reader] : [reader, ids],
  );
  return rows.sort((a, b) => a.id - b.id).map(({ event }) => event);
}

function fromRow({ position, events, message, content }: StoredRow): JournalEntry {
  const entry = { position, events: JSON.parse(events) as MailEvent[] };
  return message === null || content === null ? entry : { ...entry, content: { messageId: message, octets: content } };
}
