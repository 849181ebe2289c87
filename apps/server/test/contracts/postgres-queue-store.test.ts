import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { describePostgres } from '../support/postgres-suite.ts';
import { queueStoreContract, reopenable } from './queue-store.ts';

describePostgres('with a server', (server) => {
  queueStoreContract('the queue in PostgreSQL', async () => {
    const url = await server.newDatabase();
    return reopenable(() => openPostgresQueueStore(url, { node: 'mx1', inlineMaxOctets: 1_000 }));
  });
});
