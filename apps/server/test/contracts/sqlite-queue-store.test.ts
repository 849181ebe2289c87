import { rm } from 'node:fs/promises';
import { openSqliteQueueStore } from '../../src/adapters/sqlite-queue-store.ts';
import { newDirectory } from './queue-directory.ts';
import { queueStoreContract, reopenable } from './queue-store.ts';

queueStoreContract('the queue in SQLite', async () => {
  const directory = await newDirectory();
  const open = () => openSqliteQueueStore(directory, { inlineMaxOctets: 1_000 });
  return reopenable(open, () => rm(directory, { recursive: true }));
});
