import type { StatementSync } from 'node:sqlite';
import { openPrivate, type DatabaseSync } from './sqlite.ts';
import { changesOf, type Story } from '../../history/summary.ts';
import { isFound, termOf, termsOf, type Term } from '../../history/search.ts';
import type { MailEvent } from '../../model.ts';
import type { HistoryEntry, HistoryPage, HistoryQuery, HistoryWriter, MessageSummary } from '../../ports.ts';

/** What is asked of the history within its thread. */
export type HistoryAsk =
  | { readonly kind: 'search'; readonly query: HistoryQuery }
  | { readonly kind: 'one' | 'content'; readonly messageId: string }
  | { readonly kind: 'position' | 'close' }
  | {
      readonly kind: 'record';
      readonly position: number;
      /** As JSON, which is made and read faster than a structured clone. */
      readonly events: string;
      readonly contents: Parameters<HistoryWriter['record']>[0]['contents'];
    }
  | { readonly kind: 'forget'; readonly limit: Parameters<HistoryWriter['forget']>[0] };

/** `PRAGMA application_id`: the letters "dsnh". */
const APPLICATION_ID = 0x64736e68;
const VERSION = 2;

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
  CREATE TABLE event (
    row INTEGER NOT NULL,
    n INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (row, n)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE content (id TEXT PRIMARY KEY, octets BLOB NOT NULL) STRICT;
  CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
  INSERT INTO progress VALUES (1, 0);`;

const TERMS_AT_ONCE = 32;

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  position: 'SELECT position FROM progress',
  setPosition: 'UPDATE progress SET position = ?',
  byId: 'SELECT row, events, story FROM message WHERE id = ?',
  insert: 'INSERT INTO message (changed_at, events, story, row, id) VALUES (?, ?, ?, ?, ?)',
  update: 'UPDATE message SET changed_at = ?, events = ?, story = ? WHERE row = ?',
  addTerm: 'INSERT INTO term (kind, value, row) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  addTerms: `INSERT INTO term (kind, value, row) VALUES ${Array.from({ length: TERMS_AT_ONCE }, () => '(?, ?, ?)').join()}
    ON CONFLICT DO NOTHING`,
  addEvent: 'INSERT INTO event (row, n, event) VALUES (?, ?, ?)',
  addContent: 'INSERT INTO content (id, octets) VALUES (?, ?) ON CONFLICT DO NOTHING',
  content: 'SELECT octets FROM content WHERE id = ?',
  hasContent: 'SELECT 1 AS found FROM content WHERE id = ?',
  events: 'SELECT event FROM event WHERE row = ? ORDER BY n',
  byRow: 'SELECT row, story FROM message WHERE row < ? ORDER BY row DESC LIMIT ?',
  byTerm: `SELECT message.row, story FROM term JOIN message ON message.row = term.row
    WHERE kind = ? AND value = ? AND term.row < ? ORDER BY term.row DESC LIMIT ?`,
  old: 'SELECT row, id, story FROM message WHERE changed_at < ? ORDER BY changed_at LIMIT ?',
  first: 'SELECT row, id, story FROM message ORDER BY row LIMIT ?',
  lastRow: 'SELECT ifnull(max(row), 0) AS row FROM message',
  count: 'SELECT count(*) AS count FROM message INDEXED BY message_changed',
  dropMessage: 'DELETE FROM message WHERE row = ?',
  dropTerm: 'DELETE FROM term WHERE kind = ? AND value = ? AND row = ?',
  dropEvents: 'DELETE FROM event WHERE row = ?',
  dropContent: 'DELETE FROM content WHERE id = ?',
} as const;

const MOST_EVENTS = 10_000;
const NO_TERMS: ReadonlyMap<string, Term> = new Map();
const LATEST = Number.MAX_SAFE_INTEGER;
const PAGE = 500;
/** A search looks at so many messages before it gives what it has. */
const MOST_LOOKED_AT = 5_000;
/** So many are forgotten in one transaction. */
const FORGET_AT_ONCE = 1_000;

/** What is known of a message while a batch is taken. */
interface Known {
  readonly row: number;
  readonly isNew: boolean;
  /** By which it is found already. */
  readonly terms: ReadonlyMap<string, Term>;
  story: Story;
  events: number;
  /** Its events of this batch. */
  readonly more: MailEvent[];
}

/** The history within its thread. */
export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  #lastRow: number;

  constructor(file: string) {
    this.#database = openPrivate(file);
    // Words lie far apart: with room for them, and with few checkpoints, each page is written once for many messages.
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192`);
    migrate(this.#database);
    const entries = Object.entries(sql).map(([name, text]) => [name, this.#database.prepare(text)]);
    this.#statements = Object.fromEntries(entries) as Readonly<Record<keyof typeof sql, StatementSync>>;
    this.#lastRow = Number(this.#statements.lastRow.get()?.['row']);
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
        this.#transact(() => this.#record(ask));
        return undefined;
      case 'forget':
        return this.#transact(() => this.#forget(ask.limit));
      case 'close':
        this.#database.close();
        return undefined;
    }
  }

  #record({ position, events, contents }: Extract<HistoryAsk, { readonly kind: 'record' }>): void {
    const { addContent, addEvent, insert, update, setPosition } = this.#statements;
    const known = new Map<string, Known>();
    for (const event of JSON.parse(events) as readonly MailEvent[]) this.#take(event, known);
    for (const { row, isNew, story, events: before, more } of known.values()) {
      const values = [story.changedAtMs, before + more.length, JSON.stringify(story), row] as const;
      if (isNew) insert.run(...values, story.id);
      else update.run(...values);
      if (more.length > 0) addEvent.run(row, before, JSON.stringify(more));
    }
    this.#changeTerms(known.values());
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
      if (messageId === event.messageId && now.events + now.more.length < MOST_EVENTS) now.more.push(event);
    }
  }

  #load(messageId: string): Known | undefined {
    const found = this.#statements.byId.get(messageId);
    if (found === undefined) return undefined;
    const story = JSON.parse(String(found['story'])) as Story;
    return {
      row: Number(found['row']),
      isNew: false,
      terms: termsByKey(story),
      events: Number(found['events']),
      story,
      more: [],
    };
  }

  #begin(story: Story): Known {
    return { row: ++this.#lastRow, isNew: true, terms: NO_TERMS, events: 0, story, more: [] };
  }

  /** In the order in which they are stored: many at once go to pages that lie together. */
  #changeTerms(known: Iterable<Known>): void {
    const added: (readonly [...Term, row: number])[] = [];
    for (const { row, story, terms } of known) {
      const now = termsByKey(story);
      for (const [key, term] of now) if (!terms.has(key)) added.push([...term, row]);
      for (const [key, term] of terms) if (!now.has(key)) this.#statements.dropTerm.run(...term, row);
    }
    added.sort(([aKind, a, aRow], [bKind, b, bRow]) => compare(aKind, bKind) || compare(a, b) || aRow - bRow);
    const { addTerm, addTerms } = this.#statements;
    let done = 0;
    for (; done + TERMS_AT_ONCE <= added.length; done += TERMS_AT_ONCE)
      addTerms.run(...added.slice(done, done + TERMS_AT_ONCE).flat());
    for (const term of added.slice(done)) addTerm.run(...term);
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
    // One by one in a history of before, some together in this one.
    const events = rows.flatMap(({ event }) => JSON.parse(String(event)) as MailEvent | readonly MailEvent[]);
    return { ...this.#summary(known.story), events };
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
    const { dropMessage, dropTerm, dropEvents, dropContent } = this.#statements;
    for (const { row, id, story } of rows) {
      for (const [kind, value] of termsOf(JSON.parse(String(story)) as Story)) dropTerm.run(kind, value, Number(row));
      for (const statement of [dropEvents, dropMessage]) statement.run(Number(row));
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
      try {
        rollback.run();
      } catch {
        // After a full disk or an I/O error SQLite has rolled back by itself.
      }
      throw error;
    }
  }
}

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
  } else if (version === 1) {
    // Only where its words lie is looked up otherwise, and events of a message may lie together.
    database.exec(`BEGIN; DROP INDEX IF EXISTS term_row; PRAGMA user_version = ${VERSION}; COMMIT`);
  } else if (version !== VERSION) {
    throw new Error(`The history has version ${version}, but this program knows only ${VERSION}`);
  }
}

function termsByKey(story: Story): Map<string, Term> {
  return new Map(termsOf(story).map((term) => [term.join(' '), term]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
