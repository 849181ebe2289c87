import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import { migrate, steps } from '../../src/adapters/postgres/schema.ts';
import type { MailEvent } from '../../src/model.ts';
import type { JournalEntry, QueueStore } from '../../src/ports.ts';
import { octets, sample } from '../contracts/queue-samples.ts';
import { waitFor } from '../support/dsnd.ts';
import { describePostgres, openNode } from '../support/postgres-suite.ts';

const event = (messageId: string): MailEvent => ({ kind: 'held', recipients: ['x@y'], messageId, atMs: 1 });

describePostgres('the journal of nodes that are configured differently', (server) => {
  const node = (url: string, name: string): Promise<QueueStore> => openNode(url, { node: name });

  async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<Row>(sql).finally(() => client.end());
    return rows;
  }

  const readersOf = async (url: string): Promise<readonly string[]> =>
    (await ask<{ name: string }>(url, 'SELECT name FROM dsnkit_journal_reader ORDER BY name')).map(({ name }) => name);

  const idsFor = async ({ journal }: QueueStore, reader: string): Promise<readonly string[]> =>
    (await journal.read({ reader, limit: 100 })).flatMap(({ events }) => events.map(({ messageId }) => messageId));

  it('leaves a reader where it is when a node begins that does not name it', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    await a.journal.follow(['webhook:x']);
    await a.journal.note([event('m1')]);
    const b = await node(url, 'b');
    await b.journal.follow([]);
    await b.journal.follow(['history']);
    expect(await readersOf(url)).toEqual(['history', 'webhook:x']);
    expect(await idsFor(a, 'webhook:x')).toEqual(['m1']);
  });

  it('leaves the reader of a node that is just being restarted', async () => {
    const url = await server.newDatabase();
    const a = await openPostgresQueueStore(url, { node: 'a' });
    await a.journal.follow(['webhook:x']);
    await a.journal.note([event('m1')]);
    await a.close();
    const b = await node(url, 'b');
    await b.journal.follow([]);
    const again = await node(url, 'a');
    await again.journal.follow(['webhook:x']);
    expect(await idsFor(again, 'webhook:x')).toEqual(['m1']);
  });

  it('forgets a reader when the last node that named it names it no more, or is long gone', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const b = await node(url, 'b');
    await a.journal.follow(['webhook:x', 'webhook:y']);
    await b.journal.follow(['webhook:y']);
    await a.journal.follow(['webhook:y']);
    expect(await readersOf(url)).toEqual(['webhook:y']);
    await a.close();
    await b.journal.follow([]);
    expect(await readersOf(url)).toEqual(['webhook:y']);
    await ask(url, `UPDATE dsnkit_node SET seen_at = seen_at - 3600001 WHERE name = 'a'`);
    await b.journal.follow([]);
    expect(await readersOf(url)).toEqual([]);
  });

  it('forgets nobody while a node of the version before, which does not say whom it reads for, is there', async () => {
    const url = await server.newDatabase();
    const old = new pg.Client({ connectionString: url });
    await old.connect();
    onTestFinished(() => old.end());
    await migrate(old as unknown as pg.PoolClient, steps.slice(0, 1));
    await old.query(
      `INSERT INTO dsnkit_node VALUES ('old', 'x', (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`,
    );
    await old.query(`INSERT INTO dsnkit_journal_reader VALUES ('webhook:x', 0, 'old', 0)`);
    const b = await node(url, 'b');
    await b.journal.follow([]);
    expect(await readersOf(url)).toEqual(['webhook:x']);
    await b.journal.note([event('told')]);
    expect(await idsFor(b, 'webhook:x')).toEqual(['told']);
  });

  it('has the events, and the contents that are kept, of nodes that read for nobody', async () => {
    const url = await server.newDatabase();
    const silent = await node(url, 'silent');
    await silent.journal.follow([]);
    const a = await node(url, 'a');
    await a.journal.follow(['history'], { of: 'all', maxOctets: 4 });
    let entries: readonly JournalEntry[] = [];
    let [count, id] = [0, ''];
    // Within seconds it learns of the reader.
    await waitFor(async () => {
      id = `m${count++}`;
      await silent.accept([sample(id, { content: [octets('Subject')] })], undefined, [event(id)]);
      entries = await a.journal.read({ reader: 'history', limit: 1_000, contents: true });
      return entries.some(({ content }) => content?.messageId === id);
    });
    const [content, told] = entries.slice(-2);
    expect(content?.content?.messageId).toBe(id);
    expect(Buffer.from(content?.content?.octets ?? []).toString()).toBe('Subj');
    expect(told?.events).toEqual([event(id)]);
  });

  it('writes nothing while nobody reads on any node', async () => {
    const url = await server.newDatabase();
    const [a, b] = [await node(url, 'a'), await node(url, 'b')];
    await Promise.all([a.journal.follow([]), b.journal.follow([])]);
    let count = 0;
    // A node that could not look for seconds writes in case somebody reads.
    await waitFor(async () => {
      await ask(url, 'DELETE FROM dsnkit_journal');
      await a.accept([sample(`m${count++}`)], undefined, [event('m')]);
      await b.journal.note([event('n')]);
      return (await ask(url, 'SELECT 1 FROM dsnkit_journal')).length === 0;
    });
  });

  it('names its readers again on a node that was silent for so long that they were forgotten', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    await a.journal.follow(['webhook:x']);
    await ask(url, 'DELETE FROM dsnkit_journal_reader');
    await ask(url, 'DELETE FROM dsnkit_node');
    await waitFor(async () => (await readersOf(url)).length > 0);
    await waitFor(async () => (await ask(url, `SELECT 1 FROM dsnkit_node WHERE readers = '{webhook:x}'`)).length > 0);
  });

  it('keeps the latest 100,000 dead letters of each reader', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    await a.journal.follow(['webhook:x']);
    await ask(
      url,
      `INSERT INTO dsnkit_dead_letter (reader, at, reason, event)
       SELECT reader, n, 'no', '{}' FROM generate_series(1, 100000) n, (VALUES ('webhook:x'), ('webhook:y')) r(reader)`,
    );
    await a.journal.pass('webhook:x', 1, [{ event: event('m'), atMs: 100_001, reason: 'no' }]);
    expect(await a.journal.countDeadLetters('webhook:x')).toBe(100_000);
    expect(await a.journal.countDeadLetters('webhook:y')).toBe(100_000);
    expect((await a.journal.deadLetters('webhook:x', 0, 1)).map(({ atMs }) => atMs)).toEqual([2]);
  });

  describe('watched live', () => {
    /** What a node is shown, and how often something was missing. */
    function watch(store: QueueStore): { readonly ids: string[]; missed: number; stop(): Promise<void> } {
      const seen = { ids: [] as string[], missed: 0, stop: (): Promise<void> => Promise.resolve() };
      const watching = store.journal.watchOthers?.({
        take: (events) => seen.ids.push(...events.map(({ messageId }) => messageId)),
        missed: () => seen.missed++,
      });
      if (watching !== undefined) seen.stop = () => watching.stop();
      return seen;
    }

    it('shows what other nodes do, in order, and not what the node itself does', async () => {
      const url = await server.newDatabase();
      const [a, b] = [await node(url, 'a'), await node(url, 'b')];
      await Promise.all([a.journal.follow([]), b.journal.follow([])]);
      const seen = watch(a);
      await a.journal.note([event('own')]);
      let count = 0;
      // Within seconds the other node learns that somebody watches.
      await waitFor(async () => {
        const [stored, noted] = [`m${count}`, `n${count++}`];
        await b.accept([sample(stored)], undefined, [event(stored)]);
        await b.journal.note([event(noted)]);
        return seen.ids.length > 1;
      });
      const numbers = seen.ids.map((id) => Number(id.slice(1)));
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      expect(new Set(seen.ids).size).toBe(seen.ids.length);
      expect(seen.ids).not.toContain('own');
      await seen.stop();
      expect(await readersOf(url)).toEqual([]);
      expect(await ask(url, 'SELECT 1 FROM dsnkit_journal WHERE position IS NOT NULL')).toEqual([]);
    });

    it('takes nothing from the readers, and keeps nothing for a watcher that has gone without a word', async () => {
      const url = await server.newDatabase();
      const [a, b] = [await node(url, 'a'), await node(url, 'b')];
      await Promise.all([a.journal.follow(['r']), b.journal.follow(['r'])]);
      await ask(url, `INSERT INTO dsnkit_journal_reader VALUES ('live:gone:1', 0, 'gone', 0)`);
      const seen = watch(a);
      await waitFor(async () => (await readersOf(url)).some((name) => name.startsWith('live:a:')));
      expect(await readersOf(url)).not.toContain('live:gone:1');
      await b.journal.note([event('m')]);
      await waitFor(() => seen.ids.length > 0);
      expect(seen.ids).toEqual(['m']);
      expect(await idsFor(b, 'r')).toEqual(['m']);
      const [entry] = await b.journal.read({ reader: 'r', limit: 1 });
      await b.journal.pass('r', entry?.position ?? 0);
      await seen.stop();
      expect(await ask(url, 'SELECT 1 FROM dsnkit_journal')).toEqual([]);
    });

    it('says that events were missed when its place was lost', async () => {
      const url = await server.newDatabase();
      const a = await node(url, 'a');
      const seen = watch(a);
      await waitFor(async () => (await readersOf(url)).length > 0);
      await ask(url, 'DELETE FROM dsnkit_journal_reader');
      await waitFor(() => seen.missed > 0);
      await waitFor(async () => (await readersOf(url)).length > 0);
    });

    it('says that events were missed when it was away for so long that none were kept for it', async () => {
      const url = await server.newDatabase();
      const a = await node(url, 'a');
      const seen = watch(a);
      await waitFor(async () => (await readersOf(url)).length > 0);
      await ask(url, 'UPDATE dsnkit_journal_reader SET held_until = 1');
      await waitFor(() => seen.missed > 0);
      await waitFor(async () => (await readersOf(url)).length > 0);
    });
  });
});
