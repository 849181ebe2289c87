import type { MailEvent } from '../../model.ts';
import { isNote } from '../../queue/notes.ts';
import type { Journal, JournalEntry, KeepContents, NewDeadLetter, NewMessage, StoredDeadLetter } from '../../ports.ts';
import { join } from '../../queue/content.ts';
import type { Connections, Queryable } from './connections.ts';

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
 */
export class PostgresJournal implements Journal {
  readonly #connections: Connections;
  readonly #owner: string;
  #followed = false;
  #keep: KeepContents | undefined;

  constructor(connections: Connections, owner: string) {
    this.#connections = connections;
    this.#owner = owner;
  }

  /** Whether anybody reads it. */
  get isFollowed(): boolean {
    return this.#followed;
  }

  /** Within the transaction of the change that the events tell of. */
  async append(client: Queryable, told: readonly Told[]): Promise<void> {
    if (!this.#followed) return;
    const rows = told.flatMap(({ messages, events }): Row[] =>
      events.length === 0 ? [] : [...this.#kept(messages), { events: JSON.stringify(events) }],
    );
    await insertRows(client, rows);
  }

  /** A reader whom no node names any more is forgotten by the next one that follows. */
  async follow(readers: readonly string[], keep?: KeepContents): Promise<void> {
    await this.#connections.transaction(async (client) => {
      const end = await number(client);
      await client.query('DELETE FROM dsnkit_journal_reader WHERE name <> ALL($1::text[])', [readers]);
      await client.query(
        `INSERT INTO dsnkit_journal_reader (name, position, held_until)
         SELECT name, $2, 0 FROM unnest($1::text[]) AS r(name) ON CONFLICT DO NOTHING`,
        [readers, end],
      );
      await trim(client);
    });
    this.#followed = readers.length > 0;
    this.#keep = keep;
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

  #kept(messages: readonly NewMessage[]): Row[] {
    return messages.flatMap(({ message, recipients, content }): Row[] => {
      const keep = this.#keep;
      if (keep === undefined || 'kind' in content || isNote(recipients[0]?.destination ?? '')) return [];
      if (keep.of === 'reports' && message.reversePath !== '') return [];
      return [{ events: '[]', messageId: message.id, content: join(content).subarray(0, keep.maxOctets) }];
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

interface StoredRow {
  readonly position: number;
  readonly events: string;
  readonly message: string | null;
  readonly content: Uint8Array | null;
}

/** Gives numbers to what was committed without; whoever has the lock sees all that was numbered before. */
async function number(client: Queryable): Promise<number> {
  const { rows: ends } = await client.query<{ position: number }>(
    'SELECT position FROM dsnkit_journal_end WHERE only_row FOR UPDATE',
  );
  const end = ends[0]?.position ?? 0;
  const { rowCount } = await client.query(
    `UPDATE dsnkit_journal j SET position = $1 + n.place
     FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM dsnkit_journal WHERE position IS NULL) n
     WHERE j.id = n.id`,
    [end],
  );
  const count = rowCount ?? 0;
  if (count > 0) await client.query('UPDATE dsnkit_journal_end SET position = $1', [end + count]);
  return end + count;
}

async function trim(client: Queryable): Promise<void> {
  await client.query(
    `DELETE FROM dsnkit_journal WHERE position <= (SELECT coalesce(min(position), 9007199254740991)
     FROM dsnkit_journal_reader)`,
  );
}

async function insertRows(client: Queryable, rows: readonly Row[]): Promise<void> {
  const bare = rows.filter(({ content }) => content === undefined);
  const whole = rows.filter(({ content }) => content !== undefined);
  // What is kept of a content stands before the events of its message.
  for (const { events, messageId, content } of whole)
    await client.query('INSERT INTO dsnkit_journal (events, message, content) VALUES ($1, $2, $3)', [
      ...[events, messageId, content],
    ]);
  if (bare.length > 0)
    await client.query(
      `INSERT INTO dsnkit_journal (reader, events)
       SELECT reader, events FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS r(reader, events, place) ORDER BY place`,
      [bare.map(({ reader }) => reader ?? null), bare.map(({ events }) => events)],
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
