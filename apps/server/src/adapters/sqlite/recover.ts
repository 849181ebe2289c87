import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../ports.ts';
import { failing, syncDirectory } from './spool.ts';
import { fromEnvelope, fromRow } from './messages.ts';
import { openForRepair, salvage } from './salvage.ts';
import type { SalvagedMessage } from './salvage.ts';
import { finish, openUnfinished } from './schema.ts';
import { prepareStatements } from './statements.ts';
import type { Statements } from './statements.ts';

/** What was saved, and one line for each thing that was not. */
export interface Rescue {
  readonly messages: number;
  readonly recipients: number;
  readonly lost: readonly string[];
}

/**
 * Makes a new store of all that can be read of another one, which stays as it is. One that was not made to its end is none.
 *
 * @throws {StoreError} as {@link openForRepair}; also if `target` is there and not empty
 */
export async function recoverStore(directory: string, target: string): Promise<Rescue> {
  const home = resolve(target);
  return await withMessages(directory, async (messages, damaged, lost) => {
    await makeEmpty(home, join(home, 'spool'));
    const database = openUnfinished(join(home, 'queue.db'));
    try {
      await store(messages, database, async (name) => {
        await copyDurably(join(directory, 'spool', name), join(home, 'spool', name));
      });
      for (const table of besideMessages) copyTable(table, damaged, database, (line) => lost.push(line));
      await failing(syncDirectory(join(home, 'spool')));
      finish(database);
    } finally {
      database.close();
    }
    for (const made of [home, dirname(home)]) await failing(syncDirectory(made));
  });
}

/**
 * Writes every message that can be read into files: `ID.eml` is the content, `ID.json` the envelope and the recipients that
 * still wait.
 *
 * @throws {StoreError} as {@link recoverStore}
 */
export async function exportStore(directory: string, target: string): Promise<Rescue> {
  return await withMessages(directory, async (messages) => {
    await makeEmpty(target);
    for await (const { id, envelope, recipients, spool, content } of messages) {
      const path = join(target, id.replaceAll(/[^A-Za-z0-9]/g, '_'));
      const described = { message: fromEnvelope(envelope), recipients: recipients.map(fromRow) };
      if (spool !== null) await copyFile(join(directory, 'spool', spool), `${path}.eml`, constants.COPYFILE_EXCL);
      else await writeFile(`${path}.eml`, content ?? '', { flag: 'wx', mode: 0o600 });
      await writeFile(`${path}.json`, `${JSON.stringify(described, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 });
    }
  });
}

/** Runs over the messages whose content is there, too, and counts them. */
async function withMessages(
  directory: string,
  run: (messages: AsyncIterable<SalvagedMessage>, database: DatabaseSync, lost: string[]) => Promise<void>,
): Promise<Rescue> {
  const database = openForRepair(directory);
  const lost: string[] = [];
  const saved = { messages: 0, recipients: 0 };
  async function* whole(): AsyncGenerator<SalvagedMessage> {
    for (const message of salvage(database, (line) => lost.push(line))) {
      if (message.spool !== null && !(await isReadable(join(directory, 'spool'), message.spool))) {
        lost.push(`Message ${message.id}: its content file ${message.spool} can't be read`);
        continue;
      }
      saved.messages += 1;
      saved.recipients += message.recipients.length;
      yield message;
    }
  }
  try {
    await failing(run(whole(), database, lost));
    return { ...saved, lost };
  } finally {
    database.close();
  }
}

const perTransaction = 1_000;

async function store(
  messages: AsyncIterable<SalvagedMessage>,
  database: DatabaseSync,
  copy: (spool: string) => Promise<void>,
): Promise<void> {
  const statements = prepareStatements(database);
  let seq = 0;
  database.exec('BEGIN IMMEDIATE');
  for await (const message of messages) {
    if (message.spool !== null) await copy(message.spool);
    insert(statements, ++seq, message);
    if (seq % perTransaction === 0) database.exec('COMMIT; BEGIN IMMEDIATE');
  }
  database.exec('COMMIT');
}

function insert({ insertMessage, insertRecipient }: Statements, seq: number, message: SalvagedMessage): void {
  const { id, lastN, envelope, spool, content, recipients } = message;
  insertMessage.run(seq, id, lastN, envelope, spool, content);
  for (const recipient of recipients) insertRecipient.run(seq, ...recipient);
}

/** What operators and readers of events have in the store. Earlier versions lack some of it. */
const besideMessages = ['journal', 'journal_reader', 'dead_letter', 'paused'] as const;

/** Copies the rows of a table up to the first that can't be read. */
function copyTable(
  table: (typeof besideMessages)[number],
  from: DatabaseSync,
  to: DatabaseSync,
  complain: (line: string) => void,
): void {
  const isThere = from.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
  if (!isThere) return;
  to.exec('BEGIN IMMEDIATE');
  try {
    for (const row of from.prepare(`SELECT * FROM ${table}`).iterate()) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join(', ');
      to.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(...Object.values(row));
    }
  } catch (error) {
    complain(`Not all of "${table}" can be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  to.exec('COMMIT');
}

async function makeEmpty(...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    await failing(mkdir(directory, { recursive: true, mode: 0o700 }));
    const found = await failing(readdir(directory));
    if (found.length > 0) throw new StoreError('io', `${directory} is not empty`);
  }
}

/** Content lies in a file of its own in the folder: a name in a damaged row may lead elsewhere. */
async function isReadable(folder: string, name: string): Promise<boolean> {
  try {
    if (basename(name) !== name || !(await lstat(join(folder, name))).isFile()) return false;
    await (await open(join(folder, name))).close();
    return true;
  } catch {
    return false;
  }
}

/** Two messages may share a content: the copy is there already then. */
async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const file = await open(to, 'r+');
  await file.sync().finally(() => file.close());
}
