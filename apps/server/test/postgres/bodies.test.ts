import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../src/adapters/postgres/connections.ts';
import { ObjectBodies } from '../../src/adapters/postgres/object-bodies.ts';
import { openPostgresQueueStore } from '../../src/adapters/postgres/queue-store.ts';
import type { MailEvent } from '../../src/model.ts';
import type { ObjectStore, QueueStore, SpooledContent } from '../../src/ports.ts';
import { readWhole } from '../../src/queue/content.ts';
import { startApi, type ApiServer } from '../admin/api-server.ts';
import { brief, claim, done, octets, recipient, sample } from '../contracts/queue-samples.ts';
import { waitFor } from '../support/dsnd.ts';
import { memoryObjects, type MemoryObjects } from '../support/memory-objects.ts';
import { describePostgres, openNode } from '../support/postgres-suite.ts';

const MEBI = 1_048_576;

describePostgres('large contents', (server) => {
  const open = (url: string, objects?: ObjectStore, name = 'a'): Promise<QueueStore> =>
    openNode(url, { node: name, inlineMaxOctets: 1_000, ...(objects === undefined ? {} : { objects }) });

  async function made(): Promise<{ readonly url: string; readonly store: QueueStore; readonly bucket: MemoryObjects }> {
    const url = await server.newDatabase();
    const bucket = memoryObjects();
    return { url, bucket, store: await open(url, bucket) };
  }

  /** A content of so many octets, of which no two pieces are the same. */
  const large = (size: number): Uint8Array =>
    Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 12)) % 251);

  async function spooled(store: QueueStore, content: Uint8Array): Promise<SpooledContent> {
    const spool = await store.spool();
    for (let at = 0; at < content.length; at += 65_536) await spool.write(content.subarray(at, at + 65_536));
    return spool.finish();
  }

  async function rows(
    url: string,
  ): Promise<readonly { readonly id: string; readonly part: number; readonly size: number }[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const sql = 'SELECT id, part, octet_length(octets) AS size FROM dsnkit_body ORDER BY id, part';
    const found = await client.query<{ id: string; part: number; size: number }>(sql).finally(() => client.end());
    return found.rows;
  }

  it('lie in the bucket, in pieces, and go when their message has gone', async () => {
    const { url, store, bucket } = await made();
    const content = large(2 * MEBI + 12_345);
    await store.accept([sample('large', { content: await spooled(store, content) }), sample('small')]);
    expect(bucket.objects.size).toBe(3);
    const [, manifest] = await rows(url);
    expect(manifest).toMatchObject({ part: -1 });
    expect(manifest?.size).toBeLessThan(100);
    const found = await store.content('large');
    expect(found.sizeOctets).toBe(content.length);
    expect(Buffer.from(await readWhole(found)).equals(content)).toBe(true);
    for (const one of await claim(store)) await store.settle(done(one));
    await waitFor(() => bucket.objects.size === 0);
    expect(await rows(url)).toEqual([]);
  });

  it('lie in the database, in pieces, where there is no bucket, and are lost when one of them is', async () => {
    const url = await server.newDatabase();
    const store = await open(url);
    const content = large(2 * MEBI + 12_345);
    await store.accept([sample('large', { content: await spooled(store, content) })]);
    const parts = await rows(url);
    expect(parts.length).toBeGreaterThan(2);
    const found = await store.content('large');
    expect(found.sizeOctets).toBe(content.length);
    expect(Buffer.from(await readWhole(found)).equals(content)).toBe(true);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('DELETE FROM dsnkit_body WHERE part = 1').finally(() => client.end());
    await expect(readWhole(await store.content('large'))).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('of many messages at once are more than one statement takes, and all are there', async () => {
    const store = await openNode(await server.newDatabase(), { node: 'a' });
    const messages = Array.from({ length: 80 }, (_, n) => ({ id: `m${n}`, content: large(262_144).fill(n, 0, 1_000) }));
    await store.accept(messages.map(({ id, content }) => sample(id, { content: [content] })));
    for (const { id, content } of messages)
      expect([id, Buffer.from(await readWhole(await store.content(id))).equals(content)]).toEqual([id, true]);
  });

  it('go there, too, if they were in memory and are too large to travel with the row', async () => {
    const { store, bucket } = await made();
    const content = large(MEBI + 7);
    await store.accept([sample('m', { content: [content.subarray(0, 5_000), content.subarray(5_000)] })]);
    expect(bucket.objects.size).toBe(2);
    expect(Buffer.from(await readWhole(await store.content('m'))).equals(content)).toBe(true);
    const [held] = await claim(store);
    if (held === undefined) throw new Error('nothing to claim');
    await store.settle(done(held, { messages: [sample('report', { content: [content] })] }));
    expect(Buffer.from(await readWhole(await store.content('report'))).equals(content)).toBe(true);
  });

  it('are kept in the journal also of reports that go there', async () => {
    const { store } = await made();
    await store.journal.follow(['history'], { of: 'reports', maxOctets: 5_000 });
    await store.accept([sample('m')]);
    const [held] = await claim(store);
    if (held === undefined) throw new Error('nothing to claim');
    const report = sample('report', { content: [large(3_000)] });
    const events: readonly MailEvent[] = [{ kind: 'held', recipients: ['x@y'], messageId: 'm', atMs: 1 }];
    const message = { ...report.message, reversePath: '' };
    await store.settle(done(held, { messages: [{ ...report, message }], events }));
    const [kept] = await store.journal.read({ reader: 'history', limit: 9, contents: true });
    expect(kept?.content?.messageId).toBe('report');
    expect(Buffer.from(kept?.content?.octets ?? []).equals(large(3_000))).toBe(true);
  });

  it('are put once, however often their settlement is tried', async () => {
    const { url, store, bucket } = await made();
    await store.accept([sample('m'), sample('report')]);
    const [held] = await claim(store);
    // The database refuses a message of the same name.
    const owed = done(held!, { messages: [sample('report', { content: [large(2_000)] })] });
    await expect(store.settle(owed)).rejects.toMatchObject({ name: 'StoreError' });
    await expect(store.settle(owed)).rejects.toMatchObject({ name: 'StoreError' });
    expect(bucket.objects.size).toBe(1);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`DELETE FROM dsnkit_recipient WHERE message = 'report'`);
    await client.query(`DELETE FROM dsnkit_message WHERE id = 'report'`).finally(() => client.end());
    await store.settle(owed);
    expect((await store.content('report')).sizeOctets).toBe(2_000);
    expect(bucket.objects.size).toBe(1);
  });

  it('stay while another message has them', async () => {
    const { store, bucket } = await made();
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' })];
    await store.accept([sample('m', { recipients, content: await spooled(store, large(2_000)) })]);
    const [first, second] = await claim(store);
    await store.settle(done(first!));
    expect(bucket.objects.size).toBe(1);
    expect((await store.content('m')).sizeOctets).toBe(2_000);
    await store.settle(done(second!));
    await waitFor(() => bucket.objects.size === 0);
  });

  it('are refused while the bucket is away, and nothing stays of them', async () => {
    const { url, store, bucket } = await made();
    bucket.isAway = true;
    await expect(spooled(store, large(2_000))).rejects.toMatchObject({ name: 'StoreError', code: 'away' });
    await expect(store.accept([sample('m', { content: [large(2_000)] })])).rejects.toMatchObject({ code: 'away' });
    await store.accept([sample('small')]);
    expect(await rows(url)).toHaveLength(1);
    bucket.isAway = false;
    const spool = await store.spool();
    await spool.write(large(2 * MEBI));
    await spool.discard();
    await waitFor(() => bucket.objects.size === 0);
  });

  it('are said to be lost, or in a bucket that the configuration does not know', async () => {
    const { url, store, bucket } = await made();
    await store.accept([sample('m', { content: await spooled(store, large(2_000)) })]);
    const other = await open(url, undefined, 'b');
    await expect(other.content('m')).rejects.toMatchObject({ name: 'StoreError', code: 'io' });
    bucket.objects.clear();
    await expect(store.content('m')).rejects.toMatchObject({ name: 'StoreError', code: 'lost' });
  });

  it('are swept from the bucket if they are old and no message names them', async () => {
    const { url, store, bucket } = await made();
    await store.accept([sample('m', { content: await spooled(store, large(MEBI + 2_000)) })]);
    const named = [...bucket.objects.keys()];
    const orphan = (age: number) => ({ octets: octets('x'), putAtMs: Date.now() - age });
    const [old, fresh] = [`spool-${randomUUID()}`, `spool-${randomUUID()}`];
    for (const part of [0, 1, 2, 3]) bucket.objects.set(`${old}/${part}`, orphan(90_000_000));
    bucket.objects.set(`${fresh}/0`, orphan(0));
    bucket.objects.set('another/thing', orphan(90_000_000));
    for (const name of named) Object.assign(bucket.objects.get(name)!, { putAtMs: 0 });
    const connections = new Connections({ url, max: 1, timeoutMs: 30_000 });
    onTestFinished(() => connections.close());
    expect(await new ObjectBodies(bucket).sweep(connections, Date.now() - 86_400_000)).toBe(4);
    expect([...bucket.objects.keys()].sort()).toEqual([...named, `${fresh}/0`, 'another/thing'].sort());
  });

  it.each(['bucket', 'database'])(
    'stay in the %s when the answer to the commit was lost, and the client was told that they were not stored',
    async (where) => {
      const url = await server.newDatabase();
      const bucket = memoryObjects();
      const way = await cutWay(server.port);
      const near = await open(
        url.replace(`:${server.port}/`, `:${way.port}/`),
        where === 'bucket' ? bucket : undefined,
      );
      const content = large(3_000);
      const spool = await near.spool();
      await spool.write(content);
      const finished = await spool.finish();
      way.cutAfterCommit();
      await expect(near.accept([sample('m', { content: finished })])).rejects.toMatchObject({ name: 'StoreError' });
      await spool.discard();
      const far = await open(url, where === 'bucket' ? bucket : undefined, 'b');
      expect(brief(await claim(far))).toEqual(['m:0']);
      expect(Buffer.from(await readWhole(await far.content('m'))).equals(content)).toBe(true);
    },
  );

  describe('of messages under way', () => {
    /** A node that begins to deliver what another has stored: a large message. */
    async function delivering(before: (bucket: MemoryObjects) => void): Promise<[ApiServer, MemoryObjects]> {
      const { url, store, bucket } = await made();
      await store.accept([
        sample('m', {
          content: await spooled(store, large(2_000)),
          recipients: [recipient(0, { address: 'ok@simulator.test', destination: 'simulator:', dueAtMs: 0 })],
          message: { arrivedAtMs: Date.now() },
        }),
      ]);
      before(bucket);
      const options = { node: 'b', inlineMaxOctets: 1_000, objects: bucket };
      const api = await startApi({ store: await openPostgresQueueStore(url, options) });
      onTestFinished(() => api.stop());
      return [api, bucket];
    }
    const isOf = (kind: MailEvent['kind']) => (event: MailEvent) => event.kind === kind && event.messageId === 'm';

    it('hold the message when they are lost, and an operator may let it go on when they are back', async () => {
      let kept: MemoryObjects['objects'] = new Map();
      const [api, bucket] = await delivering(({ objects }) => {
        kept = new Map(objects);
        objects.clear();
      });
      expect(await api.event(isOf('held'))).toMatchObject({ recipients: ['ok@simulator.test'], by: 'dsnd' });
      expect(api.troubles.map(String).join()).toMatch(/StoreError: The content spool-\S+ is not in the bucket/);
      for (const [name, object] of kept) bucket.objects.set(name, object);
      expect((await api.post('/api/v1/queue/release', { messageId: 'm' })).status).toBe(200);
      await api.event(isOf('delivered'));
    });

    it('let the message wait, as if nothing had been tried, while the bucket is away', async () => {
      const [api, bucket] = await delivering((made) => (made.isAway = true));
      await waitFor(() => api.troubles.some((error) => String(error).includes('The bucket is away')));
      await waitFor(async () => {
        const [waiting] = (await api.store.find('m'))?.recipients ?? [];
        return waiting?.claimed === false && waiting.attempts === 0 && waiting.dueAtMs > waiting.retryAtMs;
      });
      bucket.isAway = false;
      expect((await api.post('/api/v1/queue/retry', { messageId: 'm' })).status).toBe(200);
      await api.event(isOf('delivered'));
    });

    it('are refused by the API while the bucket is away', async () => {
      const [api, bucket] = await delivering(() => undefined);
      await api.event(isOf('delivered'));
      bucket.isAway = true;
      const raw = `a: b\n\n${'0123456789abcde\n'.repeat(200)}`;
      const body = { from: '', recipients: [{ address: 'ok@simulator.test' }], raw };
      expect((await api.post('/api/v1/messages', body)).status).toBe(503);
    });
  });
});

/** A way to the database that can be cut between a commit and its answer. */
async function cutWay(databasePort: number): Promise<{ readonly port: number; cutAfterCommit(): void }> {
  let isArmed = false;
  const way = createServer((client) => {
    const database = connect(databasePort, '127.0.0.1');
    let isCut = false;
    for (const socket of [client, database]) socket.on('error', () => undefined);
    client.on('data', (octets: Buffer) => {
      // Messages are inserted by one statement, which is a transaction by itself.
      if (isArmed && octets.includes('dsnkit_recipient') && octets.includes('spool-')) isCut = true;
      database.write(octets);
    });
    database.on('data', (octets: Buffer) => {
      if (!isCut) client.write(octets);
      // CommandComplete: it is done there.
      else if (octets.includes('INSERT 0 1')) client.destroy();
    });
    client.on('close', () => database.end());
    database.on('close', () => client.destroy());
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  onTestFinished(() => void way.close());
  return { port: (way.address() as AddressInfo).port, cutAfterCommit: () => (isArmed = true) };
}
