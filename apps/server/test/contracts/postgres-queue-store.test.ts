import { afterAll, beforeAll, describe, it } from 'vitest';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { postgresMissing, startPostgres, type PostgresServer } from '../postgres/postgres.ts';
import { queueStoreContract } from './queue-store.ts';

const missing = postgresMissing();
if (missing !== undefined) it.skip(`the queue in PostgreSQL: ${missing}`);
else
  describe('with a server', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(() => server.dispose());

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
