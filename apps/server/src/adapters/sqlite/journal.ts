import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MailEvent } from '../../model.ts';
import { MOST_DEAD_LETTERS, type JournalEntry, type NewDeadLetter, type StoredDeadLetter } from '../../ports.ts';
import type { NewEntries } from './recent.ts';

/** What is asked of the journal within its thread. Events travel as JSON. */
export type JournalAsk =
  | {
      readonly kind: 'follow';
      readonly readers: readonly string[];
      /** The name of now, and the one of before. */
      readonly renamed: readonly (readonly [string, string])[];
      readonly nowMs: number;
    }
  | {
      readonly kind: 'read';
      readonly reader: string;
      readonly after: number;
      readonly limit: number;
      readonly contents: boolean;
    }
  | {
      readonly kind: 'pass';
      readonly reader: string;
      readonly position: number;
      readonly dead: readonly DeadLetterRow[];
    }
  | { readonly kind: 'dead'; readonly reader: string; readonly after: number; readonly limit: number }
  | { readonly kind: 'count-dead'; readonly reader: string }
  | { readonly kind: 'replay' | 'discard'; readonly reader: string; readonly ids: readonly number[] | undefined }
  | { readonly kind: 'note'; readonly events: string };

/** An entry before its events are read. */
export interface JournalRow {
  readonly position: number;
  readonly events: string;
  readonly message_id: string | null;
  content: Uint8Array<ArrayBuffer> | null;
}
export interface DeadLetterRow {
  readonly id?: number;
  readonly at: number;
  readonly reason: string;
  readonly event: string;
}

const sql = {
  append: 'INSERT INTO journal (position, reader, events, message_id, content) VALUES (?, ?, ?, ?, ?)',
  last: `SELECT max((SELECT ifnull(max(position), 0) FROM journal),
    (SELECT ifnull(max(position), 0) FROM journal_reader)) AS position`,
  readers: 'SELECT name, position FROM journal_reader',
  enter: 'INSERT INTO journal_reader (name, position) VALUES (?, ?) ON CONFLICT DO NOTHING',
  leave: 'DELETE FROM journal_reader WHERE name = ?',
  rename: 'UPDATE journal_reader SET name = ? WHERE name = ?',
  renameEntries: 'UPDATE journal SET reader = ? WHERE reader = ?',
  renameDead: 'UPDATE dead_letter SET reader = ? WHERE reader = ?',
  readBare: `SELECT position, events, NULL AS message_id, NULL AS content FROM journal
    WHERE position > ? AND message_id IS NULL AND (reader IS NULL OR reader = ?) ORDER BY position LIMIT ?`,
  readWhole: `SELECT position, events, message_id, content FROM journal
    WHERE position > ? AND (reader IS NULL OR reader = ?) ORDER BY position LIMIT ?`,
  pass: 'UPDATE journal_reader SET position = max(position, ?) WHERE name = ?',
  trim: 'DELETE FROM journal WHERE position <= (SELECT ifnull(min(position), 9007199254740991) FROM journal_reader)',
  addDead: 'INSERT INTO dead_letter (reader, at, reason, event) VALUES (?, ?, ?, ?)',
  trimDead: `DELETE FROM dead_letter WHERE reader = ?1 AND id <=
    (SELECT id FROM dead_letter WHERE reader = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
  dead: 'SELECT id, at, reason, event FROM dead_letter WHERE reader = ? AND id > ? ORDER BY id LIMIT ?',
  countDead: 'SELECT count(*) AS count FROM dead_letter WHERE reader = ?',
  takeDead: 'DELETE FROM dead_letter WHERE reader = ? AND id = ? RETURNING event',
  takeAllDead: 'DELETE FROM dead_letter WHERE reader = ? RETURNING event',
} as const;

/** Positions begin at the time in this unit: those of a store that is made anew lie after those of the one before. */
const PER_MS = 1000;

/** Events of so many writes lie in one entry at most, or of fewer that are so long together. */
const MOST_TOGETHER = 32;
const LONG = 65_536;

/** The journal within the thread of the queue. The events of one transaction lie together. */
export class JournalTable {
  readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  #position: number;
  #cursors = new Map<string, number>();
  /** Of this transaction, and not yet in an entry. */
  #events: string[] = [];
  #length = 0;
  #rows: NewEntries['rows'][number][] = [];
  #committed: NewEntries['rows'][number][] = [];
  #end: number;

  constructor(database: DatabaseSync) {
    const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
    this.#statements = Object.fromEntries(entries) as Readonly<Record<keyof typeof sql, StatementSync>>;
    this.#position = Number(this.#statements.last.get()?.['position']);
    this.#end = this.#position;
    for (const { name, position } of this.#statements.readers.all()) this.#cursors.set(String(name), Number(position));
  }

  /** Within the transaction of the change that the events tell of. */
  append(events: string): void {
    if (events === '[]') return;
    this.#events.push(events);
    this.#length += events.length;
    if (this.#events.length >= MOST_TOGETHER || this.#length >= LONG) this.flush();
  }

  /** Before the end of the transaction. */
  flush(): void {
    const [first, ...others] = this.#events;
    if (first === undefined) return;
    const events = others.length === 0 ? first : `[${this.#events.map((each) => each.slice(1, -1)).join()}]`;
    this.#add(null, events);
    this.#rows.push([this.#position, this.#events.length]);
    this.#events = [];
    this.#length = 0;
  }

  commit(): void {
    this.#committed.push(...this.#rows);
    this.#rows = [];
    this.#end = this.#position;
  }

  rollback(): void {
    this.#events = [];
    this.#length = 0;
    this.#rows = [];
    this.#position = this.#end;
  }

  /** What has been committed since the last call. */
  takeNew(): NewEntries {
    const rows = this.#committed;
    this.#committed = [];
    return { rows, end: this.#end };
  }

  /** What is kept of a content stands before the events of its message. */
  keep(messageId: string, content: Uint8Array): void {
    this.flush();
    this.#add(null, '[]', messageId, content);
  }

  /** Within a transaction of its own, but for what only reads. */
  ask(ask: JournalAsk): unknown {
    const { readBare, readWhole, pass, addDead, trimDead, dead, countDead } = this.#statements;
    switch (ask.kind) {
      case 'follow':
        for (const [now, before] of ask.renamed) this.#rename(before, now);
        this.#follow(ask.readers, ask.nowMs);
        return [...this.#cursors];
      case 'read': {
        const after = Math.max(ask.after, this.#cursors.get(ask.reader) ?? 0);
        return (ask.contents ? readWhole : readBare).all(after, ask.reader, ask.limit);
      }
      case 'pass':
        for (const { at, reason, event } of ask.dead) addDead.run(ask.reader, at, reason, event);
        if (ask.dead.length > 0) trimDead.run(ask.reader, MOST_DEAD_LETTERS);
        pass.run(ask.position, ask.reader);
        this.#passed(ask.reader, ask.position);
        this.#trim();
        return undefined;
      case 'dead':
        return dead.all(ask.reader, ask.after, ask.limit);
      case 'count-dead':
        return Number(countDead.get(ask.reader)?.['count']);
      case 'replay':
        return this.#takeDead(ask.reader, ask.ids, (event) => this.#add(ask.reader, `[${event}]`));
      case 'discard':
        return this.#takeDead(ask.reader, ask.ids, () => undefined);
      case 'note':
        if (this.#cursors.size > 0) this.append(ask.events);
        return undefined;
    }
  }

  #rename(before: string, now: string): void {
    const position = this.#cursors.get(before);
    if (position === undefined || this.#cursors.has(now)) return;
    const { rename, renameEntries, renameDead } = this.#statements;
    for (const statement of [rename, renameEntries, renameDead]) statement.run(now, before);
    this.#cursors.delete(before);
    this.#cursors.set(now, position);
  }

  #passed(reader: string, position: number): void {
    const before = this.#cursors.get(reader);
    if (before !== undefined) this.#cursors.set(reader, Math.max(position, before));
  }

  #follow(readers: readonly string[], nowMs: number): void {
    if (this.#position === 0) this.#position = nowMs * PER_MS;
    for (const name of this.#cursors.keys()) {
      if (readers.includes(name)) continue;
      this.#statements.leave.run(name);
      this.#cursors.delete(name);
    }
    for (const name of readers) {
      this.#statements.enter.run(name, this.#position);
      if (!this.#cursors.has(name)) this.#cursors.set(name, this.#position);
    }
    this.#trim();
  }

  #add(
    reader: string | null,
    events: string,
    messageId: string | null = null,
    content: Uint8Array | null = null,
  ): void {
    this.#statements.append.run(++this.#position, reader, events, messageId, content);
  }

  #trim(): void {
    this.#statements.trim.run();
  }

  #takeDead(reader: string, ids: readonly number[] | undefined, take: (event: string) => void): number {
    const { takeDead, takeAllDead } = this.#statements;
    const rows = ids === undefined ? takeAllDead.all(reader) : ids.flatMap((id) => takeDead.all(reader, id));
    for (const { event } of rows) take(String(event));
    return rows.length;
  }
}

/** Reads an entry back. */
export function fromJournalRow({ position, events, message_id, content }: JournalRow): JournalEntry {
  const entry = { position, events: JSON.parse(events) as MailEvent[] };
  return message_id === null || content === null
    ? entry
    : { ...entry, content: { messageId: message_id, octets: content } };
}

export function toDeadRow({ event, atMs, reason }: NewDeadLetter): DeadLetterRow {
  return { at: atMs, reason, event: JSON.stringify(event) };
}
export function fromDeadRow({ id = 0, at, reason, event }: DeadLetterRow): StoredDeadLetter {
  return { id, atMs: at, reason, event: JSON.parse(event) as MailEvent };
}
