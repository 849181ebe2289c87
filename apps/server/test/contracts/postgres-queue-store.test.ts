import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { describePostgres } from '../support/postgres-suite.ts';
import { queueStoreContract } from './queue-store.ts';

describePostgres('with a server', (server) => {
  queueStoreContract('the queue in PostgreSQL', async () => {
    const url = await server.newDatabase();
    const open = () => openPostgresQueueStore(url, { node: 'mx1', inlineMaxOctets: 1_000 });
    let store = await open();
    return {
      store,
      reopen: async () => {
        await store.close();
        return (store = await open());
      },
      dispose: () => store.close(),
    };
  });
});
