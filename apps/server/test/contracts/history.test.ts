import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { openMemoryHistory } from '../../src/adapters/memory/history.ts';
import { openSqliteHistory } from '../../src/adapters/sqlite/history.ts';
import type { MailEvent } from '../../src/model.ts';
import { historyContract } from './history.ts';

historyContract('the history in memory', () => Promise.resolve({ history: openMemoryHistory() }));

historyContract('the history in SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dsnd-history-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'history.db');
  const history = await openSqliteHistory(file);
  const reopen = async () => {
    await history.close();
    const again = await openSqliteHistory(file);
    onTestFinished(() => again.close());
    return again;
  };
  return { history, reopen };
});

it('a history in SQLite that is damaged is named, and what goes on without it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dsnd-history-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'history.db');
  await writeFile(file, 'garbage '.repeat(1000));
  await expect(openSqliteHistory(file)).rejects.toThrow(
    `The history ${file} can't be used: file is not a database; move it away, and a new one is begun`,
  );
});

it('a history in SQLite of version 1 is read on, with events one by one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dsnd-history-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'history.db');
  const event = (atMs: number): MailEvent => ({ kind: 'held', recipients: ['a@b'], messageId: 'm', atMs });
  const first = await openSqliteHistory(file);
  await first.record({ after: 0, position: 1, events: [event(1)], contents: [] });
  await first.close();
  const database = new DatabaseSync(file);
  database.exec('CREATE INDEX term_row ON term (row); PRAGMA user_version = 1');
  database.prepare('UPDATE event SET event = ?').run(JSON.stringify(event(1)));
  database.close();
  const again = await openSqliteHistory(file);
  onTestFinished(() => again.close());
  await again.record({ after: 1, position: 2, events: [event(2), event(3)], contents: [] });
  expect((await again.one('m'))?.events).toEqual([event(1), event(2), event(3)]);
  expect(await again.forget({ unchangedSinceMs: 9, maxMessages: 9 })).toBe(1);
  expect((await again.search({ limit: 9, recipient: 'a@b' })).messages).toEqual([]);
});
