import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openMemorySuppression } from '../../src/adapters/memory/suppression.ts';
import { openSqliteSuppression } from '../../src/adapters/sqlite/suppression.ts';
import { suppressionContract } from './suppression.ts';

suppressionContract('the suppression list in memory', () => Promise.resolve({ store: openMemorySuppression() }));

suppressionContract('the suppression list in SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dsnd-suppression-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'suppression.db');
  const reopen = () => {
    const again = openSqliteSuppression(file);
    onTestFinished(() => again.close());
    return Promise.resolve(again);
  };
  return { store: openSqliteSuppression(file), reopen };
});
