import { describe, expect, it } from 'vitest';
import type { OpenQueueStore } from './queue-store.ts';
import { brief, claim, deferred, done, lease, recipient, sample } from './queue-samples.ts';

/** `claim` and `nextDueAtMs`. */
export function claimingContract(open: OpenQueueStore): void {
  it('gives the recipients of a message that share a destination together', async () => {
    const { store } = await open();
    const a = { destination: 'smtp://a' };
    const b = { destination: 'smtp://b' };
    await store.accept([sample('m1', { recipients: [recipient(0, a), recipient(1, b), recipient(2, a)] })]);
    const claims = await claim(store);
    expect(brief(claims)).toEqual(['m1:0,2', 'm1:1']);
    expect(claims.map(({ lastN }) => lastN)).toEqual([2, 2]);
    expect(claims[0]?.token).not.toBe(claims[1]?.token);
  });

  it('gives only recipients that are due, also of a message that has others', async () => {
    const { store } = await open();
    const recipients = [
      recipient(0, { dueAtMs: 999 }),
      recipient(1, { dueAtMs: 1_000 }),
      recipient(2, { dueAtMs: 1_001 }),
    ];
    await store.accept([sample('m1', { recipients })]);
    expect(brief(await claim(store, { nowMs: 998 }))).toEqual([]);
    expect(brief(await claim(store, { nowMs: 1_000 }))).toEqual(['m1:0,1']);
    expect(brief(await claim(store, { nowMs: 1_000 }))).toEqual([]);
    expect(brief(await claim(store, { nowMs: 1_001 }))).toEqual(['m1:2']);
  });

  it('gives a recipient to one claim only', async () => {
    const { store } = await open();
    await store.accept(Array.from({ length: 20 }, (_, index) => sample(`m${index}`)));
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(store, { limit: 3 })));
    // Of claims at the same time one may pass over what another is looking at.
    const ids = [...claims.flatMap(brief), ...brief(await claim(store, { limit: 20 }))];
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('gives the oldest due time first, and of equals the message that was accepted first', async () => {
    const { store } = await open();
    const at = (dueAtMs: number, destination: string) => ({ recipients: [recipient(0, { dueAtMs, destination })] });
    await store.accept([sample('third', at(30, 'a'))]);
    await store.accept([sample('first', at(10, 'b')), sample('fourth', at(30, 'a'))]);
    await store.accept([sample('second', at(20, 'a')), sample('fifth', at(40, 'b'))]);
    expect(brief(await claim(store))).toEqual(['first:0', 'second:0', 'third:0', 'fourth:0', 'fifth:0']);
  });

  it('gives at most `limit` claims, the oldest', async () => {
    const { store } = await open();
    const message = (id: string, dueAtMs: number) =>
      sample(id, { recipients: [recipient(0, { dueAtMs, destination: `smtp://${id}` })] });
    await store.accept([message('m3', 3), message('m1', 1), message('m2', 2)]);
    expect(brief(await claim(store, { limit: 0 }))).toEqual([]);
    expect(brief(await claim(store, { limit: 2 }))).toEqual(['m1:0', 'm2:0']);
    expect(brief(await claim(store, { limit: 2 }))).toEqual(['m3:0']);
  });

  it('gives at most `perDestination` claims of one destination, and lets others pass', async () => {
    const { store } = await open();
    const messages = Array.from({ length: 6 }, (_, index) =>
      sample(`m${index}`, {
        recipients: [recipient(0, { destination: index < 4 ? 'smtp://a' : 'smtp://b', dueAtMs: index })],
      }),
    );
    await store.accept(messages);
    expect(brief(await claim(store, { perDestination: 2 }))).toEqual(['m0:0', 'm1:0', 'm4:0', 'm5:0']);
    expect(brief(await claim(store, { perDestination: 1 }))).toEqual(['m2:0']);
    expect(brief(await claim(store, { perDestination: 1 }))).toEqual(['m3:0']);
  });

  it('leaves the destinations in `except` alone', async () => {
    const { store } = await open();
    const to = (...destinations: string[]) => ({
      recipients: destinations.map((destination, n) => recipient(n, { destination })),
    });
    await store.accept([sample('m1', to('a', 'b')), sample('m2', to('b', 'c')), sample('m3', to('c'))]);
    expect(brief(await claim(store, { except: ['a', 'b', 'unknown'] }))).toEqual(['m2:1', 'm3:0']);
    expect(brief(await claim(store, { except: ['a'] }))).toEqual(['m1:1', 'm2:0']);
    expect(brief(await claim(store))).toEqual(['m1:0']);
  });

  it('takes no notice of what a destination is called', async () => {
    const { store, reopen } = await open();
    const names = ['', ' ', "it's", 'ünï', '%', '_', '\u{10ffff}', 'A', 'a'];
    await store.accept([sample('m1', { recipients: names.map((destination, n) => recipient(n, { destination })) })]);
    const claims = await claim((await reopen?.()) ?? store);
    expect(claims.map(({ recipients }) => recipients[0]?.destination).sort()).toEqual([...names].sort());
  });

  it('passes over many recipients that are claimed', async () => {
    const { store } = await open();
    const recipients = Array.from({ length: 200 }, (_, n) => recipient(n, { dueAtMs: n < 150 ? 500 : 900 }));
    await store.accept([sample('m1', { recipients })]);
    await store.accept([sample('m2', { recipients: [recipient(0, { dueAtMs: 500 })] })]);
    expect((await claim(store, { nowMs: 600, limit: 1 }))[0]?.recipients).toHaveLength(150);
    expect(brief(await claim(store, { nowMs: 600 }))).toEqual(['m2:0']);
    expect((await claim(store))[0]?.recipients).toHaveLength(50);
    expect(await claim(store)).toEqual([]);
  });

  describe('nextDueAtMs', () => {
    it('is undefined for an empty queue', async () => {
      const { store } = await open();
      expect(await store.nextDueAtMs()).toBeUndefined();
    });

    it('is the earliest due time of what is not claimed', async () => {
      const { store } = await open();
      const at = (dueAtMs: number, destination: string) => ({ recipients: [recipient(0, { dueAtMs, destination })] });
      await store.accept([sample('m1', at(3_000, 'a')), sample('m2', at(2_000, 'a')), sample('m3', at(4_000, 'b'))]);
      expect(await store.nextDueAtMs()).toBe(2_000);
      await claim(store, { nowMs: 2_500 });
      expect(await store.nextDueAtMs()).toBe(3_000);
      await claim(store, { nowMs: 3_500 });
      expect(await store.nextDueAtMs()).toBe(4_000);
    });

    it('is the end of the first lease when that comes first', async () => {
      const { store } = await open();
      await store.accept([sample('m1')], lease(7_000));
      await store.accept([sample('m2')], lease(6_000));
      await store.accept([sample('m3', { recipients: [recipient(0, { dueAtMs: 8_000 })] })]);
      expect(await store.nextDueAtMs()).toBe(6_000);
    });

    it('follows settlement, renewal and release', async () => {
      const { store } = await open();
      const held = lease(5_000);
      await store.accept([sample('m1', { recipients: [recipient(0, { dueAtMs: 1_000 })] })], held);
      await store.renew([held.token], 9_000);
      expect(await store.nextDueAtMs()).toBe(9_000);
      await store.release([held.token]);
      expect(await store.nextDueAtMs()).toBe(1_000);
      const [first] = await claim(store);
      await store.settle(done(first!, { updates: [deferred(0, { dueAtMs: 4_000 })] }));
      expect(await store.nextDueAtMs()).toBe(4_000);
      const [second] = await claim(store, { nowMs: 4_000 });
      await store.settle(done(second!));
      expect(await store.nextDueAtMs()).toBeUndefined();
    });
  });
}
