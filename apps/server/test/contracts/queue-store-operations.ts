import { expect, it } from 'vitest';
import type { QueueStore } from '../../src/ports.ts';
import { brief, claim, deferred, done, lease, newToken, recipient, sample } from './queue-samples.ts';
import type { OpenedQueueStore } from './queue-store.ts';

const a = 'smtp://a';
const b = 'smtp://b';
const take = (store: QueueStore, messageId: string, nowMs = 1_000) =>
  store.claimMessage({ messageId, token: newToken(), nowMs, leaseUntilMs: 60_000 });
const mixed = (id: string) =>
  sample(id, {
    recipients: [recipient(0, { destination: a }), recipient(1, { destination: b, dueAtMs: 9_000 })],
  });

export function operationsContract(open: () => Promise<OpenedQueueStore>): void {
  it('claims what is free of one message, whatever its destination and time', async () => {
    const { store } = await open();
    await store.accept([mixed('m'), mixed('other')]);
    const claimed = await take(store, 'm');
    expect(claimed?.recipients.map(({ n, destination }) => [n, destination])).toEqual([
      [0, a],
      [1, b],
    ]);
    expect(await take(store, 'm')).toBeUndefined();
    expect(await take(store, 'nothing')).toBeUndefined();
    expect(brief(await claim(store, { nowMs: 9_000 }))).toEqual(['other:0', 'other:1']);
    if (claimed === undefined) throw new Error('not claimed');
    await store.settle({ ...done(claimed), updates: [deferred(0, { destination: b, dueAtMs: 8_000 })] });
    await store.release([claimed.token]);
    const after = await claim(store, { nowMs: 9_000 });
    expect(brief(after)).toEqual(['m:0,1']);
  });

  it('leaves alone what is under way, unless its time is over', async () => {
    const { store } = await open();
    await store.accept([sample('fresh')], lease(5_000));
    await store.accept([mixed('part')]);
    const [part] = await claim(store, { leaseUntilMs: 5_000 });
    expect(part?.message.id).toBe('part');
    expect(await take(store, 'fresh')).toBeUndefined();
    expect((await take(store, 'part'))?.recipients.map(({ n }) => n)).toEqual([1]);
    expect((await take(store, 'fresh', 5_000))?.recipients.map(({ n }) => n)).toEqual([0]);
    expect((await take(store, 'part', 5_000))?.recipients.map(({ n }) => n)).toEqual([0]);
  });

  it('finds messages, and says which of their recipients are claimed', async () => {
    const { store } = await open();
    await store.accept([mixed('m')]);
    await store.accept([sample('fresh')], lease());
    await claim(store);
    const found = await store.find('m');
    expect(found?.recipients.map(({ n, claimed }) => [n, claimed])).toEqual([
      [0, true],
      [1, false],
    ]);
    expect(found?.message).toEqual(mixed('m').message);
    expect((await store.find('fresh'))?.recipients).toEqual([{ ...recipient(0), claimed: true }]);
    expect(await store.find('nothing')).toBeUndefined();
  });

  it('lists messages page by page in the order of their arrival', async () => {
    const { store } = await open();
    for (const id of ['1', '2', '3', '4']) await store.accept([sample(id)], id === '2' ? lease() : undefined);
    const first = await store.list({ limit: 3 });
    expect(first.map(({ message }) => message.id)).toEqual(['1', '2', '3']);
    const after = first.at(-1)?.cursor ?? '';
    expect((await store.list({ limit: 3, after })).map(({ message }) => message.id)).toEqual(['4']);
  });

  it('lists what waits for some destinations', async () => {
    const { store } = await open();
    await store.accept([
      ...['1', '2', '3'].map((id) => sample(id, { recipients: [recipient(0, { destination: a })] })),
      sample('4', { recipients: [recipient(0, { destination: b })] }),
      sample('5', { recipients: [recipient(0, { destination: 'smtp://c' })] }),
    ]);
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await store.list({ limit: 2, destinations: [b, a], ...(after === undefined ? {} : { after }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ message }) => message.id));
      after = page.at(-1)?.cursor;
    }
    expect(seen.sort()).toEqual(['1', '2', '3', '4']);
  });

  it('lists as many recipients of each message as are wanted, and says how many there are', async () => {
    const { store } = await open();
    const five = Array.from({ length: 5 }, (_, n) => recipient(n, { destination: a }));
    await store.accept([sample('m', { recipients: five }), sample('o')]);
    await store.accept([sample('fresh', { recipients: five })], lease());
    for (const destinations of [undefined, [a]]) {
      const asked = destinations === undefined ? {} : { destinations };
      const page = await store.list({ limit: 9, mostRecipients: 2, ...asked });
      const told = page.map(({ message, recipients, recipientCount }) => [
        ...[message.id, recipients.map(({ n }) => n), recipientCount],
      ]);
      expect(told.slice(0, 2)).toEqual([
        ['m', [0, 1], 5],
        ['o', [0], 1],
      ]);
      if (destinations === undefined) expect(told[2]).toEqual(['fresh', [0, 1], 5]);
    }
    expect((await store.list({ limit: 1 }))[0]).toMatchObject({ recipientCount: 5, recipients: { length: 5 } });
    expect(await store.find('m')).toMatchObject({ recipientCount: 5, recipients: { length: 5 } });
  });

  it('searches for recipients by a part of what names them, in any case, and gives those first', async () => {
    const { store } = await open();
    const five = Array.from({ length: 5 }, (_, n) => recipient(n, { destination: n % 2 === 0 ? b : a }));
    const shown = recipient(0, { address: 'deep@inside.example', shownAs: 'Box@Outside.example' });
    const wide = recipient(0, { address: 'jörg@köln.example' });
    await store.accept([sample('1', { recipients: five }), sample('2'), sample('3', { recipients: [shown] })]);
    await store.accept([sample('fresh', { recipients: five })], lease());
    await store.accept([sample('5', { recipients: [wide] })]);
    const found = async (text: string, limit = 9) => {
      const all: [string, readonly number[], number][] = [];
      for (let after: string | undefined; ;) {
        const from = after === undefined ? {} : { after };
        const page = await store.search({ recipient: text, limit, mostRecipients: 2, ...from });
        expect(page.messages.length).toBeLessThanOrEqual(limit);
        for (const { message, recipients, recipientCount } of page.messages)
          all.push([message.id, recipients.map(({ n }) => n), recipientCount]);
        if (page.next === undefined) return all;
        after = page.next;
      }
    };
    const ofMany = [['1', [3, 0], 5], ['fresh', [3, 0], 5]]; // prettier-ignore
    expect(await found('USER3@')).toEqual(ofMany);
    expect(await found('user3@', 1)).toEqual(ofMany);
    expect(await found('BOX@')).toEqual([['3', [0], 1]]);
    expect(await found('inside')).toEqual([['3', [0], 1]]);
    expect(await found('örg@köl')).toEqual([['5', [0], 1]]);
    expect((await found('@', 2)).map(([id]) => id)).toEqual(['1', '2', '3', 'fresh', '5']);
    expect(await found('user_@')).toEqual([]);
    const whole = await store.search({ recipient: 'user3@', limit: 1 });
    expect(whole.messages[0]?.recipients.map(({ n }) => n)).toEqual([3, 0, 1, 2, 4]);
  });

  it('lists a message once, however many of its recipients wait for a destination', async () => {
    const { store } = await open();
    const many = Array.from({ length: 9 }, (_, n) => recipient(n, { destination: n % 3 === 0 ? b : a }));
    await store.accept([
      sample('m', { recipients: many }),
      sample('o', { recipients: [recipient(0, { destination: a })] }),
    ]);
    const first = await store.list({ limit: 1, destinations: [a] });
    expect(first.map(({ message }) => message.id)).toEqual(['m']);
    const rest = await store.list({ limit: 9, destinations: [a], after: first[0]?.cursor ?? '' });
    expect(rest.map(({ message }) => message.id)).toEqual(['o']);
  });

  it('counts what waits at each destination, as it comes, moves and goes', async () => {
    const { store, reopen } = await open();
    await store.accept([mixed('m'), mixed('n'), sample('o', { recipients: [recipient(0, { destination: a })] })]);
    const shown = async (of: QueueStore) =>
      (await of.destinations(9)).map(({ destination, recipients, nextDueAtMs }) => [
        ...[destination, recipients, nextDueAtMs],
      ]);
    expect(await shown(store)).toEqual([
      [a, 3, 1_000],
      [b, 2, 9_000],
    ]);
    const claimed = await take(store, 'm');
    if (claimed === undefined) throw new Error('not claimed');
    const moved = deferred(0, { destination: b, dueAtMs: 4_000 });
    await store.settle({ ...done(claimed), updates: [moved, { n: 1, state: 'done' }] });
    const expected = [
      [a, 2, 1_000],
      [b, 2, 4_000],
    ];
    expect(await shown(store)).toEqual(expected);
    if (reopen !== undefined) expect(await shown(await reopen())).toEqual(expected);
  });

  it('does not count what is due at destinations that are left alone', async () => {
    const { store } = await open();
    await store.accept([mixed('m')]);
    expect(await store.nextDueAtMs([a])).toBe(9_000);
    expect(await store.nextDueAtMs([a, b])).toBeUndefined();
    expect(await store.nextDueAtMs()).toBe(1_000);
  });

  it('remembers pauses', async () => {
    const { store, reopen } = await open();
    await store.pause({ destination: a, sinceMs: 5 }, []);
    await store.pause({ destination: a, sinceMs: 6 }, []);
    await store.pause({ destination: b, sinceMs: 7 }, []);
    await store.resume(b, []);
    const again = reopen === undefined ? store : await reopen();
    expect((await again.paused()).map((each) => ({ ...each }))).toEqual([{ destination: a, sinceMs: 5 }]);
  });
}
