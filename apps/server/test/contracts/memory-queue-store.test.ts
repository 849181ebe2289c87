import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { queueStoreContract } from './queue-store.ts';

queueStoreContract('the queue in memory', () => {
  const store = openMemoryQueueStore({ inlineMaxOctets: 1_000 });
  return Promise.resolve({ store, dispose: () => store.close() });
});
