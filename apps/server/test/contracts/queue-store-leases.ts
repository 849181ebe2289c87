import { expect, it } from 'vitest';
import { LeaseLostError } from '../../src/ports.ts';
import type { OpenQueueStore } from './queue-store.ts';
import { brief, claim, deferred, done, firstDone, lease, octets, readAll, recipient, sample } from './queue-samples.ts';

/** What a claim is, and how it ends. */
export function leaseContract(open: OpenQueueStore): void {
  it.each(['accept', 'claim'])('gives the recipients to another when a lease of %s has run out', async (by) => {
    const { store } = await open();
    if (by === 'accept') await store.accept([sample('m1')], lease(5_000));
    else {
      await store.accept([sample('m1')]);
      await claim(store, { leaseUntilMs: 5_000 });
    }
    expect(brief(await claim(store, { nowMs: 4_999 }))).toEqual([]);
    expect(brief(await claim(store, { nowMs: 5_000 }))).toEqual(['m1:0']);
    expect(await readAll(store, 'm1')).toBe('Subject: m1\r\n\r\nbody\r\n');
  });

  it('leaves what is not due alone when the lease of an operator has run out', async () => {
    const { store, reopen } = await open();
    const held = { destination: 'held:smtp://a', dueAtMs: 8_640_000_000_000_000 };
    await store.accept([sample('m1', { recipients: [recipient(0), recipient(1, held)] })]);
    const claimed = await store.claimMessage({ messageId: 'm1', token: 'op', nowMs: 1_000, leaseUntilMs: 5_000 });
    expect(claimed?.recipients.map(({ n }) => n)).toEqual([0, 1]);
    expect(brief(await claim(store, { nowMs: 6_000 }))).toEqual(['m1:0']);
    expect(brief(await claim(store, { nowMs: 6_000 }))).toEqual([]);
    // The end of the claim on m1:0. Who waited for a time that is past would look for work again and again.
    expect(await store.nextDueAtMs()).toBe(60_000);
    expect(
      await store.claimMessage({ messageId: 'm1', token: 'other', nowMs: 6_000, leaseUntilMs: 9_000 }),
    ).toMatchObject({
      recipients: [recipient(1, held)],
    });
    await store.release(['other']);
    expect(brief(await claim((await reopen?.()) ?? store, { nowMs: 7_000 }))).toEqual(
      reopen === undefined ? [] : ['m1:0'],
    );
  });

  it('does not wait for a lease that ran out at a destination that is left alone', async () => {
    const { store } = await open();
    await store.accept([sample('m1'), sample('m2', { recipients: [recipient(0, { dueAtMs: 9_000 })] })]);
    await store.claimMessage({ messageId: 'm1', token: 'op', nowMs: 1_000, leaseUntilMs: 5_000 });
    expect(brief(await claim(store, { nowMs: 6_000, except: ['smtp://a'] }))).toEqual([]);
    expect(await store.nextDueAtMs(['smtp://a'])).toBeUndefined();
    expect(brief(await claim(store, { nowMs: 6_000 }))).toEqual(['m1:0']);
  });

  it('refuses the settlement of who slept through the lease and lost the recipient (fencing)', async () => {
    const { store } = await open();
    await store.accept([sample('m1')]);
    const [slept] = await claim(store, { leaseUntilMs: 2_000 });
    const [next] = await claim(store, { nowMs: 3_000 });
    await expect(store.settle(done(slept!, { messages: [sample('report')] }))).rejects.toThrow(LeaseLostError);
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
    await store.settle(done(next!));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    await expect(store.settle(done(next!))).rejects.toThrow(LeaseLostError);
  });

  it('takes a late settlement while nobody else has the recipient', async () => {
    const { store } = await open();
    const held = lease(2_000);
    await store.accept([sample('m1')], held);
    await claim(store, { nowMs: 3_000, except: ['smtp://a'] });
    await store.settle(firstDone('m1', held));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('refuses a settlement of a recipient that is not in the claim, and changes nothing', async () => {
    const { store } = await open();
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' })];
    await store.accept([sample('m1', { recipients }), sample('m2')]);
    const [a] = await claim(store);
    const updates = [0, 1].map((n) => ({ n, state: 'done' as const }));
    await expect(store.settle(done(a!, { updates }))).rejects.toThrow(LeaseLostError);
    await expect(store.settle(done(a!, { updates: [deferred(7)] }))).rejects.toThrow(LeaseLostError);
    await expect(store.settle(done(a!, { messageId: 'm2' }))).rejects.toThrow(LeaseLostError);
    await expect(store.settle(done(a!, { token: 'never given' }))).rejects.toThrow(LeaseLostError);
    expect(await store.counts()).toEqual({ messages: 2, recipients: 3 });
    await store.settle(done(a!));
    expect(await store.counts()).toEqual({ messages: 2, recipients: 2 });
  });

  it('prolongs claims, and passes over tokens that are not held any more', async () => {
    const { store } = await open();
    const held = lease(2_000);
    await store.accept([sample('m1'), sample('m2')], held);
    await store.accept([sample('m3')]);
    const [claimed] = await claim(store, { leaseUntilMs: 2_000 });
    await store.renew([held.token, 'unknown', claimed!.token], 8_000);
    expect(brief(await claim(store, { nowMs: 7_999 }))).toEqual([]);
    await store.settle(done(claimed!));
    await store.renew([claimed!.token], 20_000);
    expect(await store.nextDueAtMs()).toBe(8_000);
    expect(brief(await claim(store, { nowMs: 8_000 }))).toEqual(['m1:0', 'm2:0']);
    await store.renew([held.token], 90_000);
    expect(await store.nextDueAtMs()).toBe(60_000);
  });

  it('holds again what is renewed after its time, before another has it', async () => {
    const { store } = await open();
    await store.accept([sample('m1')]);
    const [claimed] = await claim(store, { leaseUntilMs: 2_000 });
    await claim(store, { nowMs: 3_000, except: ['smtp://a'] });
    await store.renew([claimed!.token], 9_000);
    expect(brief(await claim(store, { nowMs: 8_000 }))).toEqual([]);
    await store.settle(done(claimed!));
  });

  it('gives claims back: their recipients are free at once, and unchanged', async () => {
    const { store } = await open();
    const held = lease();
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b', dueAtMs: 2_000 })];
    await store.accept([sample('m1', { recipients })], held);
    await store.accept([sample('m2')]);
    const [claimed] = await claim(store);
    await store.release([held.token, 'unknown', claimed!.token]);
    const claims = await claim(store, { nowMs: 2_000 });
    expect(brief(claims)).toEqual(['m1:0', 'm2:0', 'm1:1']);
    expect(claims[2]?.recipients).toEqual([recipients[1]]);
    await expect(store.settle(done(claimed!))).rejects.toThrow(LeaseLostError);
    await store.release([claimed!.token]);
    expect(brief(await claim(store))).toEqual([]);
  });

  it('splits a claim when only some of its recipients are taken by another', async () => {
    const { store } = await open();
    const held = lease(2_000);
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' })];
    await store.accept([sample('m1', { recipients })], held);
    expect(brief(await claim(store, { nowMs: 2_000, except: ['smtp://b'] }))).toEqual(['m1:0']);
    const settlement = { messageId: 'm1', token: held.token, children: [], messages: [] };
    await expect(store.settle({ ...settlement, updates: [{ n: 0, state: 'done' }] })).rejects.toThrow(LeaseLostError);
    await store.settle({ ...settlement, updates: [{ n: 1, state: 'done' }] });
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('ends every lease when the store is opened again, and loses nothing', async () => {
    const { store, reopen } = await open();
    if (reopen === undefined) return;
    await store.accept([sample('m1', { content: [octets('one')] }), sample('m2')], lease(1e15));
    await store.accept([sample('m3', { recipients: [recipient(0), recipient(1, { dueAtMs: 5_000 })] })]);
    await claim(store, { limit: 1 });
    const reopened = await reopen();
    expect(await reopened.counts()).toEqual({ messages: 3, recipients: 4 });
    expect(brief(await claim(reopened))).toEqual(['m1:0', 'm2:0', 'm3:0']);
    expect(await readAll(reopened, 'm1')).toBe('one');
    expect(await reopened.nextDueAtMs()).toBe(5_000);
  });
}
