import { rm } from 'node:fs/promises';
import { openSqliteQueueStore } from '../../src/adapters/sqlite-queue-store.ts';
import { newDirectory } from './queue-directory.ts';
import { queueStoreContract } from './queue-store.ts';

queueStoreContract('the queue in SQLite', async () => {
  const directory = await newDirectory();
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
