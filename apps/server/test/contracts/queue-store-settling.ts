import { expect, it } from 'vitest';
import { LeaseLostError } from '../../src/ports.ts';
import type { OpenQueueStore } from './queue-store.ts';
import { brief, claim, deferred, done, failure, lease, octets, readAll, recipient, sample } from './queue-samples.ts';

/** `settle`. */
export function settlingContract(open: OpenQueueStore): void {
  it('removes a message with its last recipient, not before', async () => {
    const { store } = await open();
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' }), recipient(2, { dueAtMs: 2_000 })];
    await store.accept([sample('m1', { recipients })]);
    const claims = await claim(store);
    for (const [index, claimed] of claims.entries()) {
      await store.settle(done(claimed));
      expect(await store.counts()).toEqual({ messages: 1, recipients: 2 - index });
      expect(await readAll(store, 'm1')).toBe('Subject: m1\r\n\r\nbody\r\n');
    }
    const [last] = await claim(store, { nowMs: 2_000 });
    await store.settle(done(last!));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it.each(['accept', 'claim'])('keeps what an attempt changed, under the claim of %s', async (by) => {
    const { store, reopen } = await open();
    const given = recipient(0, { parameters: 'NOTIFY=NEVER', shownAs: 'shown@example.com' });
    const held = lease();
    await store.accept([sample('m1', { recipients: [given] })], by === 'accept' ? held : undefined);
    const token = by === 'accept' ? held.token : (await claim(store))[0]!.token;
    const changed = {
      ...{ attempts: 1, dueAtMs: 3_000, retryAtMs: 4_000, delayReported: true, lastFailure: failure },
      destination: 'smtp://b',
    };
    const update = { n: 0, state: 'pending' as const, ...changed };
    await store.settle({ messageId: 'm1', token, updates: [update], children: [], messages: [] });
    const reopened = (await reopen?.()) ?? store;
    expect(await claim(reopened, { nowMs: 2_999 })).toEqual([]);
    expect(await claim(reopened, { nowMs: 3_000, except: ['smtp://b'] })).toEqual([]);
    const [claimed] = await claim(reopened, { nowMs: 3_000, except: ['smtp://a'] });
    expect(claimed?.recipients).toEqual([{ ...given, ...changed }]);
    await expect(reopened.settle({ ...done(claimed!), token })).rejects.toThrow(LeaseLostError);
  });

  it('keeps the content of each message apart when very many are settled and accepted at once', async () => {
    const { store } = await open();
    const ids = Array.from({ length: 300 }, (_, number) => `m${number}`);
    await store.accept(ids.map((id) => sample(id)));
    const claims = await claim(store);
    const report = (id: string) => sample(`report-${id}`, { content: [octets(`About ${id}\r\n`.repeat(40))] });
    await Promise.all([
      ...claims.map((claimed) => store.settle(done(claimed, { messages: [report(claimed.message.id)] }))),
      ...ids.map((id) => store.accept([sample(`other-${id}`)])),
    ]);
    for (const id of ids) {
      expect(await readAll(store, `report-${id}`)).toBe(`About ${id}\r\n`.repeat(40));
      expect(await readAll(store, `other-${id}`)).toBe(`Subject: other-${id}\r\n\r\nbody\r\n`);
    }
  });

  it('forgets a failure that an update does not repeat', async () => {
    const { store } = await open();
    await store.accept([sample('m1', { recipients: [recipient(0, { lastFailure: failure })] })]);
    const [first] = await claim(store);
    await store.settle(done(first!, { updates: [deferred(0)] }));
    expect((await claim(store))[0]?.recipients[0]).not.toHaveProperty('lastFailure');
  });

  it.each(['accept', 'claim'])('ends claims on other messages in the same transaction, or none: of %s', async (by) => {
    const { store } = await open();
    const held = lease();
    const ids = ['m1', 'm2', 'm3'];
    const two = [recipient(0), recipient(1)];
    for (const id of ids) await store.accept([sample(id, { recipients: two })], by === 'accept' ? held : undefined);
    const tokens = new Map(
      by === 'accept'
        ? ids.map((id) => [id, held.token])
        : (await claim(store)).map((each) => [each.message.id, each.token]),
    );
    const end = (messageId: string, token = tokens.get(messageId) ?? '') => ({ messageId, token });
    const settlement = {
      ...{ ...end('m1'), updates: [{ n: 0, state: 'done' as const }], children: [], messages: [sample('report')] },
    };
    await expect(store.settle({ ...settlement, ends: [end('m2'), end('m3', 'another')] })).rejects.toThrow(
      LeaseLostError,
    );
    expect(await store.counts()).toEqual({ messages: 3, recipients: 6 });
    await store.settle({ ...settlement, ends: [end('m2'), end('m3')] });
    expect(await store.counts()).toEqual({ messages: 2, recipients: 2 });
    await expect(store.settle({ ...end('m2'), updates: [], children: [], messages: [] })).rejects.toThrow(
      LeaseLostError,
    );
    await store.settle({ ...settlement, updates: [{ n: 1, state: 'done' }], messages: [] });
    const [rest, ...others] = await claim(store);
    expect([rest?.message.id, others]).toEqual(['report', []]);
  });

  it('RFC 3464 §3 R3464-3-d: stores a report in the settlement that owes it, or neither', async () => {
    const { store } = await open();
    await store.accept([sample('m1')]);
    const [claimed] = await claim(store);
    const report = sample('report', {
      message: { reversePath: '', origin: 'report' },
      content: [octets('what became of it')],
    });
    const settlement = done(claimed!, { messages: [report] });
    const results = await Promise.allSettled([store.settle(settlement), store.settle(settlement)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
    expect(brief(await claim(store))).toEqual(['report:0']);
    expect(await readAll(store, 'report')).toBe('what became of it');
  });

  it('stores nothing of a settlement with a report that can not be stored', async () => {
    const { store } = await open();
    await store.accept([sample('m1')]);
    const [claimed] = await claim(store);
    const missing = { kind: 'spooled', name: 'missing', sizeOctets: 1 } as const;
    const messages = [sample('r1'), sample('r2', { content: missing })];
    await expect(store.settle(done(claimed!, { messages }))).rejects.toMatchObject({ name: 'StoreError' });
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
    await store.settle(done(claimed!));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it.each(['accept', 'claim'])('adds children to a message under the claim of %s', async (by) => {
    const { store } = await open();
    const held = lease();
    await store.accept([sample('m1')], by === 'accept' ? held : undefined);
    const token = by === 'accept' ? held.token : (await claim(store))[0]!.token;
    const children = [
      recipient(1, { address: 'x@example.net', shownAs: 'user0@example.com' }),
      recipient(2, { dueAtMs: 5_000 }),
    ];
    await store.settle({ messageId: 'm1', token, updates: [{ n: 0, state: 'done' }], children, messages: [] });
    expect(await store.counts()).toEqual({ messages: 1, recipients: 2 });
    const [claimed] = await claim(store);
    expect(claimed).toMatchObject({ recipients: [children[0]], lastN: 2 });
    await store.settle(done(claimed!));
    const [later] = await claim(store, { nowMs: 5_000 });
    expect(later).toMatchObject({ recipients: [children[1]], lastN: 2 });
    await store.settle(done(later!));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('never forgets the largest n, also when that recipient is done', async () => {
    const { store, reopen } = await open();
    const held = lease();
    await store.accept([sample('m1', { recipients: [recipient(0, { dueAtMs: 9_000 }), recipient(5)] })], held);
    const settlement = { messageId: 'm1', token: held.token, children: [recipient(9)], messages: [] };
    await store.settle({ ...settlement, updates: [{ n: 5, state: 'done' }] });
    await store.release([held.token]);
    const [claimed] = await claim(store);
    expect(claimed?.lastN).toBe(9);
    await store.settle(done(claimed!));
    expect((await claim((await reopen?.()) ?? store, { nowMs: 9_000 }))[0]?.lastN).toBe(9);
  });

  it('gives no n twice, though two claims of a message add children at the same time', async () => {
    const { store } = await open();
    const recipients = [recipient(0, { destination: 'smtp://a' }), recipient(1, { destination: 'smtp://b' })];
    await store.accept([sample('m1', { recipients })]);
    const claims = await claim(store);
    expect(claims.map(({ lastN }) => lastN)).toEqual([1, 1]);
    await Promise.all(claims.map((claimed) => store.settle(done(claimed, { children: [recipient(2), recipient(3)] }))));
    expect(await store.counts()).toEqual({ messages: 1, recipients: 4 });
    const [all] = await claim(store);
    expect(all?.lastN).toBe(5);
    expect(all?.recipients.map(({ n }) => n)).toEqual([2, 3, 4, 5]);
    await store.settle(done(all!));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('leaves recipients that it does not name under the claim', async () => {
    const { store } = await open();
    const held = lease(50_000);
    const recipients = [recipient(0), recipient(1, { destination: 'smtp://b' }), recipient(2)];
    await store.accept([sample('m1', { recipients })], held);
    const settlement = { messageId: 'm1', token: held.token, children: [], messages: [] };
    await Promise.all([
      store.settle({ ...settlement, updates: [{ n: 1, state: 'done' }] }),
      store.settle({ ...settlement, updates: [deferred(0, { dueAtMs: 2_000 })] }),
    ]);
    expect(await store.counts()).toEqual({ messages: 1, recipients: 2 });
    expect(brief(await claim(store, { nowMs: 2_000 }))).toEqual(['m1:0']);
    await store.settle({ ...settlement, updates: [{ n: 2, state: 'done' }] });
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('records a settlement without updates: children only', async () => {
    const { store } = await open();
    await store.accept([sample('m1')]);
    const [claimed] = await claim(store);
    await store.settle(done(claimed!, { updates: [], children: [recipient(1)] }));
    expect(brief(await claim(store))).toEqual(['m1:1']);
    await store.settle(done(claimed!));
    expect(await store.counts()).toEqual({ messages: 1, recipients: 1 });
  });

  it('settles side by side, each whole', async () => {
    const { store, reopen } = await open();
    await store.accept(Array.from({ length: 60 }, (_, index) => sample(`m${index}`)));
    const claims = await claim(store);
    const settled = await Promise.allSettled(
      claims.map((claimed, index) => {
        const messages = [sample(`report of ${claimed.message.id}`)];
        return store.settle(done(claimed, { messages, ...(index % 3 === 0 && { token: 'lost' }) }));
      }),
    );
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(20);
    const reopened = (await reopen?.()) ?? store;
    const ids = (await claim(reopened, { nowMs: 100_000 })).map(({ message }) => message.id);
    const expected = claims.map(({ message }, index) => (index % 3 === 0 ? message.id : `report of ${message.id}`));
    expect(ids.toSorted()).toEqual(expected.toSorted());
  });
}
