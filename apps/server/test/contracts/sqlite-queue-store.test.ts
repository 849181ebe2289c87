import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteQueueStore } from '../../src/adapters/sqlite-queue-store.ts';
import { queueStoreContract } from './queue-store.ts';

queueStoreContract('the queue in SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dsnkit-queue-'));
  const open = () => openSqliteQueueStore(directory, { inlineMaxOctets: 1_000 });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      return (store = await open());
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
