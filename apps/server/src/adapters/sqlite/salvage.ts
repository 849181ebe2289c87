import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from './sqlite.ts';
import type { Recipient } from '../../model.ts';
import { StoreError } from '../../ports.ts';
import { fromRow, lastN, toRow } from './messages.ts';
import type { RecipientRow } from './messages.ts';
import { assertQueue, toStoreError } from './schema.ts';

/** A message as it lies in a store, with all that it needs. */
export interface SalvagedMessage {
  readonly id: string;
  /** JSON, which was read once. */
  readonly envelope: string;
  readonly lastN: number;
  readonly recipients: readonly RecipientRow[];
  /** The name of the file that holds the content, if it is not in the database. */
  readonly spool: string | null;
  readonly content: Uint8Array | null;
}

/**
 * Opens the database of a store for somebody who repairs: nothing is brought up to date, and nobody else has it meanwhile.
 *
 * @throws {StoreError} 'locked' while a server has it open, 'foreign', 'corrupt' if not even its schema can be read, 'io'
 */
export function openForRepair(directory: string): DatabaseSync {
  const file = join(directory, 'queue.db');
  if (!existsSync(file)) throw new StoreError('io', `There is no store in ${directory}`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT');
    assertQueue(database);
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
}

/**
 * Gives every message of a store that can be read whole, in the order of acceptance; of the others it complains, one line
 * each. Damaged pages cost what lies in them, not what lies behind them.
 */
export function* salvage(database: DatabaseSync, complain: (line: string) => void): Generator<SalvagedMessage> {
  for (const table of ['message', 'fresh'] as const) {
    const unread = new Unread(complain);
    for (const seq of sequence(database, table, complain)) {
      const found = attempt(() => (table === 'fresh' ? readFresh(database, seq) : readResting(database, seq)));
      if ('trouble' in found) unread.add(seq, found.trouble);
      else if (found.value !== undefined) yield found.value;
    }
    unread.tell();
  }
}

/** Complains once of messages that follow each other and can't be read for one reason. */
class Unread {
  readonly #complain: (line: string) => void;
  #run: { readonly first: number; last: number; readonly trouble: string } | undefined;

  constructor(complain: (line: string) => void) {
    this.#complain = complain;
  }

  add(seq: number, trouble: string): void {
    if (this.#run?.last === seq - 1 && this.#run.trouble === trouble) {
      this.#run.last = seq;
      return;
    }
    this.tell();
    this.#run = { first: seq, last: seq, trouble };
  }

  tell(): void {
    if (this.#run === undefined) return;
    const { first, last, trouble } = this.#run;
    this.#complain(`${first === last ? `Message ${first}` : `Messages ${first} to ${last}`} can't be read: ${trouble}`);
    this.#run = undefined;
  }
}

/** Where each message lies. Behind a damaged page the way goes on from the other end, and number by number between. */
function* sequence(
  database: DatabaseSync,
  table: 'message' | 'fresh',
  complain: (line: string) => void,
): Generator<number> {
  let last = 0;
  const following = database.prepare(`SELECT seq FROM ${table} WHERE seq > ? ORDER BY seq LIMIT 500`);
  for (;;) {
    const page = attempt(() => following.all(last).map(({ seq }) => Number(seq)));
    if ('trouble' in page) {
      complain(`The messages after ${last} in "${table}" can't be listed: ${page.trouble}`);
      break;
    }
    if (page.value.length === 0) return;
    yield* page.value;
    last = page.value.at(-1) ?? last;
  }
  const behind = fromTheEnd(database, table, last);
  const gapEnd = behind.at(-1) ?? 1 + lastKnown(database);
  for (let seq = last + 1; seq < gapEnd; seq++) yield seq;
  yield* behind.reverse();
}

/** The number of the last message that has recipients, as far as that can be read. */
function lastKnown(database: DatabaseSync): number {
  const found = attempt(() => database.prepare('SELECT max(seq) AS seq FROM recipient').get()?.['seq']);
  return 'trouble' in found ? 0 : Number(found.value ?? 0);
}

/** The numbers of the messages that can be listed from the newest on, in that order. */
function fromTheEnd(database: DatabaseSync, table: 'message' | 'fresh', after: number): number[] {
  const found: number[] = [];
  const preceding = database.prepare(`SELECT seq FROM ${table} WHERE seq > ? AND seq < ? ORDER BY seq DESC LIMIT 1`);
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const row = attempt(() => preceding.get(after, before));
    if ('trouble' in row || row.value === undefined) return found;
    before = Number(row.value['seq']);
    found.push(before);
  }
}

function readResting(database: DatabaseSync, seq: number): SalvagedMessage | undefined {
  const row = database.prepare('SELECT id, last_n, envelope, spool, content FROM message WHERE seq = ?').get(seq);
  if (row === undefined) return undefined;
  const { last_n: last, ...rest } = row as unknown as StoredRow & { readonly last_n: number };
  const columns =
    'destination, n, due_at, address, parameters, shown_as, attempts, retry_at, delay_reported, last_failure';
  const recipients = database
    .prepare(`SELECT ${columns} FROM recipient WHERE seq = ? ORDER BY n`)
    .all(seq)
    .map((found) => Object.values(found) as unknown as RecipientRow);
  return checked({ ...rest, lastN: last, recipients });
}

function readFresh(database: DatabaseSync, seq: number): SalvagedMessage | undefined {
  const row = database.prepare('SELECT id, envelope, spool, content, recipients FROM fresh WHERE seq = ?').get(seq);
  if (row === undefined) return undefined;
  const { recipients, ...rest } = row as unknown as StoredRow & { readonly recipients: string };
  const read = JSON.parse(recipients) as readonly Recipient[];
  return checked({ ...rest, lastN: lastN(read), recipients: read.map(toRow) });
}

interface StoredRow {
  readonly id: string;
  readonly envelope: string;
  readonly spool: string | null;
  readonly content: Uint8Array | null;
}

/** What the server could not read back is not salvaged. */
function checked(message: SalvagedMessage): SalvagedMessage {
  const { id, envelope, recipients, spool, content, lastN: last } = message;
  const { id: inEnvelope } = JSON.parse(envelope) as { readonly id?: unknown };
  if (inEnvelope !== id) throw new Error(`its envelope is of message ${JSON.stringify(inEnvelope)}`);
  if (recipients.length === 0) throw new Error('it has no recipients');
  if ((spool === null) === (content === null)) throw new Error('it has no content, or two');
  for (const { n } of recipients.map(fromRow))
    if (n > last) throw new Error(`recipient ${n} is counted beyond ${last}`);
  return message;
}

function attempt<Value>(run: () => Value): { readonly value: Value } | { readonly trouble: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { trouble: error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error) };
  }
}
