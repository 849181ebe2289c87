import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../content.ts';
import { heldNote, readHeld, type HeldReport } from './held-report.ts';
import { noteKind, spanEnd } from './notes.ts';

const parameters = 'NOTIFY=FAILURE ORCPT=utf-8;zo\\x{EB}@example.com';
const held: HeldReport = {
  message: {
    ...{ id: 'q1', reversePath: 'älice@example.org', mailParameters: 'SMTPUTF8 ENVID=a+20b', arrivedAtMs: 5 },
    ...{ origin: 'smtp', sizeOctets: 7, client: { name: 'pc', address: '::1' } },
  },
  returned: 'full-message',
  original: new Uint8Array([0, 10, 13, 255, 10]),
  entries: [
    {
      recipient: {
        ...{ address: 'zoë@example.com', shownAs: 'alias@example.com', parameters, reason: 'why' },
        rcpt: readRcptParameters(parseParameters(parameters), undefined, { smtputf8: true }),
      },
      action: 'failed',
      outcome: {
        ...{ kind: 'failed', status: '5.1.1', lastAttempt: new Date(1000), retryUntil: new Date(2000) },
        remote: { mta: 'mx', lines: ['550 no\u00e9'], recipient: 'zoë@example.com' },
      },
    },
  ],
};

describe('a held report', () => {
  it('comes back from the queue as it was', async () => {
    const { message, recipients, content } = heldNote(held, 'n1', { untilMs: 60_000, group: 0 }, 1_000);
    if ('kind' in content) throw new Error('spooled');
    expect(await readHeld(contentOf(content))).toEqual(held);
    expect(message).toMatchObject({ id: 'n1', reversePath: '', arrivedAtMs: 1_000 });
    expect(message.sizeOctets).toBe(contentOf(content).sizeOctets);
    expect(recipients).toMatchObject([{ dueAtMs: 60_000, retryAtMs: 60_000 }]);
    expect(noteKind(recipients[0]!.destination)).toBe('held');
  });

  it('that speaks of nobody is refused', async () => {
    const octets = new TextEncoder().encode('{"message":{},"returned":"headers","entries":[]}\n');
    await expect(readHeld(contentOf([octets]))).rejects.toThrow('a held report speaks of nobody');
  });
});

describe('notes', () => {
  it.each([
    ['note:digest:x1', 'digest'],
    ['note:held:x1', 'held'],
    ['note:sent:x1', 'sent'],
    ['note:', undefined],
    ['mx:note.example', undefined],
    ['', undefined],
  ])('%j is of kind %s', (destination, kind) => {
    expect(noteKind(destination)).toBe(kind);
  });

  it('spans follow the clock', () => {
    expect([spanEnd(0, 60), spanEnd(59, 60), spanEnd(60, 60)]).toEqual([60, 60, 120]);
  });
});
