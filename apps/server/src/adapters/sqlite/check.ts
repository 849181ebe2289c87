import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openForRepair, salvage } from './salvage.ts';
import { schemaVersion } from './schema.ts';
import { DatabaseSync } from './sqlite.ts';

/** What {@link checkStore} found. */
export interface StoreCheck {
  readonly messages: number;
  readonly recipients: number;
  /** One line each; none: all is well. */
  readonly problems: readonly string[];
  /** The same of the databases beside the queue, history and suppression list: mail goes on without them. */
  readonly beside: readonly string[];
  /** What is no problem, but worth a line. */
  readonly remarks: readonly string[];
}

const rules: readonly (readonly [what: string, sql: string])[] = [
  [
    'recipients without a message',
    'SELECT DISTINCT seq AS found FROM recipient WHERE seq NOT IN (SELECT seq FROM message)',
  ],
  ['messages in two places', 'SELECT seq AS found FROM fresh WHERE seq IN (SELECT seq FROM message)'],
  [
    'messages of one id',
    'SELECT id AS found FROM (SELECT id FROM message UNION ALL SELECT id FROM fresh) GROUP BY id HAVING count(*) > 1',
  ],
];

/**
 * Reads a whole store, and says what is wrong with it: pages and indexes of the database (SQLite's `integrity_check`),
 * rows that don't belong together, messages that can't be read, content files that are missing. Of history and suppression
 * list, which lie beside the queue, pages and indexes are read.
 *
 * @throws {StoreError} as {@link openForRepair}
 */
export function checkStore(directory: string): StoreCheck {
  const database = openForRepair(directory);
  try {
    const problems = [...integrity(database, 'The database'), ...brokenRules(database)];
    const named = new Set<string>();
    let messages = 0;
    let recipients = 0;
    const files = new Set(spoolFiles(directory));
    for (const message of salvage(database, (line) => problems.push(line))) {
      messages += 1;
      recipients += message.recipients.length;
      if (message.spool === null) continue;
      named.add(message.spool);
      if (!files.has(message.spool))
        problems.push(`Message ${message.id}: its content file ${message.spool} is missing`);
    }
    return {
      messages,
      recipients,
      problems,
      beside: besideQueue(directory),
      remarks: remarks(
        database,
        [...files].filter((file) => !named.has(file)),
      ),
    };
  } finally {
    database.close();
  }
}

/** The names of the files that hold content. */
export function spoolFiles(directory: string): readonly string[] {
  const spool = join(directory, 'spool');
  return existsSync(spool) ? readdirSync(spool) : [];
}

/** Databases of their own in the folder of the store. */
const BESIDE = ['history.db', 'suppression.db'] as const;

function besideQueue(directory: string): readonly string[] {
  return BESIDE.filter((name) => existsSync(join(directory, name))).flatMap((name) => {
    const database = new DatabaseSync(join(directory, name));
    try {
      return integrity(database, name);
    } finally {
      database.close();
    }
  });
}

function integrity(database: DatabaseSync, what: string): string[] {
  try {
    const rows = database.prepare('PRAGMA integrity_check(20)').all();
    const lines = rows.flatMap((row) => String(row['integrity_check']).split('\n'));
    return lines.filter((line) => line !== 'ok').map((line) => `${what}: ${line}`);
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function brokenRules(database: DatabaseSync): string[] {
  return rules.flatMap(([what, sql]) => {
    try {
      const found = database.prepare(`${sql} LIMIT 20`).all();
      return found.length === 0 ? [] : [`There are ${what}: ${found.map((row) => String(row['found'])).join(', ')}`];
    } catch (error) {
      return [`Whether there are ${what} can't be read: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function remarks(database: DatabaseSync, unnamed: readonly string[]): string[] {
  const { is, latest } = schemaVersion(database);
  return [
    ...(is < latest ? [`Its schema has version ${is}; the server brings it to ${latest} when it starts`] : []),
    ...(unnamed.length > 0
      ? [`${unnamed.length} content files of no message; the server removes them when it starts`]
      : []),
  ];
}
