import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import type { QueueStore } from '../../src/ports.ts';
import { brief, claim, done, lease, newToken, octets, recipient, sample } from '../contracts/queue-samples.ts';
import { waitFor } from '../support/dsnd.ts';
import { memoryObjects } from '../support/memory-objects.ts';
import { describePostgres, openNode } from '../support/postgres-suite.ts';
import { startPostgres } from './postgres.ts';

const HOUR_MS = 3_600_000;

describePostgres('nodes that share a queue', (server) => {
  /** Opens a node that is closed when the test ends. */
  const node = (url: string, name: string, aheadMs = 0): Promise<QueueStore> =>
    openNode(url, { node: name, now: () => Date.now() + aheadMs });

  /** What a node claims now, by its own clock. */
  const claimNow = (store: QueueStore, leaseMs = 60_000, aheadMs = 0) => {
    const nowMs = Date.now() + aheadMs;
    return claim(store, { nowMs, leaseUntilMs: nowMs + leaseMs });
  };

  it('gives each recipient to one node only, however they claim side by side', async () => {
    const url = await server.newDatabase();
    const nodes = await Promise.all(['a', 'b', 'c'].map((name) => node(url, name)));
    const wanted = Array.from({ length: 300 }, (_, index) => sample(`m${index}`));
    await nodes[0]?.accept(wanted);
    const ids: string[] = [];
    for (let idle = 0; idle < 20;) {
      const rounds = await Promise.all(nodes.map((store) => claim(store, { limit: 7 })));
      const got = rounds.flat().flatMap((one) => brief([one]));
      ids.push(...got);
      idle = got.length === 0 ? idle + 1 : 0;
    }
    expect(ids.toSorted()).toEqual(wanted.map(({ message }) => `${message.id}:0`).toSorted());
  });

  it('renews its claims also when that and another transaction wait for each other', async () => {
    const url = await server.newDatabase();
    const store = await node(url, 'a');
    await store.accept([sample('m1')], { ...lease(60_000), token: 'a' });
    await store.accept([sample('m2')], { ...lease(60_000), token: 'b' });
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    onTestFinished(() => other.end());
    await other.query('BEGIN');
    await other.query(`SELECT 1 FROM dsnkit_recipient WHERE token = 'b' FOR UPDATE`);
    const renewed = store.renew(['a', 'b'], Date.now() + 60_000);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitFor(async () => (await other.query(waiting)).rowCount === 1);
    // Whichever of the two the database gives up, the claims are renewed.
    await other.query(`SELECT 1 FROM dsnkit_recipient WHERE token = 'a' FOR UPDATE`).catch(() => undefined);
    await other.query('ROLLBACK');
    expect(await renewed).toEqual([]);
  });

  it('is not misled by clocks that are an hour apart: leases hold, due times stay', async () => {
    const url = await server.newDatabase();
    const fast = await node(url, 'fast', HOUR_MS);
    const slow = await node(url, 'slow', -HOUR_MS);
    const nowMs = Date.now();
    const due = (atMs: number) => ({ recipients: [recipient(0, { dueAtMs: atMs, retryAtMs: atMs })] });
    await fast.accept([sample('now', due(nowMs + HOUR_MS)), sample('later', due(nowMs + 2 * HOUR_MS))]);
    expect(brief(await claimNow(slow, 60_000, -HOUR_MS))).toEqual(['now:0']);
    expect(brief(await claimNow(fast, 60_000, HOUR_MS))).toEqual([]);
    const next = (await slow.nextDueAtMs([])) ?? 0;
    expect(Math.abs(next - (nowMs - HOUR_MS + 60_000))).toBeLessThan(5_000);
  });

  it('frees what a node held when it begins again, and leaves the claims of others', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const b = await node(url, 'b');
    await a.accept([sample('of a')], lease(Date.now() + 60_000));
    await b.accept([sample('of b')], lease(Date.now() + 60_000));
    expect(brief(await claimNow(b))).toEqual([]);
    await node(url, 'a');
    expect(brief(await claimNow(b))).toEqual(['of a:0']);
  });

  it('finds what becomes due or is given back behind a crowd that is left out', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const crowd = { recipients: [recipient(0, { destination: 'smtp://dead' })], content: [octets('x')] };
    await a.accept(Array.from({ length: 6_000 }, (_, index) => sample(`dead${index}`, crowd)));
    const except = { except: ['smtp://dead'], limit: 5, nowMs: 5_000 };
    await a.accept([sample('before')]);
    const [before] = await claim(a, except);
    expect(brief(before === undefined ? [] : [before])).toEqual(['before:0']);
    expect(await claim(a, except)).toEqual([]);
    expect(await a.nextDueAtMs(['smtp://dead'])).toBe(60_000);
    await a.accept([sample('behind', { recipients: [recipient(0, { dueAtMs: 5_000, retryAtMs: 5_000 })] })]);
    expect(brief(await claim(a, except))).toEqual(['behind:0']);
    await a.release(before === undefined ? [] : [before.token]);
    expect(brief(await claim(a, except))).toEqual(['before:0']);
    expect(brief(await claim(a, { limit: 1 }))).toEqual(['dead0:0']);
  });

  it('removes a message whose last two recipients are settled by two nodes at once', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const b = await node(url, 'b');
    for (let round = 0; round < 20; round++) {
      const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' })];
      await a.accept([sample(`m${round}`, { recipients })]);
      const [first] = await claim(a, { except: ['smtp://b'] });
      const [second] = await claim(b);
      if (first === undefined || second === undefined) throw new Error('not claimed');
      await Promise.all([a.settle(done(first)), b.settle(done(second))]);
      expect(await a.counts()).toEqual({ messages: 0, recipients: 0 });
    }
  });

  it('tells the other nodes what is due, which destinations are down, and how many they are', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const b = await node(url, 'b');
    await until(() => a.cluster?.nodes() === 2 && b.cluster?.nodes() === 2);
    const heard = new Promise<void>((resolve) => b.cluster?.watch(resolve));
    await a.accept([sample('m')]);
    await heard;
    const untilMs = Date.now() + 60_000;
    a.cluster?.tellDown('smtp://down', untilMs);
    await until(() => b.cluster?.downUntilMs('smtp://down') === untilMs);
    expect(b.cluster?.downUntilMs('smtp://up')).toBe(0);
  });

  it('tells a node under whose name another process has begun', async () => {
    const url = await server.newDatabase();
    const troubles: unknown[] = [];
    await openNode(url, { node: 'a', trouble: (error) => void troubles.push(error) });
    await node(url, 'a');
    await until(() => troubles.length > 0);
    expect(String(troubles[0])).toContain('another process runs as node a');
  });

  it('removes after a day what nobody needs: spooled contents, troubles, nodes that are gone; and nothing else', async () => {
    const url = await server.newDatabase();
    const bucket = memoryObjects();
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const troubles: unknown[] = [];
    const trouble = (error: unknown): void => void troubles.push(error);
    const a = await openNode(url, { node: 'a', now, trouble, objects: bucket, inlineMaxOctets: 100 });
    await a.journal.follow(['mine']);
    await a.accept([sample('named', { content: [octets('x'.repeat(200))] }), sample('small')]);
    const orphan = await a.spool();
    await orphan.write(octets('nobody came to name it'));
    await orphan.finish();
    a.cluster?.tellDown('smtp://down', now() - 60_000);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    const names = async (sql: string): Promise<string[]> =>
      (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
    const down = 'SELECT destination AS name FROM dsnkit_down';
    await until(async () => (await names(down)).length === 1);
    await client.query('UPDATE dsnkit_body SET stored_at = stored_at - 90000000');
    await client.query('UPDATE dsnkit_down SET until = until - 90000000');
    await client.query(`INSERT INTO dsnkit_node (name, incarnation, seen_at) VALUES ('gone', 'x', 0)`);
    await client.query(`INSERT INTO dsnkit_journal_reader (name, position, held_until) VALUES ('old', 0, 0)`);
    for (const each of bucket.objects.values()) Object.assign(each, { putAtMs: 0 });
    // It looks every ten minutes, into the bucket every six hours.
    aheadMs = 7 * HOUR_MS;
    await until(() => bucket.objects.size === 1);
    expect(
      await names('SELECT m.id AS name FROM dsnkit_message m JOIN dsnkit_body b ON b.id = m.body ORDER BY 1'),
    ).toEqual(['named', 'small']);
    expect(await names('SELECT id AS name FROM dsnkit_body')).toHaveLength(2);
    expect(await names(down)).toEqual([]);
    expect(await names('SELECT name FROM dsnkit_node')).toEqual(['a']);
    expect(await names('SELECT name FROM dsnkit_journal_reader')).toEqual(['mine']);
    expect((await a.content('named')).sizeOctets).toBe(200);
    expect(troubles).toEqual([]);
  });

  it('waits for no second connection while it has one: with a single one all goes on, whatever comes side by side', async () => {
    const url = await server.newDatabase();
    const store = await openNode(url, { node: 'a', connections: 1, inlineMaxOctets: 1_000 });
    await store.journal.follow(['r'], { of: 'all', maxOctets: 10 });
    const watching = store.journal.watchOthers?.({ take: () => undefined, missed: () => undefined });
    const event = { kind: 'held' as const, recipients: ['x@y'], messageId: 'x', atMs: 1 };
    const flow = async (n: number): Promise<void> => {
      const spool = await store.spool();
      await spool.write(new Uint8Array(1_200_000));
      const held = lease(Date.now() + 60_000);
      await store.accept([sample(`large${n}`, { content: await spool.finish() }), sample(`small${n}`)], held, [event]);
      await Promise.all([store.renew([held.token], Date.now() + 90_000), store.nextDueAtMs(), store.counts()]);
      for await (const piece of (await store.content(`large${n}`)).read()) expect(piece.length).toBeGreaterThan(0);
      await store.pause({ destination: `smtp://${n}`, sinceMs: 1 }, [event]);
      await Promise.all([store.list({ limit: 10 }), store.destinations(10), store.find(`small${n}`), store.paused()]);
      const entries = await store.journal.read({ reader: 'r', limit: 10, contents: true });
      await store.journal.pass('r', entries.at(-1)?.position ?? 0);
      await store.resume(`smtp://${n}`, [event]);
      const report = sample(`report${n}`);
      const updates = [{ n: 0, state: 'done' as const }];
      const rest = { token: held.token, updates, children: [], events: [event] };
      await Promise.all([
        store.settle({ ...rest, messageId: `large${n}`, messages: [report] }),
        store.settle({ ...rest, messageId: `small${n}`, messages: [] }),
      ]);
      await store.release((await claim(store, { limit: 1 })).map(({ token }) => token));
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => flow(n)));
    expect((await store.counts()).messages).toBe(8);
    await watching?.stop();
  });

  it('reads a journal for one node at a time, and numbers what is committed late behind what was read', async () => {
    const url = await server.newDatabase();
    const a = await node(url, 'a');
    const b = await node(url, 'b');
    await Promise.all([a.journal.follow(['r']), b.journal.follow(['r'])]);
    const event = (messageId: string) => ({ kind: 'held' as const, recipients: ['x@y'], messageId, atMs: 1 });
    const late = new pg.Client({ connectionString: url });
    await late.connect();
    onTestFinished(() => late.end());
    await late.query('BEGIN');
    await late.query('INSERT INTO dsnkit_journal (events) VALUES ($1)', [JSON.stringify([event('late')])]);
    await b.journal.note([event('early')]);
    const first = await a.journal.read({ reader: 'r', limit: 10 });
    expect(first.flatMap(({ events }) => events.map(({ messageId }) => messageId))).toEqual(['early']);
    expect(await b.journal.read({ reader: 'r', limit: 10 })).toEqual([]);
    await a.journal.pass('r', first.at(-1)?.position ?? 0);
    await late.query('COMMIT');
    const second = await a.journal.read({ reader: 'r', limit: 10 });
    expect(second.flatMap(({ events }) => events.map(({ messageId }) => messageId))).toEqual(['late']);
  });

  it('RFC 5321 §4.5.4.1: refuses what it can not store while the database is away, keeps what it has, and goes on', async () => {
    const own = await startPostgres();
    onTestFinished(() => own.dispose());
    const store = await node(await own.newDatabase(), 'a');
    await store.accept([sample('before')]);
    const [held] = await claimNow(store);
    await own.kill();
    await expect(store.accept([sample('meanwhile')])).rejects.toMatchObject({ name: 'StoreError', code: 'away' });
    await expect(store.settle(done(held!))).rejects.toMatchObject({ name: 'StoreError' });
    await own.start();
    await store.settle(done(held!));
    await store.accept([sample('after')]);
    expect(brief(await claimNow(store))).toEqual(['after:0']);
  });

  it('refuses while the database may only be read, and goes on afterwards', async () => {
    const url = await server.newDatabase();
    const store = await node(url, 'a');
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    onTestFinished(() => admin.end());
    const readOnly = async (is: boolean) => {
      await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = ${is}`);
      // Connections that are open don't see it: they end, as in a failover.
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };
    await readOnly(true);
    await expect(store.accept([sample('m1')])).rejects.toMatchObject({ name: 'StoreError', code: 'away' });
    await admin.query('SET default_transaction_read_only = off');
    await readOnly(false);
    await until(async () => store.accept([sample(newToken())]).then(Boolean.bind(null, 1), () => false));
    expect((await store.counts()).messages).toBe(1);
  });

  it('keeps the others when one message can not be stored', async () => {
    const url = await server.newDatabase();
    const store = await node(url, 'a');
    const twice = sample('same');
    await store.accept([twice]);
    const results = await Promise.allSettled([
      store.accept([sample('x')]),
      store.accept([twice]),
      store.accept([sample('y', { content: [octets('y')] })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await store.counts()).messages).toBe(3);
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200; round++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never came about');
}
