import { readRcptParameters } from '@dsnkit/esmtp-parameters';
import { parseReport } from '@dsnkit/multipart-report';
import { expect, it } from 'vitest';
import type { Failure, Message } from '../../model.ts';
import type { NewMessage } from '../../ports.ts';
import { contentOf, join } from '../content.ts';
import type { HeldReport } from './held-report.ts';
import { makeReporter } from './report.ts';
import type { Owed } from './tell.ts';
import { recipientOf } from '../../../test/simulation/delivery.ts';

const message: Message = {
  ...{ id: 'm1', reversePath: 'alice@a.example', mailParameters: 'RET=FULL', arrivedAtMs: 0, origin: 'smtp' },
  sizeOctets: 1,
};

function makeOne() {
  let last = 0;
  const nowhere = () => ({ kind: 'refuse', reply: { code: 550, status: '5.1.2', lines: [''] } }) as const;
  return makeReporter({
    hostname: 'mx.example.org',
    ids: { next: () => `r${++last}` },
    router: { resolve: nowhere, resolveMailbox: nowhere, targets: () => [] },
    now: () => 0,
    trouble: (error) => {
      throw error;
    },
  });
}

function entryFor(address: string, action: 'failed' | 'relayed'): HeldReport['entries'][number] {
  const recipient = { ...recipientOf(address), rcpt: readRcptParameters([]) };
  const outcome =
    action === 'failed'
      ? ({ kind: 'failed', status: '5.1.1' } as const)
      : ({ kind: 'relayed', status: '2.0.0', nextHopSupportsDsn: false } as const);
  return { recipient, action, outcome };
}

function octetsOf({ content }: NewMessage): Uint8Array {
  if ('kind' in content) throw new Error('a report is kept in memory');
  return join(content);
}

it('RFC 3461 §6.2: a message that is to be returned whole is returned whole, however long it is', async () => {
  const original = new TextEncoder().encode(`Subject: long\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(6_000)}`);
  const owed = { entries: [entryFor('bob@b.example', 'failed')], returned: 'full-message' } as unknown as Owed;
  const { messages } = await makeOne().report(message, owed, () => Promise.resolve(contentOf([original])));
  const report = parseReport(octetsOf(messages[0]!));
  expect(report?.returned?.kind).toBe('message');
  expect(Buffer.from(report!.returned!.octets).equals(original)).toBe(true);
});

it.each([
  ['first', ['full-message', 'headers']],
  ['last', ['headers', 'full-message']],
] as const)(
  'RFC 3461 §6.2: of reports on one message that come as one, what the %s was to return is returned',
  async (_, [before, after]) => {
    const original = new TextEncoder().encode('Subject: hi\r\n\r\nHello\r\n');
    const held = (address: string, returned: HeldReport['returned']): HeldReport => {
      const action = returned === 'full-message' ? 'failed' : 'relayed';
      return { message, entries: [entryFor(address, action)], returned, original };
    };
    const { messages } = await makeOne().release([held('bob@b.example', before), held('carol@b.example', after)]);
    expect(messages).toHaveLength(1);
    const report = parseReport(octetsOf(messages[0]!));
    expect(report?.deliveryStatus?.recipients.map(({ finalRecipient }) => finalRecipient?.value)).toEqual([
      'bob@b.example',
      'carol@b.example',
    ]);
    expect(report?.returned?.kind).toBe('message');
  },
);

it('RFC 6533 §4.5: a report that is refused for its form, and asks nothing of the way, has no simpler one: there would be no end', async () => {
  const reporter = makeOne();
  const owed = { entries: [entryFor('bob@b.example', 'failed')], returned: 'headers' } as unknown as Owed;
  const original = contentOf([new TextEncoder().encode('Subject: hi\r\n\r\n')]);
  const { messages } = await reporter.report(message, owed, () => Promise.resolve(original));
  const report = messages[0]!;
  expect(report.message.mailParameters).toBe('');
  const refused = { status: '5.6.1', reason: '', atMs: 0 } as const;
  const content = () => Promise.resolve(contentOf([octetsOf(report)]));
  expect(await reporter.simplify(report.message, report.recipients[0]!, refused, content)).toBeUndefined();
});

it.each([
  ['5.3.4', undefined, true],
  // RFC 3463 §3.3: the length, and the system, may bear the header alone.
  ['5.2.3', undefined, true],
  ['5.7.1', 'content', true],
  ['5.7.1', 'rcpt', false],
  ['5.2.2', undefined, false],
] as const)(
  'RFC 3461 §6.2: a report that is refused with %s after %s goes with the header alone: %s',
  async (status, stage, isSimpler) => {
    const reporter = makeOne();
    const owed = { entries: [entryFor('bob@b.example', 'failed')], returned: 'full-message' } as unknown as Owed;
    const original = contentOf([new TextEncoder().encode('Subject: hi\r\n\r\nHello\r\n')]);
    const { messages } = await reporter.report(message, owed, () => Promise.resolve(original));
    const report = messages[0]!;
    const said = { mta: 'far.example', reply: { code: 550, lines: ['no'] }, rawLines: ['550 no'] };
    const refused: Failure = { status, reason: '', atMs: 0, ...(stage && { remote: { ...said, stage } }) };
    const content = () => Promise.resolve(contentOf([octetsOf(report)]));
    const recipient = { ...report.recipients[0]!, destination: 'smtp://[192.0.2.1]:25' };
    const simpler = await reporter.simplify(report.message, recipient, refused, content);
    expect(simpler && parseReport(octetsOf(simpler))?.returned?.kind).toBe(isSimpler ? 'headers' : undefined);
    // Where an operator has led it.
    if (isSimpler) expect(simpler?.recipients[0]?.destination).toBe(recipient.destination);
    // What is no report of ours goes on as it came, or not at all.
    const relayed = { ...report.message, origin: 'smtp' } as const;
    expect(await reporter.simplify(relayed, report.recipients[0]!, refused, content)).toBeUndefined();
  },
);

it('no more than a hundred reports come as one message', async () => {
  const held = (id: number): HeldReport => ({
    message: { ...message, id: `m${id}` },
    ...{ entries: [entryFor(`r${id}@b.example`, 'failed')], returned: 'headers', original: new Uint8Array() },
  });
  const { messages } = await makeOne().release(Array.from({ length: 101 }, (_, id) => held(id)));
  const idsIn = (octets: Uint8Array) => new TextDecoder().decode(octets).match(/(?<=X-Dsnkit-Queue-Id: )m\d+/g) ?? [];
  expect(messages.map((one) => idsIn(octetsOf(one)).length)).toEqual([100, 1]);
});

it('RFC 8689 §5: reports that ask something else of the way do not come as one message', async () => {
  const held = (id: string, mailParameters: string): HeldReport => ({
    message: { ...message, id, mailParameters },
    ...{ entries: [entryFor(`${id}@b.example`, 'failed')], returned: 'headers', original: new Uint8Array() },
  });
  const parameters = ['', 'REQUIRETLS', 'MT-PRIORITY=3', 'REQUIRETLS', 'RET=HDRS'];
  const { messages } = await makeOne().release(parameters.map((each, i) => held(`m${i}`, each)));
  const ofIds = (octets: Uint8Array) => new TextDecoder().decode(octets).match(/(?<=X-Dsnkit-Queue-Id: )m\d/g);
  expect(messages.map((one) => [one.message.mailParameters, ofIds(octetsOf(one))])).toEqual([
    ['', ['m0', 'm4']],
    ['REQUIRETLS', ['m1', 'm3']],
    ['MT-PRIORITY=3', ['m2']],
  ]);
});
