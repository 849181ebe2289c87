import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import type { SqliteQueueOptions } from '../../src/adapters/sqlite/queue-store.ts';
import type { NewMessage, QueueStore } from '../../src/ports.ts';
import { brief, claim, deferred, done, firstDone, lease, octets, readAll, recipient, sample } from './queue-samples.ts';
import { newDirectory } from './queue-directory.ts';

let directory = '';
beforeEach(async () => {
  directory = await newDirectory();
});
afterEach(() => rm(directory, { recursive: true }));

async function opened(options?: SqliteQueueOptions): Promise<QueueStore> {
  const store = await openSqliteQueueStore(directory, options);
  onTestFinished(() => store.close());
  return store;
}
const change = (sql: string) => {
  const database = new DatabaseSync(join(directory, 'queue.db'));
  database.exec(sql);
  database.close();
};
const spooledNames = () => readdir(join(directory, 'spool'));

describe('opening', () => {
  it('makes the directory, for its owner only', async () => {
    const store = await openSqliteQueueStore(join(directory, 'a', 'b'));
    await store.close();
    expect(await readdir(join(directory, 'a', 'b'))).toEqual(['queue.db', 'spool']);
  });

  it('is refused while it is open, here or in another process', async () => {
    const store = await opened();
    await store.accept([sample('m1')]);
    const refusal = { name: 'StoreError', code: 'locked', message: expect.stringMatching(/^.*another process$/) };
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject(refusal);
    const script = `import(${JSON.stringify(join(import.meta.dirname, '../../src/adapters/sqlite/queue-store.ts'))})
      .then((store) => store.openSqliteQueueStore(${JSON.stringify(directory)}))
      .then(() => console.log('opened'), (error) => console.log(error.code));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const piece of child.stdout) said += String(piece);
    expect(said.trim()).toBe('locked');
    expect(brief(await claim(store))).toEqual(['m1:0']);
  });

  it.each([
    ['of a later version', 'PRAGMA user_version = 999', /version 999/],
    ['that is no queue', 'PRAGMA application_id = 7', /not a mail queue/],
  ])('refuses a store %s', async (_, sql, message) => {
    await (await openSqliteQueueStore(directory)).close();
    change(sql);
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'foreign',
      message,
    });
  });

  it('refuses a database of somebody else', async () => {
    change('CREATE TABLE addresses (name TEXT)');
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject({ code: 'foreign' });
  });

  it.each([
    ['is no database', 0],
    ['has a damaged page', 4_096 * 2],
  ])('refuses a file that %s, on one line', async (_, offset) => {
    const store = await openSqliteQueueStore(directory);
    await store.accept(Array.from({ length: 500 }, (__, index) => sample(`m${index}`)));
    await store.close();
    const file = await open(join(directory, 'queue.db'), 'r+');
    await file.write(Buffer.alloc(4_096, 'garbage '), 0, 4_096, offset);
    await file.close();
    const refusal = { name: 'StoreError', code: 'corrupt', message: expect.not.stringContaining('\n') };
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject(refusal);
  });

  it('says what is wrong with the directory', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(openSqliteQueueStore(join(directory, 'file'))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'io',
    });
    await writeFile(join(directory, 'spool'), '');
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject({ name: 'StoreError', code: 'io' });
    await rm(join(directory, 'spool'));
    await (await openSqliteQueueStore(directory)).close();
    await rm(join(directory, 'queue.db'));
    await mkdir(join(directory, 'queue.db'));
    await expect(openSqliteQueueStore(directory)).rejects.toMatchObject({ name: 'StoreError', code: 'io' });
  });
});

describe('a damaged store that could be opened', () => {
  it('gives what can be read, and says once that something can not', async () => {
    const store = await openSqliteQueueStore(directory);
    await store.accept(['m1', 'm2', 'm3'].map((id) => sample(id)));
    await store.close();
    change("DELETE FROM message WHERE id = 'm2'");
    const reopened = await opened();
    expect(brief(await claim(reopened, { limit: 1 }))).toEqual(['m1:0']);
    await expect(claim(reopened, { limit: 0 })).resolves.toEqual([]);
    expect(brief(await claim(reopened))).toEqual(['m3:0']);
    expect(await claim(reopened)).toEqual([]);
    await reopened.close();
    change('DELETE FROM recipient WHERE seq <> 2');
    const once = await opened();
    await expect(claim(once)).rejects.toMatchObject({ name: 'StoreError', code: 'corrupt' });
    expect(await claim(once)).toEqual([]);
  });
});

describe('spool files', () => {
  const large = async (store: QueueStore) => {
    const spool = await store.spool();
    await spool.write(octets('large'));
    return spool.finish();
  };

  it('go with their message, and not before', async () => {
    const store = await opened();
    const held = lease();
    await store.accept(
      [sample('m1', { content: await large(store) }), sample('m2', { content: await large(store) })],
      held,
    );
    const settlement = { token: held.token, children: [], messages: [] };
    await store.settle({ ...settlement, messageId: 'm1', updates: [{ n: 0, state: 'done' }] });
    await store.settle({ ...settlement, messageId: 'm2', updates: [deferred(0)] });
    await store.close();
    expect(await spooledNames()).toHaveLength(1);
    const reopened = await opened();
    expect(await readAll(reopened, 'm2')).toBe('large');
    const [claimed] = await claim(reopened);
    await reopened.settle(done(claimed!));
    await reopened.close();
    expect(await spooledNames()).toEqual([]);
  });

  it('go when they are discarded, before or after they are finished', async () => {
    const store = await opened();
    const unfinished = await store.spool();
    await unfinished.write(octets('large'));
    const finished = await store.spool();
    await finished.finish();
    expect(await spooledNames()).toHaveLength(2);
    await unfinished.discard();
    await finished.discard();
    expect(await spooledNames()).toEqual([]);
  });

  it('stay when they are discarded after their message was accepted', async () => {
    const store = await opened();
    const spool = await store.spool();
    await store.accept([sample('m1', { content: await spool.finish() })]);
    await spool.discard();
    expect(await spooledNames()).toHaveLength(1);
  });

  it('that no message names are removed when the store is opened', async () => {
    const store = await openSqliteQueueStore(directory);
    await store.accept([sample('m1', { content: await large(store) })]);
    await large(store);
    await (await store.spool()).write(octets('never finished'));
    expect(await spooledNames()).toHaveLength(3);
    await store.close();
    const reopened = await opened();
    expect(await spooledNames()).toHaveLength(1);
    const again = await large(reopened);
    expect(await spooledNames()).toContain(again.name);
    expect(await readAll(reopened, 'm1')).toBe('large');
  });
});

describe('a full store', () => {
  const bulky = (id: string) => sample(id, { content: [octets('x'.repeat(50_000))] });

  it('refuses what has no room, half-stores nothing, and goes on with the rest', async () => {
    const store = await opened({ maxDatabaseOctets: 600_000 });
    const held = lease();
    await store.accept([sample('kept', { content: [octets('kept')] })], held);
    const results = await Promise.allSettled([
      ...Array.from({ length: 20 }, (_, index) =>
        store.accept([bulky(`m${index}`)], index % 2 === 0 ? lease() : undefined),
      ),
      store.accept([
        bulky('pair'),
        bulky('pair 2'),
        ...Array.from({ length: 9 }, (_, index) => bulky(`pair ${index}`)),
      ]),
      store.settle({
        messageId: 'kept',
        token: held.token,
        updates: [{ n: 0, state: 'done' }],
        children: [],
        messages: [],
      }),
    ]);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused.length).toBeGreaterThan(5);
    for (const reason of refused) expect(reason).toMatchObject({ name: 'StoreError', code: 'full' });
    expect(results.at(-1)?.status).toBe('fulfilled');
    const stored = results.slice(0, 20).filter(({ status }) => status === 'fulfilled').length;
    expect(await store.counts()).toEqual({ messages: stored, recipients: stored });
    await store.close();
    const reopened = await opened();
    expect(await reopened.counts()).toEqual({ messages: stored, recipients: stored });
    for (const claimed of await claim(reopened)) {
      expect((await readAll(reopened, claimed.message.id)).length).toBe(50_000);
      await reopened.settle(done(claimed));
    }
    expect(await reopened.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('leaves the claim as it was when a settlement has no room, so that it can be tried again', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    const held = lease();
    await store.accept([sample('m1')], held);
    const settlement = {
      messageId: 'm1',
      token: held.token,
      updates: [{ n: 0, state: 'done' as const }],
      children: [],
    };
    const reports = Array.from({ length: 20 }, (_, index) => bulky(`r${index}`));
    await expect(store.settle({ ...settlement, messages: reports })).rejects.toMatchObject({ code: 'full' });
    await expect(store.settle({ ...settlement, updates: [deferred(0)], messages: reports })).rejects.toMatchObject({
      code: 'full',
    });
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
    expect(await claim(store)).toEqual([]);
    await store.settle({ ...settlement, messages: [sample('r')] });
    expect(brief(await claim(store))).toEqual(['r:0']);
  });

  it('takes from those that shared a transaction with what has no room neither claim nor event, nor tells one twice', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    await store.journal.follow(['r']);
    const claims = { first: lease(), large: lease(), last: lease() };
    for (const [id, held] of Object.entries(claims)) await store.accept([sample(id)], held, []);
    const settle = (id: keyof typeof claims, messages: readonly NewMessage[] = []) =>
      store.settle({
        ...{ messageId: id, token: claims[id].token, updates: [{ n: 0, state: 'done' }], children: [], messages },
        events: [{ kind: 'held', recipients: [], messageId: id, atMs: 1 }],
      });
    const tooMuch = Array.from({ length: 20 }, (_, index) => bulky(`r${index}`));
    const results = await Promise.allSettled([settle('first'), settle('large', tooMuch), settle('last')]);
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { name: 'StoreError', code: 'full' } },
      { status: 'fulfilled' },
    ]);
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
    await settle('large');
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    await store.close();
    const reopened = await opened();
    await reopened.journal.follow(['r']);
    const entries = await reopened.journal.read({ reader: 'r', limit: 100 });
    expect(entries.flatMap(({ events }) => events.map(({ messageId }) => messageId))).toEqual([
      ...['first', 'last', 'large'],
    ]);
  });

  it.each<[string, (store: QueueStore, message: NewMessage) => Promise<string>]>([
    [
      'its acceptance',
      async (store, message) => {
        const held = lease();
        await store.accept([message], held);
        return held.token;
      },
    ],
    [
      'its own',
      async (store, message) => {
        await store.accept([message]);
        const [claimed] = await claim(store);
        return claimed?.token ?? '';
      },
    ],
  ])('takes no recipient from the claim of %s when what shared its transaction has no room', async (_, take) => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    const token = await take(store, sample('two', { recipients: [recipient(0), recipient(1)] }));
    const other = lease();
    await store.accept([sample('large')], other);
    const settled = (n: number) =>
      store.settle({ messageId: 'two', token, updates: [{ n, state: 'done' }], children: [], messages: [] });
    const tooMuch = Array.from({ length: 20 }, (_, index) => bulky(`r${index}`));
    const results = await Promise.allSettled([
      settled(0),
      store.settle({ ...firstDone('large', other), messages: tooMuch }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await settled(1);
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('holds no claim on messages that it refused: when its time is over, others are given', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    const tooMuch = Array.from({ length: 20 }, (_, index) => bulky(`m${index}`));
    await expect(store.accept(tooMuch, lease(2_000))).rejects.toMatchObject({ code: 'full' });
    await store.accept([sample('next')]);
    expect(brief(await claim(store, { nowMs: 3_000 }))).toEqual(['next:0']);
    expect(await store.nextDueAtMs()).toBe(60_000);
  });

  it('counts at no destination what it refused', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    await store.accept([sample('kept')]);
    const tooMuch = Array.from({ length: 20 }, (_, index) => bulky(`m${index}`));
    await expect(store.accept(tooMuch)).rejects.toMatchObject({ code: 'full' });
    expect(await store.destinations(10)).toMatchObject([{ destination: 'smtp://a', recipients: 1 }]);
  });

  it('keeps the spooled content of a message whose settlement it refused', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    await store.journal.follow(['r']);
    const spool = await store.spool();
    await spool.write(octets('large'));
    const held = lease();
    await store.accept([sample('m1', { content: await spool.finish() })], held);
    const events = [{ kind: 'held', recipients: ['x'.repeat(500_000)], messageId: 'm1', atMs: 1 } as const];
    await expect(store.settle({ ...firstDone('m1', held), events })).rejects.toMatchObject({ code: 'full' });
    await store.accept([sample('m2')]);
    await store.close();
    expect(await readAll(await opened(), 'm1')).toBe('large');
  });

  it('is one whose disk has little room: new messages are refused, owed reports are not', async () => {
    const accepting = await openSqliteQueueStore(directory);
    await accepting.accept([sample('m1')]);
    await accepting.close();
    const store = await opened({ minFreeOctets: Number.MAX_SAFE_INTEGER });
    await expect(store.accept([sample('m2')])).rejects.toMatchObject({ name: 'StoreError', code: 'full' });
    const spool = await store.spool();
    await expect(spool.write(octets('large'))).rejects.toMatchObject({ name: 'StoreError', code: 'full' });
    await spool.discard();
    const [claimed] = await claim(store);
    await store.settle(done(claimed!, { messages: [sample('report')] }));
    expect(brief(await claim(store))).toEqual(['report:0']);
  });

  it('fails a probe, until there is room again', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    await store.probe();
    const taken: string[] = [];
    for (let index = 0; taken.length === index; index++) {
      const held = lease();
      const small = sample(`m${index}`, { content: [octets('x'.repeat(10_000))] });
      const put = store.accept([small], held).then(() => taken.push(held.token));
      await put.catch(() => undefined);
    }
    await expect(store.probe()).rejects.toMatchObject({ name: 'StoreError', code: 'full' });
    for (const [index, token] of taken.entries()) await store.settle(firstDone(`m${index}`, { token }));
    await store.probe();
  });

  it('fails a probe where the disk has less room than is to be left', async () => {
    const store = await opened({ minFreeOctets: Number.MAX_SAFE_INTEGER });
    await expect(store.probe()).rejects.toMatchObject({ name: 'StoreError', code: 'full' });
  });

  it('writes to the disk when it is probed', async () => {
    const store = await opened();
    const log = join(directory, 'queue.db-wal');
    const before = await readFile(log);
    await store.probe();
    expect((await readFile(log)).equals(before)).toBe(false);
  });

  it('takes spooled content again that was refused with its message', async () => {
    const store = await opened({ maxDatabaseOctets: 400_000 });
    const spool = await store.spool();
    await spool.write(octets('large'));
    const content = await spool.finish();
    const tooMuch = Array.from({ length: 20 }, (_, index) => bulky(`m${index}`));
    await expect(store.accept([sample('m', { content }), ...tooMuch])).rejects.toMatchObject({ code: 'full' });
    await store.accept([sample('m', { content })]);
    expect(await readAll(store, 'm')).toBe('large');
  });
});

describe('content in memory', () => {
  it('is limited, and what is not remembered is read', async () => {
    const store = await opened({ rememberedMaxOctets: 100 });
    const content = (id: string) => [octets(`${id} `.repeat(20))];
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    const held = lease();
    await store.accept(
      ids.slice(0, 5).map((id) => sample(id, { content: content(id) })),
      held,
    );
    await store.accept(ids.slice(5).map((id) => sample(id, { content: content(id) })));
    await claim(store);
    for (const id of ids) expect(await readAll(store, id)).toBe(`${id} `.repeat(20));
    await store.release([held.token]);
    for (const id of ids) expect(await readAll(store, id)).toBe(`${id} `.repeat(20));
  });
});

it('is damaged when content is missing that a message names', async () => {
  const store = await openSqliteQueueStore(directory);
  const spool = await store.spool();
  await spool.write(octets('large '.repeat(20)));
  await store.accept([sample('m1', { content: await spool.finish() })]);
  await store.close();
  const [name = ''] = await spooledNames();
  await rm(join(directory, 'spool', name));
  await expect(openSqliteQueueStore(directory)).rejects.toMatchObject({
    name: 'StoreError',
    code: 'corrupt',
    message: `The store is damaged: spool/${name} is missing`,
  });
});

it('says so once when it is found to be damaged while it is open, and takes nothing more', async () => {
  const store = await openSqliteQueueStore(directory);
  await store.accept(Array.from({ length: 500 }, (_, index) => sample(`m${index}`)));
  await store.close();
  const failures: unknown[] = [];
  const reopened = await opened({ failed: (error) => failures.push(error) });
  const file = await open(join(directory, 'queue.db'), 'r+');
  const { size } = await file.stat();
  for (let offset = 4_096; offset < size; offset += 4_096)
    await file.write(Buffer.alloc(4_096, 'rot '), 0, 4_096, offset);
  await file.close();
  const refused = { name: 'StoreError', code: 'corrupt' };
  const all = Array.from({ length: 2_000 }, (_, index) =>
    sample(`n${index}`, { content: [octets('x'.repeat(9_000))] }),
  );
  await expect(reopened.accept(all)).rejects.toMatchObject(refused);
  await expect(reopened.accept([sample('n')])).rejects.toMatchObject(refused);
  expect(failures).toEqual([expect.objectContaining(refused)]);
});

it('a claim that was given back just before a settlement that ends it makes that fail, with all that it brings', async () => {
  const store = await opened();
  const [own, other] = [lease(), lease()];
  await store.accept([sample('m1')], own);
  await store.accept([sample('m2')], other);
  const ends = [{ messageId: 'm2', token: other.token }];
  const results = await Promise.allSettled([
    store.release([other.token]),
    store.settle({ ...firstDone('m1', own), messages: [sample('report')], ends }),
  ]);
  expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { name: 'LeaseLostError' } }]);
  expect(await store.counts()).toEqual({ messages: 2, recipients: 2 });
});

describe('a disk that fails', () => {
  it('refuses what it can not keep, half-stores nothing, and has the rest when it is opened again', async () => {
    const script = join(import.meta.dirname, 'queue-store-limited.ts');
    // Writing past the limit fails as a broken disk does.
    const limited = `trap '' XFSZ; ulimit -f 3000; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const piece of child.stdout) said += String(piece);
    const { accepted, settled, refusals } = JSON.parse(said) as Record<'accepted' | 'settled' | 'refusals', string[]>;
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(refusals)).toEqual(new Set(['StoreError io']));
    const store = await opened();
    const left = accepted.filter((id) => !settled.includes(id));
    expect((await claim(store)).map(({ message }) => message.id).toSorted()).toEqual(left.toSorted());
    for (const id of left) expect((await readAll(store, id)).length).toBe(20_000);
  });
});
