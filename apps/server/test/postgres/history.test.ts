import { expect, it, onTestFinished } from 'vitest';
import { openPostgresHistory } from '../../src/adapters/postgres/history.ts';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { openPostgresSuppression } from '../../src/adapters/postgres/suppression.ts';
import { sharedSecret } from '../../src/adapters/postgres/secrets.ts';
import { historyContract } from '../contracts/history.ts';
import { describePostgres } from '../support/postgres-suite.ts';

describePostgres('beside the queue', (server) => {
  /** A database with its tables. */
  async function made(): Promise<string> {
    const url = await server.newDatabase();
    await openPostgresQueueStore(url, { node: 'a' }).then((store) => store.close());
    return url;
  }

  historyContract('the history in PostgreSQL', async () => {
    const url = await made();
    const open = () => {
      const history = openPostgresHistory(url);
      onTestFinished(() => history.close());
      return Promise.resolve(history);
    };
    return { history: await open(), reopen: open };
  });

  it('shows each node what another changes in the suppression list', async () => {
    const url = await made();
    const [a, b] = [openPostgresSuppression(url), openPostgresSuppression(url)];
    onTestFinished(async () => {
      await Promise.all([a.close(), b.close()]);
    });
    const record = (address: string, failures = 1) => ({
      ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures, listed: true },
    });
    await a.change([record('b@x'), record('a@x'), record('c@x')], []);
    expect(await b.all()).toEqual([record('b@x'), record('a@x'), record('c@x')].sort(byAddress));
    await a.change([record('b@x', 2)], ['c@x']);
    const changes = await b.changes?.();
    expect(changes?.removed).toEqual(['c@x']);
    expect(changes?.put).toContainEqual(record('b@x', 2));
    expect(await b.changes?.()).toEqual({ put: [], removed: [] });
    expect(await openAll(url)).toEqual([record('a@x'), record('b@x', 2)]);
  });

  it('has one secret for all who ask at once, and another under another name', async () => {
    const url = await made();
    const asked = ['a', 'b', 'c'].map((text) => sharedSecret(url, 'key', () => new TextEncoder().encode(text)));
    const [first, ...others] = (await Promise.all(asked)).map((octets) => Buffer.from(octets).toString());
    expect(['a', 'b', 'c']).toContain(first);
    expect(others).toEqual([first, first]);
    expect(Buffer.from(await sharedSecret(url, 'other', () => Uint8Array.of(1)))).toEqual(Buffer.from([1]));
  });
});

const byAddress = (a: { readonly address: string }, b: { readonly address: string }): number =>
  a.address < b.address ? -1 : 1;

async function openAll(url: string): Promise<unknown> {
  const store = openPostgresSuppression(url);
  const all = [...(await store.all())].sort(byAddress);
  await store.close();
  return all;
}
