import { describe, expect, it, onTestFinished } from 'vitest';
import type { MailEvent, NewEvent } from '../../src/model.ts';
import type { HistoryQuery, HistoryStore } from '../../src/ports.ts';
import { failure, octets } from './queue-samples.ts';

export type OpenHistory = () => Promise<{
  readonly history: HistoryStore;
  readonly reopen?: () => Promise<HistoryStore>;
}>;

const at = (messageId: string, atMs: number, event: NewEvent): MailEvent => ({ ...event, messageId, atMs });
const accepted = (id: string, atMs: number, values: Partial<Extract<NewEvent, { kind: 'accepted' }>> = {}): MailEvent =>
  at(id, atMs, {
    ...{ kind: 'accepted', reversePath: 'Alice@Example.org', recipients: ['bob@ivory.edu'], sizeOctets: 99 },
    ...{ origin: 'smtp', ...values },
  });
const delivered = (id: string, atMs: number, recipient = 'bob@ivory.edu'): MailEvent =>
  at(id, atMs, { kind: 'relayed', recipient, destination: 'smtp://h:25', status: '2.1.5', delayMs: 3 });
const failed = (id: string, atMs: number, recipient = 'bob@ivory.edu'): MailEvent =>
  at(id, atMs, { kind: 'failed', recipient, destination: 'smtp://h:25', failure });

/** What every history must do. */
export function historyContract(name: string, openHistory: OpenHistory): void {
  const open = async (events: readonly MailEvent[] = []) => {
    const { history, reopen } = await openHistory();
    onTestFinished(() => history.close());
    if (events.length > 0) await history.record({ after: 0, position: 1, events, contents: [] });
    const ids = async (query: Partial<HistoryQuery>): Promise<readonly string[]> =>
      (await history.search({ limit: 100, ...query })).messages.map(({ id }) => id);
    return { history, reopen, ids };
  };

  describe(name, () => {
    it('tells the story of a message, recipient by recipient', async () => {
      const recipients = ['bob@ivory.edu', 'carol@ivory.edu'];
      const events = [
        accepted('m', 10, { recipients, envelopeId: 'e 1', headerMessageId: '<x@y>', subject: 'Hi' }),
        at('m', 11, { kind: 'attempted', destination: 'smtp://h:25', recipients, durationMs: 1 }),
        delivered('m', 12),
        failed('m', 12, 'carol@ivory.edu'),
        at('m', 12, { kind: 'report-issued', reportId: 'r', to: 'alice@example.org', actions: [] }),
      ];
      const { history } = await open(events);
      const entry = await history.one('m');
      expect(entry).toMatchObject({
        ...{ id: 'm', arrivedAtMs: 10, changedAtMs: 12, envelopeId: 'e 1', headerMessageId: '<x@y>', subject: 'Hi' },
        ...{ reversePath: 'Alice@Example.org', reportsIssued: ['r'], reportsReceived: [], hasContent: false },
      });
      expect(
        entry?.recipients.map(({ address, state, status, attempts }) => [address, state, status, attempts]),
      ).toEqual([
        ['bob@ivory.edu', 'relayed', '2.1.5', 1],
        ['carol@ivory.edu', 'failed', '4.4.2', 1],
      ]);
      expect(entry?.events).toEqual(events);
      expect(await history.one('r')).toMatchObject({ reportOn: 'm', origin: 'report', reversePath: '' });
      expect(await history.one('nothing')).toBeUndefined();
    });

    it('knows which message a report that comes back is about', async () => {
      const received = { kind: 'report-received', reportId: 'in', verified: false, what: 'dsn', actions: [] } as const;
      const back = accepted('in', 20, { reversePath: '' });
      const { history } = await open([accepted('m', 10), back, at('m', 21, received)]);
      expect((await history.one('m'))?.reportsReceived).toEqual(['in']);
      expect(await history.one('in')).toMatchObject({ reportOn: 'm', reversePath: '' });
    });

    it('finds messages by each of their words, the latest first', async () => {
      const { ids } = await open([
        accepted('1', 10, { envelopeId: 'QQ', headerMessageId: '<A@b>' }),
        accepted('2', 20, { recipients: ['Zoë@ivory.edu', 'x@y'], reversePath: '' }),
        accepted('3', 30, { reversePath: 'carl@example.org', origin: 'submission' }),
        failed('3', 31),
      ]);
      expect(await ids({})).toEqual(['3', '2', '1']);
      expect(await ids({ recipient: 'BOB@ivory.edu' })).toEqual(['3', '1']);
      expect(await ids({ recipient: '@IVORY.edu' })).toEqual(['3', '2', '1']);
      expect(await ids({ sender: '@example.org' })).toEqual(['3', '1']);
      expect(await ids({ sender: 'alice@example.org' })).toEqual(['1']);
      expect(await ids({ envelopeId: 'qq' })).toEqual(['1']);
      expect(await ids({ headerMessageId: 'a@B' })).toEqual(['1']);
      expect(await ids({ state: 'failed' })).toEqual(['3']);
      expect(await ids({ state: 'queued', recipient: '@ivory.edu' })).toEqual(['2', '1']);
      expect(await ids({ fromMs: 20, toMs: 30 })).toEqual(['2']);
      expect(await ids({ origin: 'submission' })).toEqual(['3']);
      expect(await ids({ recipient: 'bob@ivory.edu', sender: 'carl@example.org', state: 'relayed' })).toEqual([]);
    });

    it('gives pages', async () => {
      const { history } = await open(['1', '2', '3', '4', '5'].map((id) => accepted(id, 10)));
      const first = await history.search({ limit: 2 });
      expect(first.messages.map(({ id }) => id)).toEqual(['5', '4']);
      const second = await history.search({ limit: 9, cursor: first.next ?? '' });
      expect(second.messages.map(({ id }) => id)).toEqual(['3', '2', '1']);
      expect(second.next).toBeUndefined();
    });

    it('goes on where it was, also after it is opened again', async () => {
      const { history, reopen } = await open([accepted('m', 10)]);
      expect(await history.position()).toBe(1);
      const again = (await reopen?.()) ?? history;
      await again.record({ after: 1, position: 7, events: [delivered('m', 12)], contents: [] });
      expect(await again.position()).toBe(7);
      expect((await again.one('m'))?.events.map(({ kind }) => kind)).toEqual(['accepted', 'relayed']);
    });

    it('finds messages by words that have NUL in them', async () => {
      const { ids } = await open([
        accepted('nul', 10, { headerMessageId: '<a\0b@c>', envelopeId: 'e\0', reversePath: 'a\0@c' }),
        accepted('m', 10),
      ]);
      expect(await ids({})).toEqual(['m', 'nul']);
      expect(await ids({ headerMessageId: 'a\0b@c' })).toEqual(['nul']);
      expect(await ids({ envelopeId: 'e\0' })).toEqual(['nul']);
      expect(await ids({ headerMessageId: 'a\u{FFFD}b@c' })).toEqual([]);
    });

    it('keeps contents', async () => {
      const { history } = await open([accepted('m', 10)]);
      const contents = [{ messageId: 'm', octets: octets('Hello') }];
      await history.record({ after: 1, position: 2, events: [], contents });
      expect(Buffer.from((await history.content('m')) ?? []).toString()).toBe('Hello');
      expect(await history.content('other')).toBeUndefined();
      expect((await history.one('m'))?.hasContent).toBe(true);
    });

    it('forgets what is old or too much, with all that belongs to it', async () => {
      const { history, ids } = await open(['1', '2', '3', '4'].map((id, n) => accepted(id, 10 * n)));
      await history.record({
        ...{ after: 1, position: 2, events: [delivered('1', 50)] },
        contents: [{ messageId: '2', octets: octets('x') }],
      });
      expect(await history.forget({ unchangedSinceMs: 15, maxMessages: 9 })).toBe(1);
      expect(await ids({})).toEqual(['4', '3', '1']);
      expect(await history.content('2')).toBeUndefined();
      expect(await history.forget({ unchangedSinceMs: 0, maxMessages: 1 })).toBe(2);
      expect(await ids({ recipient: 'bob@ivory.edu' })).toEqual(['4']);
    });
  });
}
