import { openPrivate, type DatabaseSync } from './sqlite.ts';
import { StoreError } from '../../ports.ts';
import type { WorkerOptions } from './messages.ts';

/** `PRAGMA application_id` of a queue: the letters "dsnq". */
const applicationId = 0x64736e71;
/** The same of one that is being recovered, "dsnr": what is not all there must not pass for the whole. */
const unfinishedId = 0x64736e72;

/**
 * The schema, step by step: step N leads from version N to version N + 1. A step that was released is never changed.
 *
 * - `fresh`: messages whose recipients are all under the claim of their acceptance. One row and no index entry each: most
 *   messages are delivered at once and leave no other trace.
 * - `message` and `recipient`: messages that rest. A recipient is found by its message, or by destination and due time.
 * - `journal`: events that somebody has yet to read, and contents that are to be kept; `reader` is null for everybody.
 * - Claims are not stored. The process that has the store open is its only user, so they end with it.
 */
const steps: readonly string[] = [
  `CREATE TABLE fresh (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    envelope TEXT NOT NULL,
    recipients TEXT NOT NULL,
    spool TEXT,
    content BLOB
  ) STRICT;
  CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    last_n INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    spool TEXT,
    content BLOB
  ) STRICT;
  CREATE INDEX message_id ON message (id);
  CREATE INDEX message_spool ON message (spool) WHERE spool IS NOT NULL;
  CREATE TABLE recipient (
    seq INTEGER NOT NULL,
    destination TEXT NOT NULL,
    n INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    parameters TEXT NOT NULL,
    shown_as TEXT,
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    delay_reported INTEGER NOT NULL,
    last_failure TEXT,
    PRIMARY KEY (seq, destination, n)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recipient_due ON recipient (destination, due_at, seq, n);`,
  `CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    reader TEXT,
    events TEXT NOT NULL,
    message_id TEXT,
    content BLOB
  ) STRICT;
  CREATE TABLE journal_reader (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reader TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX dead_letter_reader ON dead_letter (reader, id);
  CREATE TABLE paused (destination TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];

/**
 * Opens the database of a queue for this process alone, and brings its schema to the present version.
 *
 * @throws {StoreError} 'locked', 'corrupt', 'foreign' (not a queue, or one of a later version), 'full', 'io'
 */
export function openDatabase(options: WorkerOptions): DatabaseSync {
  return openAs(applicationId, options);
}

/**
 * Makes the database of a queue that nobody takes for one before {@link finish} said that all is there.
 *
 * @throws {StoreError} 'locked', 'full', 'io'
 */
export function openUnfinished(file: string): DatabaseSync {
  return openAs(unfinishedId, { file, maxDatabaseOctets: undefined, minFreeOctets: 0 });
}

/** From then on it is a queue. */
export function finish(database: DatabaseSync): void {
  database.exec(`PRAGMA application_id = ${applicationId}`);
}

function openAs(id: number, { file, maxDatabaseOctets }: WorkerOptions): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openPrivate(file);
    // The exclusive lock is held until the process ends, however it ends; the index of the WAL then needs no shared memory.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // Small checkpoints: none keeps a client waiting for long. What one large transaction left of the log is cut off.
    database.exec('PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864');
    // Most of what is read has just been written; the system keeps the rest of the file in memory that anybody may have.
    database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY');
    migrate(database, steps, id);
    if (maxDatabaseOctets !== undefined) {
      const pages = Math.floor(maxDatabaseOctets / pragma(database, 'page_size'));
      database.exec(`PRAGMA max_page_count = ${pages}`);
    }
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
}

/**
 * Brings a database to the version that the steps lead to, all of them or none.
 *
 * @throws {StoreError} 'foreign' if it is not a queue, or one of a later version
 */
export function migrate(database: DatabaseSync, toVersion: readonly string[] = steps, id = applicationId): void {
  const version = pragma(database, 'user_version');
  const isEmpty = version === 0 && pragma(database, 'application_id') === 0 && countTables(database) === 0;
  if (!isEmpty) assertQueue(database, toVersion.length);
  if (version === toVersion.length) return;
  database.exec('BEGIN IMMEDIATE');
  for (const step of toVersion.slice(version)) database.exec(step);
  database.exec(`PRAGMA application_id = ${id}; PRAGMA user_version = ${toVersion.length}; COMMIT`);
}

/**
 * Whether a database is a queue that this program understands.
 *
 * @throws {StoreError} 'foreign'
 */
export function assertQueue(database: DatabaseSync, known: number = steps.length): void {
  const id = pragma(database, 'application_id');
  if (id === unfinishedId) {
    throw new StoreError('foreign', 'The store was not recovered to its end: remove it, and recover once more');
  }
  if (id !== applicationId) throw new StoreError('foreign', 'The store is not a mail queue');
  const version = pragma(database, 'user_version');
  if (version <= known) return;
  throw new StoreError(
    'foreign',
    `The store has version ${version}, but this program knows only up to ${known}: run a later dsnd`,
  );
}

/** The version that the schema of a store has, and the one that it is brought to when it is opened. */
export function schemaVersion(database: DatabaseSync): { readonly is: number; readonly latest: number } {
  return { is: pragma(database, 'user_version'), latest: steps.length };
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id' | 'page_size'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
function countTables(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables']);
}

/** The primary result codes of SQLite that mean more than "I/O error". */
const codes: Readonly<Record<number, StoreError['code']>> = {
  5: 'locked',
  6: 'locked',
  11: 'corrupt',
  13: 'full',
  26: 'corrupt',
};

/** Those for what may not be written, read or made: mostly who ran the server before was another user. */
const NO_RIGHT: ReadonlySet<number> = new Set([3, 8, 14]);

/** Says in our words what SQLite reported, on one line. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string };
  const code = codes[(errcode ?? 0) & 0xff] ?? 'io';
  const reason = (message ?? 'unknown trouble').replaceAll(/\s+/g, ' ');
  if (code === 'locked') return new StoreError(code, 'The store is in use by another process');
  const hint = NO_RIGHT.has((errcode ?? 0) & 0xff) ? '; does its folder belong to the user that runs this?' : '';
  return new StoreError(code, `The store ${code === 'corrupt' ? 'is damaged' : 'failed'}: ${reason}${hint}`);
}
