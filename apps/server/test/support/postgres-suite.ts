import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import type { QueueStore } from '../../src/ports.ts';
import { postgresMissing, startPostgres, type PostgresServer } from '../postgres/postgres.ts';

/** Tests beside a PostgreSQL server of their own; where none can be started they are skipped, and their title says why. */
export function describePostgres(
  title: string,
  tests: (server: Pick<PostgresServer, 'port' | 'newDatabase' | 'kill' | 'start'>) => void,
): void {
  describeUnless(postgresMissing(), title, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    }, 180_000);
    afterAll(() => server.dispose());
    tests({
      get port() {
        return server.port;
      },
      newDatabase: () => server.newDatabase(),
      kill: () => server.kill(),
      start: () => server.start(),
    });
  });
}

/** @param missing what the tests need and is not here */
export function describeUnless(missing: string | undefined, title: string, tests: () => void): void {
  describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (${missing})`, tests);
}

/** Opens a node that is closed when the test ends. */
export async function openNode(...how: Parameters<typeof openPostgresQueueStore>): Promise<QueueStore> {
  const store = await openPostgresQueueStore(...how);
  onTestFinished(() => store.close());
  return store;
}
