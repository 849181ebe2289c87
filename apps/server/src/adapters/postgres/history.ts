import { isFound, termOf, termsOf } from '../../history/search.ts';
import { changesOf, type Story } from '../../history/summary.ts';
import type { MailEvent } from '../../model.ts';
import type {
  HistoryEntry,
  HistoryPage,
  HistoryQuery,
  HistoryStore,
  HistoryWriter,
  MessageSummary,
} from '../../ports.ts';
import { Connections, type Queryable } from './connections.ts';

/** Opens the history beside the queue, so that each node shows the whole. The queue has made the tables. */
export function openPostgresHistory(url: string): HistoryStore {
  return new PostgresHistory(new Connections({ url, max: 3, timeoutMs: 60_000 }));
}

const MOST_EVENTS = 10_000;
const PAGE = 500;
/** A search looks at so many messages before it gives what it has. */
const MOST_LOOKED_AT = 5_000;
/** So many are forgotten in one transaction. */
const FORGET_AT_ONCE = 1_000;

interface Known {
  readonly row: number;
  story: Story;
  events: number;
}
interface StoryRow {
  readonly row: number;
  readonly story: string;
}
interface NewEvent {
  readonly row: number;
  readonly n: number;
  readonly event: string;
}

class PostgresHistory implements HistoryStore {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  async position(): Promise<number> {
    const { rows } = await this.#connections.run((client) =>
      client.query<{ position: number }>('SELECT position FROM dsnkit_history_progress'),
    );
    return rows[0]?.position ?? 0;
  }

  async record(batch: Parameters<HistoryWriter['record']>[0]): Promise<boolean> {
    const { after, position, events, contents } = batch;
    return this.#connections.transaction(async (client) => {
      const { rowCount } = await client.query(
        'UPDATE dsnkit_history_progress SET position = $1 WHERE position < $1 AND position <= $2',
        [position, after],
      );
      // Another node, which read for the history before, has it already, or the beginning of it.
      if (rowCount === 0) return false;
      const changed = events.map((event) => ({ event, changes: changesOf(event) }));
      const ids = new Set(changed.flatMap(({ changes }) => changes.map(({ messageId }) => messageId)));
      const known = await load(client, [...ids]);
      const added: NewEvent[] = [];
      for (const each of changed) await take(client, each, known, added);
      await save(client, known, added);
      for (const { messageId, octets } of contents)
        await client.query('INSERT INTO dsnkit_history_content (id, octets) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          ...[messageId, octets],
        ]);
      return true;
    });
  }

  async forget({ unchangedSinceMs, maxMessages }: Parameters<HistoryWriter['forget']>[0]): Promise<number> {
    return this.#connections.transaction(async (client) => {
      const old = await client.query<{ row: number; id: string }>(
        'SELECT place AS row, id FROM dsnkit_history_message WHERE changed_at < $1 ORDER BY changed_at LIMIT $2',
        [unchangedSinceMs, FORGET_AT_ONCE],
      );
      await drop(client, old.rows);
      const { rows } = await client.query<{ count: number }>('SELECT count(*) AS count FROM dsnkit_history_message');
      const surplus = (rows[0]?.count ?? 0) - maxMessages;
      if (surplus <= 0) return old.rows.length;
      const first = await client.query<{ row: number; id: string }>(
        'SELECT place AS row, id FROM dsnkit_history_message ORDER BY place LIMIT $1',
        [Math.min(surplus, FORGET_AT_ONCE)],
      );
      await drop(client, first.rows);
      return old.rows.length + first.rows.length;
    });
  }

  async search(query: HistoryQuery): Promise<HistoryPage> {
    const term = termOf(query);
    const found: Story[] = [];
    let before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
    let next: string | undefined;
    for (let looked = 0; looked < MOST_LOOKED_AT && next === undefined; looked += PAGE) {
      const rows = await this.#connections.run((client) => page(client, term, before));
      for (const { row, story: text } of rows) {
        before = row;
        const story = JSON.parse(text) as Story;
        if (isFound(story, query)) found.push(story);
        if (found.length < query.limit) continue;
        next = String(before);
        break;
      }
      if (rows.length < PAGE && next === undefined) return { messages: await this.#summaries(found) };
    }
    return { messages: await this.#summaries(found), next: next ?? String(before) };
  }

  async one(messageId: string): Promise<HistoryEntry | undefined> {
    const { rows } = await this.#connections.run((client) =>
      client.query<StoryRow>('SELECT place AS row, story FROM dsnkit_history_message WHERE id = $1', [messageId]),
    );
    const [known] = rows;
    if (known === undefined) return undefined;
    const { rows: events } = await this.#connections.run((client) =>
      client.query<{ event: string }>('SELECT event FROM dsnkit_history_event WHERE place = $1 ORDER BY n', [
        known.row,
      ]),
    );
    const [summary] = await this.#summaries([JSON.parse(known.story) as Story]);
    return summary && { ...summary, events: events.map(({ event }) => JSON.parse(event) as MailEvent) };
  }

  async content(messageId: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.#connections.run((client) =>
      client.query<{ octets: Uint8Array }>('SELECT octets FROM dsnkit_history_content WHERE id = $1', [messageId]),
    );
    return rows[0]?.octets;
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #summaries(stories: readonly Story[]): Promise<MessageSummary[]> {
    if (stories.length === 0) return [];
    const { rows } = await this.#connections.run((client) =>
      client.query<{ id: string }>('SELECT id FROM dsnkit_history_content WHERE id = ANY($1::text[])', [
        stories.map(({ id }) => id),
      ]),
    );
    const kept = new Set(rows.map(({ id }) => id));
    return stories.map((story) => ({ ...story, hasContent: kept.has(story.id) }));
  }
}

async function page(
  client: Queryable,
  term: readonly [string, string] | undefined,
  before: number,
): Promise<readonly StoryRow[]> {
  const { rows } =
    term === undefined
      ? await client.query<StoryRow>(
          'SELECT place AS row, story FROM dsnkit_history_message WHERE place < $1 ORDER BY place DESC LIMIT $2',
          [before, PAGE],
        )
      : await client.query<StoryRow>(
          `SELECT m.place AS row, m.story FROM dsnkit_history_term t JOIN dsnkit_history_message m ON m.place = t.place
           WHERE t.kind = $1 AND t.value = $2 AND t.place < $3 ORDER BY t.place DESC LIMIT $4`,
          [term[0], storable(term[1]), before, PAGE],
        );
  return rows;
}

async function load(client: Queryable, ids: readonly string[]): Promise<Map<string, Known>> {
  const { rows } = await client.query<{ id: string; row: number; events: number; story: string }>(
    'SELECT id, place AS row, events, story FROM dsnkit_history_message WHERE id = ANY($1::text[]) FOR UPDATE',
    [ids],
  );
  return new Map(
    rows.map(({ id, row, events, story }) => [id, { row, events, story: JSON.parse(story) as Story }] as const),
  );
}

/** An event, and what it changes in the stories of messages. */
interface Changed {
  readonly event: MailEvent;
  readonly changes: ReturnType<typeof changesOf>;
}

async function take(
  client: Queryable,
  { event, changes }: Changed,
  known: Map<string, Known>,
  added: NewEvent[],
): Promise<void> {
  for (const { messageId, change } of changes) {
    const before = known.get(messageId);
    const story = change(before?.story);
    const now = before ?? (await begin(client, story));
    now.story = story;
    known.set(messageId, now);
    if (messageId !== event.messageId || now.events >= MOST_EVENTS) continue;
    added.push({ row: now.row, n: now.events, event: JSON.stringify(event) });
    now.events += 1;
  }
}

async function begin(client: Queryable, story: Story): Promise<Known> {
  const { rows } = await client.query<{ row: number }>(
    `INSERT INTO dsnkit_history_message (id, changed_at, events, story) VALUES ($1, $2, 0, '{}') RETURNING place AS row`,
    [story.id, story.changedAtMs],
  );
  return { row: rows[0]?.row ?? 0, events: 0, story };
}

async function save(client: Queryable, known: ReadonlyMap<string, Known>, added: readonly NewEvent[]): Promise<void> {
  const all = [...known.values()];
  await client.query(
    `UPDATE dsnkit_history_message m SET changed_at = u.changed_at, events = u.events, story = u.story
     FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[]) AS u(place, changed_at, events, story)
     WHERE m.place = u.place`,
    [
      all.map(({ row }) => row),
      all.map(({ story }) => story.changedAtMs),
      all.map(({ events }) => events),
      all.map(({ story }) => JSON.stringify(story)),
    ],
  );
  const terms = all.flatMap(({ row, story }) =>
    termsOf(story).map(([kind, value]) => ({ row, kind, value: storable(value) })),
  );
  await client.query(
    `INSERT INTO dsnkit_history_term (kind, value, place)
     SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING`,
    [terms.map(({ kind }) => kind), terms.map(({ value }) => value), terms.map(({ row }) => row)],
  );
  await client.query(
    `INSERT INTO dsnkit_history_event (place, n, event) SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[])`,
    [added.map(({ row }) => row), added.map(({ n }) => n), added.map(({ event }) => event)],
  );
}

/** Its texts can't hold NUL, which a header may. */
function storable(value: string): string {
  return value.replaceAll('\0', '\u{FFFD}');
}

async function drop(client: Queryable, rows: readonly { readonly row: number; readonly id: string }[]): Promise<void> {
  if (rows.length === 0) return;
  const places = rows.map(({ row }) => row);
  for (const table of ['term', 'event', 'message'])
    await client.query(`DELETE FROM dsnkit_history_${table} WHERE place = ANY($1::bigint[])`, [places]);
  await client.query('DELETE FROM dsnkit_history_content WHERE id = ANY($1::text[])', [rows.map(({ id }) => id)]);
}
