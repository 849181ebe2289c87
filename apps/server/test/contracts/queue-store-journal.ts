import { describe, expect, it } from 'vitest';
import type { MailEvent } from '../../src/model.ts';
import type { Journal } from '../../src/ports.ts';
import { claim, done, firstDone, lease, octets, sample } from './queue-samples.ts';
import type { OpenedQueueStore } from './queue-store.ts';

const event = (messageId: string): MailEvent => ({ kind: 'held', recipients: ['ä@b'], messageId, atMs: 5 });
const ids = async (journal: Journal, reader = 'r', after = 0): Promise<string[]> =>
  (await journal.read({ reader, after, limit: 100 })).flatMap(({ events }) => events.map((each) => each.messageId));
const lastOf = async (journal: Journal, reader = 'r'): Promise<number> =>
  (await journal.read({ reader, limit: 100, contents: true })).at(-1)?.position ?? 0;

export function journalContract(open: () => Promise<OpenedQueueStore>): void {
  it('has the events of acceptances, settlements and pauses, in order, from the time on at which it is followed', async () => {
    const { store } = await open();
    await store.accept([sample('early')], undefined, [event('early')]);
    await store.journal.follow(['r']);
    const held = lease();
    await store.accept([sample('a')], held, [event('a')]);
    await store.accept([sample('b')], undefined, [event('b')]);
    await store.settle({ ...firstDone('a', held), events: [event('a2'), event('a3')] });
    await store.pause({ destination: 'smtp://a', sinceMs: 7 }, [event('p')]);
    await store.resume('smtp://a', [event('q')]);
    await store.journal.note([event('n')]);
    expect(await ids(store.journal)).toEqual(['a', 'b', 'a2', 'a3', 'p', 'q', 'n']);
    const [first] = await store.journal.read({ reader: 'r', limit: 1 });
    expect(first?.events).toEqual([event('a')]);
    expect(await ids(store.journal, 'r', first?.position)).toEqual(['b', 'a2', 'a3', 'p', 'q', 'n']);
  });

  it('has nothing of a settlement that is refused', async () => {
    const { store } = await open();
    await store.journal.follow(['r']);
    await store.accept([sample('a')], undefined, []);
    const [claimed] = await claim(store);
    if (claimed === undefined) throw new Error('nothing to claim');
    await store.settle(done(claimed));
    await expect(store.settle(done(claimed, { events: [event('late')] }))).rejects.toThrow();
    expect(await ids(store.journal)).toEqual([]);
  });

  it('keeps entries until every reader has passed them, and forgets readers that are not named any more', async () => {
    const { store } = await open();
    await store.journal.follow(['r', 's']);
    await store.journal.note([event('a')]);
    await store.journal.note([event('b')]);
    const last = await lastOf(store.journal);
    await store.journal.pass('r', last);
    expect(await ids(store.journal, 'r')).toEqual([]);
    expect(await ids(store.journal, 's')).toEqual(['a', 'b']);
    await store.journal.follow(['r']);
    await store.journal.note([event('c')]);
    await store.journal.follow(['r', 's']);
    expect(await ids(store.journal, 's')).toEqual([]);
    expect(await ids(store.journal, 'r')).toEqual(['c']);
  });

  it('gives the contents that are to be kept to who asks for them, before the events of their message', async () => {
    const { store } = await open();
    await store.journal.follow(['r'], { of: 'reports', maxOctets: 4 });
    await store.accept([sample('mail')], undefined, [event('mail')]);
    const report = sample('report', { message: { reversePath: '', origin: 'report' }, content: [octets('Subject')] });
    await store.accept([report], undefined, [event('report')]);
    const whole = await store.journal.read({ reader: 'r', limit: 10, contents: true });
    expect(whole.map(({ content, events }) => content?.messageId ?? events[0]?.messageId)).toEqual([
      ...['mail', 'report', 'report'],
    ]);
    expect(Buffer.from(whole[1]?.content?.octets ?? []).toString()).toBe('Subj');
    expect(await ids(store.journal)).toEqual(['mail', 'report']);
  });

  describe('dead letters', () => {
    const dead = (messageId: string) => ({ event: event(messageId), atMs: 9, reason: 'nobody took it' });

    it('are kept when their entries are passed, and come again to their reader alone when they are replayed', async () => {
      const { store } = await open();
      const { journal } = store;
      await journal.follow(['r', 's']);
      for (const id of ['a', 'b', 'c']) await journal.note([event(id)]);
      await journal.pass('r', await lastOf(journal), [dead('a'), dead('b'), dead('c')]);
      await journal.pass('s', await lastOf(journal, 's'));
      const letters = await journal.deadLetters('r', 0, 2);
      expect(letters.map(({ event: { messageId }, reason, atMs }) => [messageId, reason, atMs])).toEqual([
        ['a', 'nobody took it', 9],
        ['b', 'nobody took it', 9],
      ]);
      expect(await journal.countDeadLetters('s')).toBe(0);
      const [a, b] = letters;
      if (a === undefined || b === undefined) throw new Error('no letters');
      expect(await journal.replay('r', [a.id])).toBe(1);
      expect(await ids(journal, 'r')).toEqual(['a']);
      expect(await ids(journal, 's')).toEqual([]);
      expect(await journal.discard('r', [b.id])).toBe(1);
      expect(await journal.replay('r')).toBe(1);
      expect(await ids(journal, 'r')).toEqual(['a', 'c']);
      expect(await journal.countDeadLetters('r')).toBe(0);
    });
  });

  it('lets a reader go on under another name, with its dead letters and what it is to get again', async () => {
    const { store, reopen } = await open();
    const { journal } = store;
    const dead = { event: event('dead'), atMs: 9, reason: 'nobody took it' };
    await journal.follow(['old', 's']);
    for (const id of ['a', 'b']) await journal.note([event(id)]);
    const [first] = await journal.read({ reader: 'old', limit: 1 });
    await journal.pass('old', first?.position ?? 0, [dead, { ...dead, event: event('again') }]);
    const letters = await journal.deadLetters('old', 0, 9);
    await journal.replay('old', [letters[1]?.id ?? 0]);
    await journal.follow(['new', 's'], undefined, new Map([['new', 'old']]));
    expect(await ids(journal, 'new')).toEqual(['b', 'again']);
    expect(await ids(journal, 's')).toEqual(['a', 'b']);
    expect([await journal.countDeadLetters('new'), await journal.countDeadLetters('old')]).toEqual([1, 0]);
    // Who has the name already keeps its place, and a name that nobody had is new.
    await journal.follow(
      ['new', 's', 't'],
      undefined,
      new Map([
        ['new', 's'],
        ['t', 'nobody'],
      ]),
    );
    expect([await ids(journal, 'new'), await ids(journal, 't')]).toEqual([['b', 'again'], []]);
    const again = await reopen?.();
    if (again === undefined) return;
    await again.journal.follow(['third'], undefined, new Map([['third', 'new']]));
    expect(await ids(again.journal, 'third')).toEqual(['b', 'again']);
    expect(await again.journal.countDeadLetters('third')).toBe(1);
  });

  it('what a reader passes who is not named any more counts for nobody', async () => {
    const { store } = await open();
    await store.journal.follow(['r', 's']);
    await store.journal.note([event('a')]);
    const last = await lastOf(store.journal);
    await store.journal.follow(['s']);
    await store.journal.pass('r', last);
    await store.journal.follow(['r', 's']);
    await store.journal.note([event('b')]);
    expect(await ids(store.journal, 'r')).toEqual(['b']);
    expect(await ids(store.journal, 's')).toEqual(['a', 'b']);
  });

  it('has the events of writes that came together in the same order before and after the store is opened again', async () => {
    const { store, reopen } = await open();
    await store.journal.follow(['r', 's']);
    await store.journal.note([event('note')]);
    const names = Array.from({ length: 80 }, (_, n) => `m${n}`);
    const [first = '', ...others] = names;
    await store.accept([sample(first)], undefined, [event(first)]);
    await store.journal.pass('r', await lastOf(store.journal));
    await Promise.all(others.map((name) => store.accept([sample(name)], undefined, [event(name), event(name)])));
    const twice = others.flatMap((name) => [name, name]);
    expect(await ids(store.journal)).toEqual(twice);
    expect(await ids(store.journal, 's')).toEqual(['note', first, ...twice]);
    const again = await reopen?.();
    if (again === undefined) return;
    await again.journal.follow(['r', 's']);
    expect(await ids(again.journal)).toEqual(twice);
    expect(await ids(again.journal, 's')).toEqual(['note', first, ...twice]);
  });

  it('is as it was after the store is opened again', async () => {
    const { store, reopen } = await open();
    if (reopen === undefined) return;
    await store.journal.follow(['r']);
    await store.journal.note([event('a')]);
    const passed = await lastOf(store.journal);
    await store.journal.note([event('b')]);
    await store.journal.pass('r', passed, [{ event: event('a'), atMs: 1, reason: 'x' }]);
    const again = await reopen();
    await again.journal.follow(['r']);
    expect(await ids(again.journal)).toEqual(['b']);
    expect(await again.journal.countDeadLetters('r')).toBe(1);
    await again.journal.note([event('c')]);
    await again.journal.pass('r', await lastOf(again.journal));
    const third = await reopen();
    await third.journal.follow(['r']);
    await third.journal.note([event('d')]);
    const [entry] = await third.journal.read({ reader: 'r', limit: 1 });
    expect(entry?.position).toBeGreaterThan(passed);
    expect(await ids(third.journal)).toEqual(['d']);
  });
}
