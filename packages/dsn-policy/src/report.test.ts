import {
  formatDeliveryStatus,
  formatGlobalDeliveryStatus,
  parseDeliveryStatus,
  parseGlobalDeliveryStatus,
  type Action,
} from '@dsnkit/delivery-status';
import { formatParameters, parseParameters, readMailParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, Envelope, Outcome, RemoteReply } from './envelope.ts';
import { messageFields, type Reporter } from './message-fields.ts';
import { globalRecipientFields, recipientFields, statusOf, type AddressedRecipient } from './recipient-fields.ts';
import { reportEnvelope } from './report-envelope.ts';
import { returnedContent } from './returned.ts';

const parse = (text: string): ReturnType<typeof parseParameters> => (text === '' ? [] : parseParameters(text));
const envelopeOf = (mail: string, rest: Partial<Envelope> = {}): Envelope => ({
  reversePath: 'alice@example.org',
  mail: readMailParameters(parse(mail)),
  ...rest,
});
const arrivalDate = new Date('2003-01-08T10:00:00Z');
const reporter: Reporter = { hostname: 'mx.example.net', arrivalDate };
const refused: RemoteReply = { mta: 'mx.example.com', lines: ['550-5.1.1 no such user', '550 5.1.1 see the list'] };
const entryOf = (
  action: Action,
  outcome: Partial<Outcome> = {},
  rcpt = '',
  address = 'Bob@Example.com',
): Entry<AddressedRecipient> => ({
  recipient: { address, rcpt: readRcptParameters(parse(rcpt)) },
  action,
  outcome: { kind: action, nextHopSupportsDsn: false, ...outcome },
});

describe('the envelope of a report', () => {
  const envelope = (reversePath: string, mail = ''): unknown => {
    const made = reportEnvelope(reversePath, parse(mail));
    return (
      made && [
        made.reversePath,
        formatParameters(made.mailParameters),
        made.forwardPath,
        formatParameters(made.rcptParameters),
      ]
    );
  };

  it.each([
    [
      'R3461-6.1-a R3461-6.1-b R3461-6.1-d R5321-4.5.5-a: from nobody, to the return path, with NEVER',
      'Alice@Example.ORG',
      '',
      ['', '', 'Alice@Example.ORG', 'NOTIFY=NEVER'],
    ],
    [
      'R3461-6.1-c R3461-6.1-e: without RET and without the old ENVID',
      'a@b',
      'RET=FULL ENVID=QQ314159',
      ['', '', 'a@b', 'NOTIFY=NEVER'],
    ],
  ])('RFC 3461 §6.1 %s', (_, reversePath, mail, expected) => {
    expect(envelope(reversePath, mail)).toEqual(expected);
  });

  it.each([
    ['@a.example,@b.example:user@d.example', 'user@d.example'],
    ['@a.example:"x:y"@d.example', '"x:y"@d.example'],
    ['"@a:b"@d.example', '"@a:b"@d.example'],
  ])('RFC 5321 §6.1 R5321-6.1-d: the source route of %s is stripped', (reversePath, expected) => {
    expect(reportEnvelope(reversePath, [])?.forwardPath).toBe(expected);
  });

  it('RFC 8689 §5 R8689-5-a: REQUIRETLS is carried over', () => {
    expect(envelope('a@b', 'requiretls RET=FULL')).toEqual(['', 'requiretls', 'a@b', 'NOTIFY=NEVER']);
  });

  it('RFC 6710 §4.6 R6710-4.6-a: so is the priority', () => {
    expect(envelope('a@b', 'MT-PRIORITY=3')).toEqual(['', 'MT-PRIORITY=3', 'a@b', 'NOTIFY=NEVER']);
  });

  it('RFC 4865 §5.1.1 R4865-5.1.1-a: a request to hold is not', () => {
    expect(envelope('a@b', 'HOLDFOR=60')).toEqual(['', '', 'a@b', 'NOTIFY=NEVER']);
  });

  it.each(['', '<>'])('RFC 3461 §5.2, RFC 5321 §6.1 R3461-5.2-a R5321-6.1-c: there is none for %j', (reversePath) => {
    expect(envelope(reversePath, 'REQUIRETLS')).toBeUndefined();
  });
});

describe('returned content', () => {
  it.each([
    ['RFC 3461 §4.3 R3461-4.3-d: absent RET', 'full-message', '', 'failed', {}],
    ['RFC 3461 §6.2 R3461-6.2-d: FULL', 'full-message', 'RET=FULL', 'failed', {}],
    ['RFC 3461 §4.3 R3461-4.3-b: HDRS', 'headers', 'RET=HDRS', 'failed', {}],
    ['RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: FULL, but delivered', 'headers', 'RET=FULL', 'delivered', {}],
    ['RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: FULL, but relayed', 'headers', 'RET=FULL', 'relayed', {}],
    ['RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: FULL, but expanded', 'headers', 'RET=FULL', 'expanded', {}],
    ['RFC 3461 §4.3 R3461-4.3-e R3461-6.2-f: FULL, but delayed', 'headers', 'RET=FULL', 'delayed', {}],
    ['RFC 3461 §6.2 R3461-6.2-e: just short enough', 'full-message', 'RET=FULL', 'failed', { sizeOctets: 50_000 }],
    ['RFC 3461 §6.2 R3461-6.2-e: too long', 'headers', 'RET=FULL', 'failed', { sizeOctets: 50_001 }],
    ['RFC 3461 §6.2 R3461-6.2-e: declared too long', 'headers', 'RET=FULL SIZE=50001', 'failed', {}],
    ['RFC 3461 §6.2: declared too long, but is not', 'full-message', 'SIZE=50001', 'failed', { sizeOctets: 9 }],
    ['RFC 8689 §5 R8689-5-b: REQUIRETLS', 'headers', 'REQUIRETLS', 'failed', {}],
    ['RFC 8689 §5 R8689-5-c: REQUIRETLS against FULL', 'headers', 'RET=FULL REQUIRETLS', 'failed', {}],
    ['RFC 3030 §3 R3030-3-b: binary', 'headers', 'RET=FULL BODY=BINARYMIME', 'failed', {}],
  ] as const)('%s: %s', (_, expected, mail, action, rest) => {
    expect(returnedContent(envelopeOf(mail, rest), [{ action }])).toBe(expected);
  });

  it('RFC 3461 §4.3 R3461-4.3-e: one failure among others is enough', () => {
    expect(returnedContent(envelopeOf(''), [{ action: 'delivered' }, { action: 'failed' }])).toBe('full-message');
    expect(returnedContent(envelopeOf('', { sizeOctets: 11 }), [{ action: 'failed' }], { returnedMaxOctets: 10 })).toBe(
      'headers',
    );
  });
});

describe('the fields of the message', () => {
  it('RFC 3461 §6.3(a) R3461-6.3-a1 R3461-6.3-a3 R3461-4.4-a: Original-Envelope-Id is ENVID, decoded', () => {
    expect(messageFields(envelopeOf('ENVID=a+20b+2Bc'), reporter).originalEnvelopeId).toBe('a b+c');
  });

  it('RFC 3461 §6.3(a), §6.3(b), §6.3(c) R3461-6.3-a2 R3461-6.3-b1 R3461-6.3-c: no ENVID, no Original-Envelope-Id', () => {
    expect(messageFields(envelopeOf(''), reporter)).toEqual({
      reportingMta: { type: 'dns', value: 'mx.example.net' },
      arrivalDate,
    });
  });

  it('RFC 3464 §2.2.4, §2.4 R3464-2.4-e R3464-2.4-g: whence it came and its name in the log, if told', () => {
    expect(
      messageFields(envelopeOf(''), { ...reporter, receivedFrom: 'client.example.org', queueId: 'Q7' }),
    ).toMatchObject({
      receivedFromMta: { type: 'dns', value: 'client.example.org' },
      extensions: [{ name: 'X-Dsnkit-Queue-Id', value: 'Q7' }],
    });
  });

  it('RFC 2852 §5 R2852-5-a: Deliver-By-Date beside Arrival-Date', () => {
    const deliverByDate = new Date('2003-01-08T11:00:00Z');
    expect(messageFields(envelopeOf('BY=3600;R'), { ...reporter, deliverByDate })).toMatchObject({
      arrivalDate,
      deliverByDate,
    });
  });

  it.each([
    ['HOLDFOR=86400', 'for;86400'],
    ['HOLDUNTIL=2003-01-09T10:00:00Z', 'until;2003-01-09T10:00:00Z'],
  ])('RFC 4865 §5.1.2 R4865-5.1.2-a: %s is reported as %s', (mail, futureReleaseRequest) => {
    expect(messageFields(envelopeOf(mail), reporter)).toMatchObject({ arrivalDate, futureReleaseRequest });
  });

  it.each([
    ['R3461-6.3-b2', 'mx.example.net', 'dns', 'mx.example.net'],
    ['R3461-6.3-b2', 'MX-1.example.x--y', 'dns', 'MX-1.example.x--y'],
    ['R3461-6.3-b2', '[192.0.2.1]', 'dns', '[192.0.2.1]'],
    ['R3461-6.3-b2', '[IPv6:2001:db8::1]', 'dns', '[IPv6:2001:db8::1]'],
    ['R3461-6.3-b3 R3461-6.3-b4', 'host7', 'x-local-hostname', 'host7'],
    ['R3461-6.3-b3', '192.0.2.1', 'x-local-hostname', '192.0.2.1'],
    ['R3461-6.3-b3', 'a..b', 'x-local-hostname', 'a..b'],
    ['R3461-6.3-b3', 'é (x)', 'x-local-hostname', '??(x)'],
  ])('RFC 3461 §6.3(b) %s: %s is of type %s', (_, name, type, value) => {
    const fields = messageFields(envelopeOf('RET=HDRS'), { ...reporter, hostname: name, receivedFrom: name });
    expect([fields.reportingMta, fields.receivedFromMta]).toEqual([
      { type, value },
      { type, value },
    ]);
  });
});

describe('the fields of a recipient', () => {
  it('RFC 3461 §6.3 R3461-6.3-e1 R3461-6.3-e2 R3461-6.3-f R3461-6.3-g1 R3464-2.3.2-e: three stand there always', () => {
    expect(recipientFields(entryOf('delivered'))).toEqual({
      finalRecipient: { type: 'rfc822', value: 'Bob@Example.com' },
      action: 'delivered',
      status: '2.0.0',
    });
  });

  it.each([
    ['R3461-6.3-d1', 'ORCPT=rfc822;a+2Bb@X', { type: 'rfc822', value: 'a+b@X' }],
    ['R3461-6.3-d1', 'ORCPT=X400;/c+3Dus/', { type: 'X400', value: '/c=us/' }],
    ['R3461-6.3-d2 R3464-3-c', '', undefined],
  ])('RFC 3461 §6.3(d) %s: Original-Recipient of %s', (_, rcpt, expected) => {
    expect(recipientFields(entryOf('failed', {}, rcpt)).originalRecipient).toEqual(expected);
  });

  it('RFC 3464 §2.3.2 R3464-2.3.2-b R3464-2.3.2-d: Final-Recipient is the address as accepted, whatever it looks like', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{1,40}$/), (address) => {
        expect(recipientFields(entryOf('failed', {}, '', address)).finalRecipient).toEqual({
          type: 'rfc822',
          value: address,
        });
      }),
    );
  });

  it('RFC 3461 §6.3(h), §6.3(i), §9.2 R3461-6.3-h R3461-6.3-i R3464-2.3.6-b R3464-2.3.6-e: a remote reply is told with its author', () => {
    expect(recipientFields(entryOf('failed', { remote: refused }))).toMatchObject({
      status: '5.1.1',
      remoteMta: { type: 'dns', value: 'mx.example.com' },
      diagnosticCode: { type: 'smtp', value: '550-5.1.1 no such user 550 5.1.1 see the list' },
    });
  });

  it('RFC 3464 §2.3.5 R3464-2.3.5-b R3464-2.3.6-a: without a reply neither stands there', () => {
    const fields = recipientFields(entryOf('failed', { status: '5.4.4' }));
    expect(fields).not.toHaveProperty('remoteMta');
    expect(fields).not.toHaveProperty('diagnosticCode');
  });

  it('RFC 3461 §6.3(j) R3461-6.3-j: the address presented to the remote server, if it may be told', () => {
    expect(recipientFields(entryOf('failed', { remote: refused }))).not.toHaveProperty('smtpRemoteRecipient');
    const remote = { ...refused, recipient: 'bob@inner.example' };
    expect(recipientFields(entryOf('failed', { remote })).smtpRemoteRecipient).toBe('bob@inner.example');
  });

  it.each(['delivered', 'relayed', 'expanded', 'failed', 'delayed'] as const)(
    'RFC 3464 §2.3.9 R3464-2.3.9-a R3464-2.3.9-b: Will-Retry-Until with delayed only; here %s',
    (action) => {
      const retryUntil = new Date('2003-01-13T10:00:00Z');
      const { willRetryUntil } = recipientFields(entryOf(action, { retryUntil }));
      expect(willRetryUntil).toBe(action === 'delayed' ? retryUntil : undefined);
      expect(recipientFields(entryOf(action))).not.toHaveProperty('willRetryUntil');
    },
  );

  it('RFC 3464 §2.3.7, §2.3.8 R3464-2.3.7-a R3464-2.3.7-b R3464-2.3.8-a R3461-6.3-k: time and log id of the last attempt, if known', () => {
    const lastAttempt = new Date('2003-01-08T10:05:00Z');
    expect(recipientFields(entryOf('failed', { lastAttempt, finalLogId: 'Q7' }))).toMatchObject({
      lastAttemptDate: lastAttempt,
      finalLogId: 'Q7',
    });
    expect(recipientFields(entryOf('failed'))).not.toHaveProperty('lastAttemptDate');
  });

  it.each([
    ['a line of its own kind', ['550 gone', '551 elsewhere']],
    ['no code', ['go away']],
  ] as const)('RFC 3461 §9.2: what is no SMTP reply does not pass for one: %s', (_, lines) => {
    const { diagnosticCode } = recipientFields(entryOf('failed', { remote: { mta: 'mx.example.com', lines } }));
    expect(diagnosticCode).toEqual({ type: 'x-unparsed-reply', value: lines.join(' ') });
  });
});

describe('addresses beyond ASCII', () => {
  const entry = entryOf(
    'failed',
    { remote: { mta: 'mx.exämple.com', lines: ['550 größe'], recipient: 'josé@y' } },
    '',
    'josé+1@x',
  );
  it('RFC 6533 §3 R6533-3-f: are in their ASCII form in message/delivery-status, as is all else', () => {
    expect(recipientFields(entry)).toMatchObject({
      finalRecipient: { type: 'utf-8', value: 'jos\\x{E9}\\x{2B}1@x' },
      remoteMta: { type: 'dns', value: 'mx.ex?mple.com' },
      diagnosticCode: { type: 'smtp', value: '550 gr??e' },
      smtpRemoteRecipient: 'jos\\x{E9}@y',
    });
  });

  it('RFC 6533 §3, §4.1 R6533-3-h R6533-4.1-d: are themselves in message/global-delivery-status', () => {
    expect(globalRecipientFields(entry)).toMatchObject({
      finalRecipient: { type: 'utf-8', value: 'josé+1@x' },
      diagnosticCode: { type: 'smtp', value: '550 größe' },
      smtpRemoteRecipient: 'josé@y',
    });
  });

  it.each([
    ['R6533-3-o R6533-4.1-e', 'ORCPT=UTF-8;jos\\x{E9}@x', 'jos\\x{E9}@x', 'josé@x'],
    ['R6533-3-p', 'ORCPT=UTF-8;a+2Bb@x', 'a+2Bb@x', 'a+2Bb@x'],
  ])('RFC 6533 §3 %s: Original-Recipient of %s', (_, rcpt, ascii, native) => {
    expect(recipientFields(entryOf('failed', {}, rcpt)).originalRecipient).toEqual({ type: 'UTF-8', value: ascii });
    expect(globalRecipientFields(entryOf('failed', {}, rcpt)).originalRecipient).toEqual({
      type: 'UTF-8',
      value: native,
    });
  });
});

describe('the status', () => {
  const reply = (line: string, stage?: RemoteReply['stage']): Partial<Outcome> => ({
    remote: { mta: 'mx.example.com', lines: [line], ...(stage === undefined ? {} : { stage }) },
  });
  it.each([
    ['RFC 3461 §6.3(g) R3461-6.3-g2: nothing known', 'failed', {}, '5.0.0'],
    ['RFC 3461 §6.3(g) R3461-6.3-g2: nothing known', 'delayed', {}, '4.0.0'],
    ['RFC 3461 §6.3(g): nothing known', 'delivered', {}, '2.0.0'],
    ['RFC 3461 §6.3(g): nothing known', 'relayed', {}, '2.0.0'],
    ['RFC 3461 §6.3(g): nothing known', 'expanded', {}, '2.0.0'],
    ['RFC 3461 §6.3(g): what this MTA found', 'failed', { status: '5.4.4' }, '5.4.4'],
    [
      'RFC 2852 §4.1.3 R2852-4.1.3-a: what this MTA found goes before the reply',
      'failed',
      { status: '5.4.7', ...reply('451 4.7.1 later') },
      '5.4.7',
    ],
    [
      'RFC 3463 §3.5 R3463-3.5-b R3464-2.3.3-i: time ran out over a passing trouble',
      'failed',
      reply('451 4.7.1 later'),
      '4.7.1',
    ],
    ['RFC 3461 §6.3(g): the code of the reply', 'relayed', reply('250 2.1.5 ok'), '2.1.5'],
    ['RFC 3461 §6.3(g): a code of the wrong class', 'delayed', { status: '5.1.1' }, '4.0.0'],
    ['RFC 2034 §4: a code that the reply belies', 'failed', reply('550 4.2.2 full', 'rcpt'), '5.1.1'],
    ['RFC 3461 §6.3(g): a reply without code', 'failed', reply('550 no such user', 'rcpt'), '5.1.1'],
    ['RFC 3461 §6.3(g) R3461-6.3-g2: a reply that says nothing more', 'failed', reply('554 no'), '5.0.0'],
    ['RFC 3461 §6.3(g): a reply of the wrong class', 'delivered', reply('550 5.1.1 no'), '2.0.0'],
  ] as const)('%s: %s', (_, action, outcome, expected) => {
    expect(statusOf(action, entryOf(action, outcome).outcome)).toBe(expected);
  });
});

describe('the whole', () => {
  const printable = fc.stringMatching(/^[ -~]{0,30}$/);
  const text = fc.oneof(printable, fc.string({ unit: 'grapheme', maxLength: 30 }));
  const remote = fc.record({
    mta: fc.constantFrom('mx.example.com', '[192.0.2.1]'),
    lines: fc.tuple(text.map((words) => `550 5.1.1 ${words}`)),
  });
  const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
  const entry = fc
    .record({
      action: fc.constantFrom<Action>('failed', 'delayed', 'delivered', 'relayed', 'expanded'),
      rcpt: fc.constantFrom(
        '',
        'ORCPT=rfc822;a+2Bb+20c@x',
        'NOTIFY=SUCCESS ORCPT=utf-8;\\x{E9}@x',
        'ORCPT=X400;/c+3Dus/',
      ),
      address: fc.constantFrom('bob@example.com', '"a b"@example.com', 'josé@exämple.com', 'Postmaster'),
      remote: optional(remote),
      lastAttempt: optional(fc.constant(arrivalDate)),
      retryUntil: optional(fc.constant(arrivalDate)),
    })
    .map(({ action, rcpt, address, ...outcome }) => {
      const known = Object.fromEntries(Object.entries(outcome).filter(([, value]) => value !== undefined));
      return entryOf(action, known, rcpt, address);
    });
  const entries = fc.tuple(entry, entry);
  const mail = fc.constantFrom('', 'ENVID=a+20b', 'ENVID=QQ BY=60;N', 'HOLDFOR=60');

  it('RFC 3461 §6.3 R3464-3-b: can be written, and reads back without an issue', () => {
    fc.assert(
      fc.property(mail, entries, printable, (mail, [first, second], receivedFrom) => {
        const message = messageFields(envelopeOf(mail), {
          ...reporter,
          ...(receivedFrom.trim() === '' ? {} : { receivedFrom }),
        });
        const written = formatDeliveryStatus({
          message,
          recipients: [recipientFields(first), recipientFields(second)],
        });
        expect(written).toMatch(/^[\r\n -~]*$/);
        expect(parseDeliveryStatus(written).issues).toEqual([]);
      }),
    );
  });

  it('RFC 6533 §4.1 R6533-4.1-a: can be written in UTF-8 as well', () => {
    fc.assert(
      fc.property(entries, ([first, second]) => {
        const message = messageFields(envelopeOf(''), reporter);
        const written = formatGlobalDeliveryStatus({
          message,
          recipients: [globalRecipientFields(first), globalRecipientFields(second)],
        });
        expect(parseGlobalDeliveryStatus(written).issues).toEqual([]);
      }),
    );
  });
});
