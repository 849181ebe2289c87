import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openMemoryHistory } from '../../src/adapters/memory-history.ts';
import { openSqliteHistory } from '../../src/adapters/sqlite-history.ts';
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
