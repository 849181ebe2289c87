import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What lies in the store under a folder once all is done: nothing. One line for each thing that does. */
export function leftovers(folder: string, tables = ['fresh', 'message', 'recipient']): string[] {
  const database = new DatabaseSync(join(folder, 'queue/queue.db'));
  const rows = (table: string) => Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);
  const integrity = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  const found = tables.filter((table) => rows(table) > 0);
  const problems = found.map((table) => `left over in the store: ${rows(table)} rows of ${table}`);
  database.close();
  if (integrity !== 'ok') problems.push(`the database is damaged: ${String(integrity)}`);
  return [...problems, ...spoolFiles(folder).map((name) => `left over in the spool: ${name}`)];
}

/** Contents that lie apart from the database. */
export function spoolFiles(folder: string): string[] {
  const spool = join(folder, 'queue/spool');
  return existsSync(spool) ? readdirSync(spool) : [];
}
