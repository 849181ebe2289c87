import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { startApi, type ApiServer } from '../admin/api-server.ts';
import { followStream, type Seen } from '../admin/event-stream.ts';
import { waitFor } from '../support/dsnd.ts';
import { describePostgres } from '../support/postgres-suite.ts';

describePostgres('the live events of nodes that share a queue', (database) => {
  async function node(url: string, name: string): Promise<ApiServer> {
    const api = await startApi({ store: await openPostgresQueueStore(url, { node: name }) });
    onTestFinished(() => api.stop());
    return api;
  }

  /** Resolves when a node has its place in the journal. */
  async function watching(url: string, name: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const sql = `SELECT 1 FROM dsnkit_journal_reader WHERE name LIKE 'live:${name}:%'`;
    await waitFor(async () => (await client.query(sql)).rowCount === 1).finally(() => client.end());
  }

  async function submit(to: ApiServer): Promise<string> {
    const body = { from: '', recipients: [{ address: 'ok@simulator.test' }], raw: 'a: b\n\n' };
    return ((await (await to.post('/api/v1/messages', body)).json()) as { readonly id: string }).id;
  }

  const kindsOf = (seen: readonly Seen[], id: string): readonly string[] =>
    seen.filter(({ data }) => data.messageId === id).map(({ type }) => type);
  const has = (seen: readonly Seen[], id: string): boolean => kindsOf(seen, id).includes('delivered');

  it('are told by each node, those of the others too, each once', async () => {
    const url = await database.newDatabase();
    const [a, b] = [await node(url, 'a'), await node(url, 'b')];
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const sent: string[] = [];
    const both = followStream(a, '/api/v1/events', (seen) => sent.length === 2 && sent.every((id) => has(seen, id)), {
      following: () => begin(),
    });
    await begun;
    // What another node does before this one has its place in the journal is not told.
    await watching(url, 'a');
    const first = await submit(b);
    await b.event((event) => event.kind === 'delivered' && event.messageId === first);
    const own = await submit(a);
    sent.push(first, own);
    const seen = await both;
    expect(kindsOf(seen, first)).toEqual(['accepted', 'attempted', 'delivered']);
    expect(kindsOf(seen, own)).toEqual(['accepted', 'attempted', 'delivered']);

    // Who comes back soon goes on where the stream broke off.
    const meanwhile = await submit(b);
    await b.event((event) => event.kind === 'delivered' && event.messageId === meanwhile);
    const again = await followStream(a, '/api/v1/events', (all) => has(all, meanwhile), {
      headers: { 'Last-Event-ID': seen.at(-1)?.id ?? '' },
    });
    expect(again.map(({ type }) => type)).not.toContain('missed');
    expect(kindsOf(again, meanwhile)).toEqual(['accepted', 'attempted', 'delivered']);
  });

  it('begin anew with word that some were missed, when nobody looked for long', async () => {
    const url = await database.newDatabase();
    const a = await node(url, 'a');
    const id = await submit(a);
    await a.event((event) => event.kind === 'delivered' && event.messageId === id);
    const { run } = a.front.observers.ring;
    const seen = await followStream(a, '/api/v1/events', (all) => all.some(({ type }) => type === 'missed'), {
      headers: { 'Last-Event-ID': `${run}-0` },
    });
    expect(seen.at(-1)?.id).not.toBe('');
  });
});
