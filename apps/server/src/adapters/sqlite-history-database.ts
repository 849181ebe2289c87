import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { changesOf, type Story } from '../history/summary.ts';
import { isFound, termOf, termsOf } from '../history/search.ts';
import type { MailEvent } from '../model.ts';
import type { History, HistoryEntry, HistoryPage, HistoryQuery, HistoryWriter, MessageSummary } from '../ports.ts';

/** What is asked of the history within its thread. */
export type HistoryAsk =
  | { readonly kind: 'search'; readonly query: HistoryQuery }
  | { readonly kind: 'one' | 'content'; readonly messageId: string }
  | { readonly kind: 'position' | 'close' }
  | { readonly kind: 'record'; readonly batch: Parameters<HistoryWriter['record']>[0] }
  | { readonly kind: 'forget'; readonly limit: Parameters<HistoryWriter['forget']>[0] };

/** `PRAGMA application_id`: the letters "dsnh". */
const APPLICATION_ID = 0x64736e68;
const VERSION = 1;

const schema = `
  CREATE TABLE message (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    changed_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    story TEXT NOT NULL
  ) STRICT;
  CREATE INDEX message_changed ON message (changed_at);
  CREATE TABLE term (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (kind, value, row)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX term_row ON term (row);
  CREATE TABLE event (
    row INTEGER NOT NULL,
    n INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (row, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE content (id TEXT PRIMARY KEY, octets BLOB NOT NULL) STRICT;
  CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
  INSERT INTO progress VALUES (1, 0);`;

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  position: 'SELECT position FROM progress',
  setPosition: 'UPDATE progress SET position = ?',
  byId: 'SELECT row, events, story FROM message WHERE id = ?',
  insert: 'INSERT INTO message (id, changed_at, events, story) VALUES (?, ?, ?, ?) RETURNING row',
  update: 'UPDATE message SET changed_at = ?, events = ?, story = ? WHERE row = ?',
  addTerm: 'INSERT INTO term (kind, value, row) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  addEvent: 'INSERT INTO event (row, n, event) VALUES (?, ?, ?)',
  addContent: 'INSERT INTO content (id, octets) VALUES (?, ?) ON CONFLICT DO NOTHING',
  content: 'SELECT octets FROM content WHERE id = ?',
  hasContent: 'SELECT 1 AS found FROM content WHERE id = ?',
  events: 'SELECT event FROM event WHERE row = ? ORDER BY n',
  byRow: 'SELECT row, story FROM message WHERE row < ? ORDER BY row DESC LIMIT ?',
  byTerm: `SELECT message.row, story FROM term JOIN message ON message.row = term.row
    WHERE kind = ? AND value = ? AND term.row < ? ORDER BY term.row DESC LIMIT ?`,
  old: 'SELECT row, id FROM message WHERE changed_at < ? ORDER BY changed_at LIMIT ?',
  first: 'SELECT row, id FROM message ORDER BY row LIMIT ?',
  count: 'SELECT count(*) AS count FROM message INDEXED BY message_changed',
  dropMessage: 'DELETE FROM message WHERE row = ?',
  dropTerms: 'DELETE FROM term WHERE row = ?',
  dropEvents: 'DELETE FROM event WHERE row = ?',
  dropContent: 'DELETE FROM content WHERE id = ?',
} as const;

const MOST_EVENTS = 10_000;
const LATEST = Number.MAX_SAFE_INTEGER;
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

/** The history within its thread. */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864');
    migrate(this.#database);
    const entries = Object.entries(sql).map(([name, text]) => [name, this.#database.prepare(text)]);
    this.#statements = Object.fromEntries(entries) as Readonly<Record<keyof typeof sql, StatementSync>>;
  }

  ask(ask: HistoryAsk): unknown {
    switch (ask.kind) {
      case 'search':
        return this.#search(ask.query);
      case 'one':
        return this.#one(ask.messageId);
      case 'content':
        return this.#statements.content.get(ask.messageId)?.['octets'];
      case 'position':
        return Number(this.#statements.position.get()?.['position']);
      case 'record':
        this.#transact(() => this.#record(ask.batch));
        return undefined;
      case 'forget':
        return this.#transact(() => this.#forget(ask.limit));
      case 'close':
        this.#database.close();
        return undefined;
    }
  }

  #record({ position, events, contents }: Parameters<HistoryWriter['record']>[0]): void {
    const { addContent, setPosition } = this.#statements;
    const known = new Map<string, Known>();
    for (const event of events) this.#take(event, known);
    for (const { row, story, events: count } of known.values()) {
      this.#statements.update.run(story.changedAtMs, count, JSON.stringify(story), row);
      for (const [kind, value] of termsOf(story)) this.#statements.addTerm.run(kind, value, row);
    }
    for (const { messageId, octets } of contents) addContent.run(messageId, octets);
    setPosition.run(position);
  }

  #take(event: MailEvent, known: Map<string, Known>): void {
    for (const { messageId, change } of changesOf(event)) {
      const before = known.get(messageId) ?? this.#load(messageId);
      const story = change(before?.story);
      const now: Known = before ?? this.#begin(story);
      now.story = story;
      known.set(messageId, now);
      if (messageId !== event.messageId || now.events >= MOST_EVENTS) continue;
      this.#statements.addEvent.run(now.row, now.events, JSON.stringify(event));
      now.events += 1;
    }
  }

  #load(messageId: string): Known | undefined {
    const found = this.#statements.byId.get(messageId);
    if (found === undefined) return undefined;
    const story = JSON.parse(String(found['story'])) as Story;
    return { row: Number(found['row']), events: Number(found['events']), story };
  }

  #begin(story: Story): Known {
    const inserted = this.#statements.insert.get(story.id, story.changedAtMs, 0, '{}');
    return { row: Number(inserted?.['row']), events: 0, story };
  }

  #search(query: HistoryQuery): HistoryPage {
    const { byRow, byTerm } = this.#statements;
    const term = termOf(query);
    const messages: MessageSummary[] = [];
    let before = query.cursor === undefined ? LATEST : Number(query.cursor);
    for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
      const rows = term === undefined ? byRow.all(before, PAGE) : byTerm.all(...term, before, PAGE);
      for (const { row, story: text } of rows) {
        before = Number(row);
        const story = JSON.parse(String(text)) as Story;
        if (isFound(story, query)) messages.push(this.#summary(story));
        if (messages.length >= query.limit) return { messages, next: String(before) };
      }
      if (rows.length < PAGE) return { messages };
    }
    return { messages, next: String(before) };
  }

  #one(messageId: string): HistoryEntry | undefined {
    const known = this.#load(messageId);
    if (known === undefined) return undefined;
    const rows = this.#statements.events.all(known.row);
    return { ...this.#summary(known.story), events: rows.map(({ event }) => JSON.parse(String(event)) as MailEvent) };
  }

  #summary(story: Story): MessageSummary {
    return { ...story, hasContent: this.#statements.hasContent.get(story.id) !== undefined };
  }

  #forget({ unchangedSinceMs, maxMessages }: Parameters<HistoryWriter['forget']>[0]): number {
    const { old, first, count } = this.#statements;
    let gone = this.#drop(old.all(unchangedSinceMs, FORGET_AT_ONCE));
    const surplus = Number(count.get()?.['count']) - maxMessages;
    if (surplus > 0) gone += this.#drop(first.all(Math.min(surplus, FORGET_AT_ONCE)));
    return gone;
  }

  #drop(rows: readonly Readonly<Record<string, unknown>>[]): number {
    const { dropMessage, dropTerms, dropEvents, dropContent } = this.#statements;
    for (const { row, id } of rows) {
      for (const statement of [dropTerms, dropEvents, dropMessage]) statement.run(Number(row));
      dropContent.run(String(id));
    }
    return rows.length;
  }

  #transact<T>(run: () => T): T {
    const { begin, commit, rollback } = this.#statements;
    begin.run();
    try {
      const result = run();
      commit.run();
      return result;
    } catch (error) {
      rollback.run();
      throw error;
    }
  }
}

/** What the thread offers beside {@link History}. */
export type HistoryPorts = History & HistoryWriter;

function migrate(database: DatabaseSync): void {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  const version = pragma('user_version');
  const tables = Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']);
  if (tables === 0) {
    database.exec(
      `BEGIN; ${schema} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; COMMIT`,
    );
  } else if (pragma('application_id') !== APPLICATION_ID) {
    throw new Error('The history is not one of this server');
  } else if (version !== VERSION) {
    throw new Error(`The history has version ${version}, but this program knows only ${VERSION}`);
  }
}
