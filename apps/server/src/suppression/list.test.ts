import { describe, expect, it } from 'vitest';
import { openMemorySuppression } from '../adapters/memory/suppression.ts';
import type { SuppressionConfig } from '../config.ts';
import type { MailEvent } from '../model.ts';
import type { SuppressionChanges, SuppressionRecord } from '../ports.ts';
import { makeSuppressing } from './list.ts';

const record = (address: string): SuppressionRecord => ({
  ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures: 1, listed: true },
});

it('takes over what others changed, and the whole list where nobody knows any more what went', async () => {
  const stored = openMemorySuppression();
  await stored.change([record('a@x'), record('b@x')], []);
  let changes: SuppressionChanges = { put: [record('c@x')], removed: ['a@x'] };
  const list = await makeSuppressing({
    rules: () => ({ statuses: [], failures: 1 }),
    store: Object.assign(stored, { changes: () => Promise.resolve(changes) }),
    journal: { note: () => Promise.resolve() },
    events: { emit: () => undefined },
    clock: { now: () => 1, after: () => ({ cancel: () => undefined }) },
  });
  const known = (): readonly boolean[] => ['a@x', 'b@x', 'c@x', 'd@x'].map((each) => list.find(each) !== undefined);
  await list.refresh();
  expect(known()).toEqual([false, true, true, false]);
  changes = { put: [record('d@x')], removed: [], isWhole: true };
  await list.refresh();
  expect(known()).toEqual([false, false, false, true]);
  changes = { put: [], removed: [], isWhole: true };
  await list.refresh();
  expect(known()).toEqual([false, false, false, false]);
});

const DAY = 86_400_000;

/** A list with a clock to set, and what it has told. */
async function world(rules: Partial<SuppressionConfig> = {}, stored: readonly SuppressionRecord[] = []) {
  const time = { nowMs: 1_000 };
  const told: MailEvent[] = [];
  const store = openMemorySuppression();
  await store.change([...stored], []);
  const list = await makeSuppressing({
    rules: () => ({ statuses: ['5.1.x'], failures: 1, keepMs: DAY, ...rules }),
    store,
    journal: { note: () => Promise.resolve() },
    events: { emit: (event) => void told.push(event) },
    clock: { now: () => time.nowMs, after: () => ({ cancel: () => undefined }) },
  });
  const head = (): Pick<MailEvent, 'atMs' | 'messageId'> => ({ atMs: time.nowMs, messageId: 'm' });
  return {
    ...{ list, time, told, store },
    fails: (recipient: string, status = '5.1.1', reason = 'who?') =>
      list.take([
        {
          ...{ ...head(), kind: 'failed', recipient, destination: 'smtp://h:25' },
          failure: { status, reason, atMs: time.nowMs },
        } as MailEvent,
      ]),
    succeeds: (recipient: string, kind: 'delivered' | 'relayed' = 'delivered') =>
      list.take([{ ...head(), kind, recipient, destination: 'smtp://h:25', status: '2.0.0', delayMs: 1 }]),
    comesBack: (recipient: string) =>
      list.take([
        {
          ...{ ...head(), kind: 'report-received', reportId: 'r', verified: true, what: 'dsn', actions: [], recipient },
          failure: { status: '5.1.1', reason: 'who?', atMs: time.nowMs },
        },
      ]),
  };
}

describe('an address on the list', () => {
  it('is refused until its time is over, to the millisecond', async () => {
    const { list, time, fails } = await world();
    await fails('Ann@X.example');
    expect(list.find('ann@x.EXAMPLE')).toMatchObject({ address: 'ann@x.example', untilMs: 1_000 + DAY });
    time.nowMs += DAY - 1;
    expect(list.find('ann@x.example')).toBeDefined();
    time.nowMs += 1;
    expect(list.find('ann@x.example')).toBeUndefined();
  });

  it('RFC 5321 §4.5.1: is never the postmaster, whoever put it there', async () => {
    const { list, fails } = await world({}, [record('postmaster@x.example')]);
    expect(list.find('Postmaster@x.example')).toBeUndefined();
    await fails('postmaster@y.example');
    expect(list.find('postmaster@y.example')).toBeUndefined();
    const entries = ['postmaster@z.example', 'no address', 'bob@z.example'];
    expect(await list.add(entries.map((address) => ({ address, reason: 'asked', sinceMs: 1 })))).toBe(1);
    expect((await list.list({ limit: 9 })).entries.map(({ address }) => address)).toEqual(['bob@z.example']);
  });

  it('stays for longer with each failure, and is told once', async () => {
    const { list, time, told, fails } = await world();
    await fails('ann@x.example', '5.1.1', 'first');
    time.nowMs += 500;
    await fails('ann@x.example', '5.1.2', 'second');
    expect(list.find('ann@x.example')).toMatchObject({ reason: 'first', failures: 2, untilMs: 1_500 + DAY });
    // An entry that stays for longer already is not cut short.
    await list.add([{ address: 'bob@x.example', reason: 'asked', sinceMs: 1, untilMs: 9 * DAY }]);
    await fails('bob@x.example');
    expect(list.find('bob@x.example')).toMatchObject({ reason: 'asked', untilMs: 9 * DAY });
    expect(told.map((event) => event.kind)).toEqual(['suppression-added', 'suppression-added']);
  });

  it('keeps its place where mail to it was under way that arrives', async () => {
    const { list, fails, succeeds } = await world();
    await fails('ann@x.example');
    await succeeds('ann@x.example');
    expect(list.find('ann@x.example')).toBeDefined();
  });

  it('shows 500 characters of the reason', async () => {
    const { list, fails } = await world();
    await fails('ann@x.example', '5.1.1', 'x'.repeat(501));
    expect(list.find('ann@x.example')?.reason).toHaveLength(500);
  });

  it('goes at a word, once', async () => {
    const { list, told, fails } = await world({ failures: 2 });
    await fails('ann@x.example');
    expect(await list.remove('ann@x.example')).toBe(false);
    await fails('ann@x.example');
    expect(await list.remove('ANN@x.example', 'api')).toBe(true);
    expect(await list.remove('ann@x.example')).toBe(false);
    expect(told.map(({ kind }) => kind)).toEqual(['suppression-added', 'suppression-removed']);
  });
});

describe('an address that fails', () => {
  it('comes onto the list with as many failures as it takes, without a success in between', async () => {
    const { list, fails, succeeds } = await world({ failures: 3 });
    for (let i = 0; i < 2; i++) await fails('ann@x.example');
    await succeeds('ann@x.example');
    for (let i = 0; i < 2; i++) await fails('ann@x.example');
    expect(list.find('ann@x.example')).toBeUndefined();
    await fails('ann@x.example');
    expect(list.find('ann@x.example')).toMatchObject({ failures: 3 });
  });

  it('counts what came back, though its host takes each message at first', async () => {
    const { list, comesBack, succeeds } = await world({ failures: 2 });
    await comesBack('ann@x.example');
    await succeeds('ann@x.example', 'relayed');
    await comesBack('ann@x.example');
    expect(list.find('ann@x.example')).toMatchObject({ failures: 2 });
    await comesBack('bob@x.example');
    await succeeds('bob@x.example', 'delivered');
    await comesBack('bob@x.example');
    expect(list.find('bob@x.example')).toBeUndefined();
  });

  it('is cleared by a host that takes a message, where none has come back', async () => {
    const { list, fails, comesBack, succeeds } = await world({ failures: 2 });
    await fails('ann@x.example');
    await succeeds('ann@x.example', 'relayed');
    await fails('ann@x.example');
    expect(list.find('ann@x.example')).toBeUndefined();
    await comesBack('bob@x.example');
    await succeeds('bob@x.example', 'relayed');
    await fails('bob@x.example');
    expect(list.find('bob@x.example')).toBeDefined();
  });

  it('stays one whose mail came back, whatever fails after it', async () => {
    const { list, fails, comesBack, succeeds } = await world({ failures: 3 });
    await comesBack('ann@x.example');
    await fails('ann@x.example');
    await succeeds('ann@x.example', 'relayed');
    await fails('ann@x.example');
    expect(list.find('ann@x.example')).toMatchObject({ failures: 3 });
  });

  it('becomes one whose mail comes back while it is refused, too', async () => {
    const { list, time, fails, comesBack, succeeds } = await world();
    await fails('a@x');
    await comesBack('a@x');
    time.nowMs += DAY;
    await succeeds('a@x', 'relayed');
    await fails('a@x');
    expect(list.find('a@x')?.failures).toBe(3);
  });

  it('is not forgotten where it fails again while others are', async () => {
    const { list, time, store, fails } = await world({ failures: 2 });
    await fails('ann@x.example');
    time.nowMs += 2 * DAY;
    const gate = Promise.withResolvers<undefined>();
    Object.assign(store, { forget: () => gate.promise });
    const going = list.forget();
    await fails('ann@x.example');
    gate.resolve(undefined);
    await going;
    expect(list.find('ann@x.example')).toMatchObject({ failures: 2 });
  });

  it('is one: a name without a domain is not counted', async () => {
    const { store, fails } = await world();
    await fails('bob');
    expect(await store.all()).toEqual([]);
  });

  it.each(['5.2.2', '5.7.1', '4.1.1'])(
    'RFC 3463 §3.2: is not counted for %s, which does not blame it',
    async (status) => {
      const { list, fails } = await world();
      await fails('ann@x.example', status);
      expect(list.find('ann@x.example')).toBeUndefined();
    },
  );

  it('is forgotten after its time and as long again, and in a page of entries tells where it goes on', async () => {
    const { list, time, store, fails } = await world();
    for (const name of ['a', 'b', 'c']) await fails(`${name}@x.example`);
    const first = await list.list({ limit: 2 });
    expect(first).toMatchObject({ entries: [{ address: 'a@x.example' }, { address: 'b@x.example' }] });
    const rest = await list.list({ limit: 2, cursor: first.next ?? '' });
    expect(rest.entries.map(({ address }) => address)).toEqual(['c@x.example']);
    expect((await list.list({ limit: 9, search: 'B@X' })).entries).toHaveLength(1);
    time.nowMs += 2 * DAY - 1;
    await list.forget();
    expect(await store.all()).toHaveLength(3);
    time.nowMs += 1;
    await list.forget();
    expect(await store.all()).toHaveLength(0);
  });
});
