import { expect, it } from 'vitest';
import type { OpenQueueStore } from './queue-store.ts';
import { brief, claim, done, failure, firstDone, lease, octets, readAll, recipient, sample } from './queue-samples.ts';

/** `accept`, `content`, `spool`, `counts` and `close`. */
export function acceptingContract(open: OpenQueueStore): void {
  it('RFC 5321 §4.5.4.1 R5321-4.5.4.1-a: gives the envelope back as it was accepted', async () => {
    const { store, reopen } = await open();
    const message = {
      reversePath: 'søren@example.org',
      mailParameters: 'RET=HDRS ENVID=QQ+2B314159 SMTPUTF8',
      client: { name: 'client.example', address: '192.0.2.7' },
    };
    const recipients = [
      recipient(0, { address: 'a@example.com', parameters: 'NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@example.com' }),
      recipient(3, {
        attempts: 2,
        retryAtMs: 5_000,
        delayReported: true,
        lastFailure: failure,
        shownAs: 'b@example.com',
      }),
    ];
    const given = sample('m1', { message, recipients });
    await store.accept([given]);
    const reopened = (await reopen?.()) ?? store;
    const [claimed] = await claim(reopened);
    expect(claimed?.message).toEqual(given.message);
    expect(claimed?.recipients).toEqual(recipients);
    expect(claimed?.lastN).toBe(3);
  });

  it('gives the envelope back that was accepted under a claim', async () => {
    const { store } = await open();
    const given = sample('m1', { recipients: [recipient(4, { lastFailure: failure, shownAs: 'b@example.com' })] });
    const held = lease();
    await store.accept([given], held);
    await store.release([held.token]);
    const [claimed] = await claim(store);
    expect(claimed).toMatchObject({ message: given.message, lastN: 4 });
    expect(claimed?.recipients).toEqual(given.recipients);
  });

  it('stores several messages, or none', async () => {
    const { store } = await open();
    await store.accept([]);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    await store.accept([sample('m1'), sample('m2', { recipients: [recipient(0), recipient(1)] })]);
    expect(await store.counts()).toEqual({ messages: 2, recipients: 3 });
    expect(brief(await claim(store))).toEqual(['m1:0', 'm2:0,1']);
  });

  it('stores nothing of messages one of which has no recipients', async () => {
    const { store } = await open();
    await expect(store.accept([sample('m1'), sample('m2', { recipients: [] })])).rejects.toThrow(TypeError);
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it('claims the recipients at once with a lease', async () => {
    const { store } = await open();
    const held = lease(9_000);
    await store.accept([sample('m1'), sample('m2')], held);
    expect(await claim(store)).toEqual([]);
    expect(await store.nextDueAtMs()).toBe(9_000);
    await store.settle(firstDone('m2', held));
    await store.settle(firstDone('m1', held));
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
  });

  it.each([
    ['in one piece', [octets('one piece')], 'one piece'],
    ['in several pieces', [octets('two '), octets(''), octets('pieces')], 'two pieces'],
    ['empty', [], ''],
    ['with every octet', [Uint8Array.from({ length: 256 }, (_, octet) => octet)], null],
    ['above inlineMaxOctets, in memory all the same', [octets('x'.repeat(3_000))], 'x'.repeat(3_000)],
  ])('keeps content that is %s', async (_, content, text) => {
    const { store } = await open();
    const expected = text ?? Buffer.concat(content).toString('latin1');
    await store.accept([sample('rests', { content })]);
    await store.accept([sample('held', { content })], lease());
    for (const id of ['rests', 'held', 'rests']) {
      expect(await readAll(store, id)).toBe(expected);
      expect((await store.content(id)).sizeOctets).toBe(expected.length);
    }
    const small = await store.content('held');
    expect(Buffer.from(small.octets ?? []).toString('latin1')).toBe(expected);
    await claim(store);
    expect(await readAll(store, 'rests')).toBe(expected);
  });

  it('does not depend on the pieces staying as they were', async () => {
    const { store } = await open();
    const piece = octets('as accepted');
    await store.accept([sample('m1', { content: [piece] })], lease());
    piece.fill(0);
    expect(await readAll(store, 'm1')).toBe('as accepted');
  });

  it('rejects with a StoreError when there is no such content', async () => {
    const { store } = await open();
    await expect(store.content('m1')).rejects.toMatchObject({ name: 'StoreError' });
    await store.accept([sample('m1')]);
    const [claimed] = await claim(store);
    await store.settle(done(claimed!));
    await expect(store.content('m1')).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('takes large content piece by piece, and reads it more than once', async () => {
    const { store, reopen } = await open();
    const spool = await store.spool();
    const piece = octets('0123456789abcdef'.repeat(4_096));
    for (let count = 0; count < 5; count++) await spool.write(piece);
    const content = await spool.finish();
    expect(content).toMatchObject({ kind: 'spooled', sizeOctets: 5 * 65_536 });
    await store.accept([sample('m1', { content })]);
    const reopened = (await reopen?.()) ?? store;
    for (let time = 0; time < 2; time++) {
      expect(await readAll(reopened, 'm1')).toBe('0123456789abcdef'.repeat(5 * 4_096));
      expect((await reopened.content('m1')).sizeOctets).toBe(5 * 65_536);
    }
  });

  it('keeps spooled content through claim, release and deferral', async () => {
    const { store } = await open();
    const spool = await store.spool();
    await spool.write(octets('large'));
    const held = lease();
    await store.accept([sample('m1', { content: await spool.finish() })], held);
    expect(await readAll(store, 'm1')).toBe('large');
    await store.release([held.token]);
    const [claimed] = await claim(store);
    expect(await readAll(store, 'm1')).toBe('large');
    await store.settle(done(claimed!));
    await expect(store.content('m1')).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('refuses spooled content that was discarded, never finished or is taken', async () => {
    const { store } = await open();
    const spool = await store.spool();
    await spool.write(octets('large'));
    const content = await spool.finish();
    await spool.discard();
    await expect(store.accept([sample('m1', { content })])).rejects.toMatchObject({ name: 'StoreError' });
    const other = { kind: 'spooled', name: 'other', sizeOctets: 1 } as const;
    await expect(store.accept([sample('m1', { content: other })])).rejects.toMatchObject({ name: 'StoreError' });
    expect(await store.counts()).toEqual({ messages: 0, recipients: 0 });
    const unfinished = await store.spool();
    await unfinished.discard();
  });

  it('lets two messages share spooled content until the last one is gone', async () => {
    const { store } = await open();
    const spool = await store.spool();
    await spool.write(octets('large'));
    const content = await spool.finish();
    await store.accept([sample('m1', { content }), sample('m2', { content })]);
    const [first, second] = await claim(store);
    await store.settle(done(first!));
    expect(await readAll(store, 'm2')).toBe('large');
    await store.settle(done(second!));
    await expect(store.content('m2')).rejects.toMatchObject({ name: 'StoreError' });
  });

  it('a probe leaves everything as it was', async () => {
    const { store, reopen } = await open();
    await store.accept([sample('m1')], lease());
    await store.probe();
    await store.accept([sample('m2')]);
    await store.probe();
    const both = { messages: 2, recipients: 2 };
    expect(await store.counts()).toEqual(both);
    expect(brief(await claim(store))).toEqual(['m2:0']);
    if (reopen !== undefined) expect(await (await reopen()).counts()).toEqual(both);
  });

  it('refuses everything once it is closed, and closes twice', async () => {
    const { store } = await open();
    await store.close();
    await store.close();
    const closed = { name: 'StoreError', code: 'closed' };
    await expect(store.accept([sample('m1')])).rejects.toMatchObject(closed);
    await expect(claim(store)).rejects.toMatchObject(closed);
    await expect(store.content('m1')).rejects.toMatchObject(closed);
    await expect(store.counts()).rejects.toMatchObject(closed);
    await expect(store.probe()).rejects.toMatchObject(closed);
    await expect(store.nextDueAtMs()).rejects.toMatchObject(closed);
    await expect(store.release(['t'])).rejects.toMatchObject(closed);
    await expect(store.renew(['t'], 1)).rejects.toMatchObject(closed);
    await expect(store.spool()).rejects.toMatchObject(closed);
    const settlement = { messageId: 'm', token: 't', updates: [], children: [], messages: [] };
    await expect(store.settle(settlement)).rejects.toMatchObject(closed);
  });

  it('finishes what is under way when it is closed', async () => {
    const { store, reopen } = await open();
    const accepted = Array.from({ length: 50 }, (_, index) => store.accept([sample(`m${index}`)]));
    const closed = store.close();
    await Promise.all([...accepted, closed]);
    if (reopen !== undefined) expect((await (await reopen()).counts()).messages).toBe(50);
  });
}
