import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import {
  assertDeliveryStatus,
  forgetSource,
  formatDeliveryStatus,
  formatGlobalDeliveryStatus,
  formatSmtpDiagnostic,
  mailboxValue,
  mtaName,
  parseDeliveryStatus,
  parseGlobalDeliveryStatus,
  type DeliveryStatus,
  type MessageFields,
  type ParsedDeliveryStatus,
  type RecipientFields,
} from './index.ts';

const mta = mtaName('mx.example.net');
const failed: RecipientFields = { finalRecipient: mailboxValue('a@example.org'), action: 'failed', status: '5.1.1' };
const make = (recipient: Partial<RecipientFields> = {}, message: Partial<MessageFields> = {}): DeliveryStatus => ({
  message: { reportingMta: mta, ...message },
  recipients: [{ ...failed, ...recipient }],
});
const date = new Date('1994-07-08T13:21:47Z');
const without = <T extends object>(group: T, name: keyof T): T =>
  Object.fromEntries(Object.entries(group).filter(([key]) => key !== name)) as T;
const lines = (status: DeliveryStatus): string[] => formatDeliveryStatus(status).split('\r\n');

describe('writing anew', () => {
  it('RFC 3464 §3 R3464-3-b R3461-6.3-b1 R3461-6.3-f R3461-6.3-g1 R3464-4.2-h: the least that one may say', () => {
    expect(formatDeliveryStatus(make())).toBe(
      'Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n',
    );
  });

  it('RFC 3464 §2.2 R3464-2.2-b R3461-6.3-c R2852-5-a R4865-5.1.2-a: the fields of the message in the order of the grammar', () => {
    const message: MessageFields = {
      extensions: [{ name: 'X-Dsnkit-Queue-ID', value: '7' }],
      futureReleaseRequest: 'for;86400',
      deliverByDate: date,
      arrivalDate: date,
      receivedFromMta: { type: 'dns', value: 'mail.a.example (192.0.2.7)' },
      dsnGateway: { type: 'dns', value: 'gw.example' },
      reportingMta: { type: 'mailbus', value: 'SYS30' },
      originalEnvelopeId: 'QQ314159',
    };
    expect(lines(make({}, message)).slice(0, 9)).toEqual([
      'Original-Envelope-Id: QQ314159',
      'Reporting-MTA: mailbus; SYS30',
      'DSN-Gateway: dns; gw.example',
      'Received-From-MTA: dns; mail.a.example (192.0.2.7)',
      'Arrival-Date: Fri, 08 Jul 1994 13:21:47 +0000',
      'Deliver-By-Date: Fri, 08 Jul 1994 13:21:47 +0000',
      'Future-Release-Request: for;86400',
      'X-Dsnkit-Queue-ID: 7',
      '',
    ]);
  });

  it('RFC 3464 §2.3 R3464-2.3-b R6533-4.1-h R3464-2.3.8-a R3464-2.3.9-a R3464-2.3.7-a: the fields of a recipient in the order of the grammar', () => {
    const recipient: RecipientFields = {
      extensions: [
        { name: 'X-A', value: '1' },
        { name: 'X-A', value: '2' },
      ],
      smtpRemoteRecipient: 'b@example.org',
      willRetryUntil: date,
      finalLogId: 'LOG (7)',
      lastAttemptDate: date,
      localizedDiagnostics: [
        { language: 'de', text: 'voll' },
        { language: 'fr', text: 'plein' },
      ],
      diagnosticCode: { type: 'smtp', value: '452 full' },
      remoteMta: { type: 'dns', value: 'mx.b.example' },
      statusComment: 'full',
      status: '4.2.2',
      actionComment: 'so (far)',
      action: 'delayed',
      finalRecipient: mailboxValue('a@example.org'),
      originalRecipient: { type: 'RFC822', value: 'A+b@example.org' },
    };
    expect(lines(make(recipient)).slice(2)).toEqual([
      'Original-Recipient: RFC822; A+b@example.org',
      'Final-Recipient: rfc822; a@example.org',
      'Action: delayed (so \\(far\\))',
      'Status: 4.2.2 (full)',
      'Remote-MTA: dns; mx.b.example',
      'Diagnostic-Code: smtp; 452 full',
      'Localized-Diagnostic: de; voll',
      'Localized-Diagnostic: fr; plein',
      'Last-Attempt-Date: Fri, 08 Jul 1994 13:21:47 +0000',
      'Final-Log-ID: LOG (7)',
      'Will-Retry-Until: Fri, 08 Jul 1994 13:21:47 +0000',
      'SMTP-Remote-Recipient: b@example.org',
      'X-A: 1',
      'X-A: 2',
      '',
    ]);
  });

  it('RFC 3464 §2.1 R3464-2.1-e R3464-2.3-a R3464-1.2-a: CRLF everywhere, one blank line before each recipient', () => {
    const text = formatDeliveryStatus({ message: { reportingMta: mta }, recipients: [failed, failed, failed] });
    expect(text.split(/\r\n\r\n/)).toHaveLength(4);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text).toMatch(/[^\n]\r\n$/);
  });

  it('RFC 3464 §2.2.5 R3464-2.2.5-b R3464-2.3.7-c R3464-2.3.9-c: dates have a numeric zone and the right weekday', () => {
    const dated = lines(
      make({ action: 'delayed', status: '4.4.1', lastAttemptDate: date, willRetryUntil: date }, { arrivalDate: date }),
    );
    expect(dated.filter((line) => line.endsWith('Fri, 08 Jul 1994 13:21:47 +0000'))).toHaveLength(3);
  });

  it('RFC 3464 §2.3.7 R3464-2.3.7-b R3461-6.3-a2 R3461-6.3-d2 R3464-2.2.1-c R3464-3-c R3464-2.3.5-b R3464-2.2.3-b R3464-2.3.1-c: what is not given is not made up', () => {
    expect(formatDeliveryStatus(make())).not.toMatch(/Date|Original-|Remote-MTA|Gateway|Diagnostic/);
  });

  it('RFC 3464 §2.3.2 R3464-2.3.2-d R3464-2.3.2-e R3461-9.1-c R3461-6.3-e1 R3464-2.3.2-b R3461-9.1-d: an address is reported as it was', () => {
    for (const address of [
      'BoB@x.Example',
      '"a\\ b"@x',
      '"odd  addr"@x',
      '@a,@b:c@d',
      'bob+2Btag@x',
      '|/bin/cat x',
      '"(x)"@y',
    ]) {
      const text = formatDeliveryStatus(make({ finalRecipient: mailboxValue(address) }));
      expect(text).toContain(`Final-Recipient: rfc822; ${address}\r\n`);
      expect(parseDeliveryStatus(text).recipients[0]?.finalRecipient?.value).toBe(address);
    }
  });

  it('RFC 3461 §6.3(a) R3461-6.3-a1 R3461-6.3-a3 R3464-2.2.1-f R3464-2.2.1-b R3464-2.2.1-a: the envelope identifier, decoded, spelled as it was', () => {
    expect(lines(make({}, { originalEnvelopeId: 'a b+c' }))[0]).toBe('Original-Envelope-Id: a b+c');
    expect(lines(make({}, { originalEnvelopeId: 'QQ3a' }))[0]).toBe('Original-Envelope-Id: QQ3a');
  });

  it('RFC 3464 §2.2.1: an empty text has nothing behind the colon', () => {
    expect(lines(make({ finalLogId: '' }, { originalEnvelopeId: '' }))).toEqual(
      expect.arrayContaining(['Original-Envelope-Id:', 'Final-Log-ID:']),
    );
  });

  it('RFC 3461 §6.3(d) R3461-6.3-d1: the original recipient has the type verbatim', () => {
    expect(lines(make({ originalRecipient: { type: 'RFC822', value: 'a+b@x' } }))[2]).toBe(
      'Original-Recipient: RFC822; a+b@x',
    );
  });

  it('RFC 3461 §6.3(h) R3461-6.3-h R3461-6.3-i R3464-2.3.5-a R3464-2.3.6-a R3464-2.3.6-b R3464-2.3.6-e R3464-2.2.2-b R3464-2.2.2-c R3464-1.3-d: a refusal at the next hop', () => {
    const reply = ['550 5.1.1 <a@example.org>: no such user'];
    const text = formatDeliveryStatus(
      make({ remoteMta: mtaName('mx.b.example'), diagnosticCode: formatSmtpDiagnostic(reply) }),
    );
    expect(text).toMatch(/^Reporting-MTA: dns; mx\.example\.net\r\n/);
    expect(text).toContain(
      'Remote-MTA: dns; mx.b.example\r\nDiagnostic-Code: smtp; 550 5.1.1 <a@example.org>: no such user\r\n',
    );
  });

  it('RFC 3461 §9.2 R3461-9.2-a R3461-9.2-d: each line of a reply on a line of its own, as in the example', () => {
    const diagnosticCode = formatSmtpDiagnostic([
      '550-mailbox unavailable',
      '550 user has moved with no forwarding address',
    ]);
    expect(formatDeliveryStatus(make({ diagnosticCode }))).toContain(
      '\r\nDiagnostic-Code: smtp; 550-mailbox unavailable\r\n 550 user has moved with no forwarding address\r\n',
    );
    const spaced = { type: 'smtp', value: '550-a  550 b' };
    expect(formatDeliveryStatus(make({ diagnosticCode: spaced }))).toContain(
      '\r\nDiagnostic-Code: smtp; 550-a  550 b\r\n',
    );
  });

  it('RFC 3464 §B R3464-2.2.3-a R3464-B-b R3464-B-d R3464-B-e R3464-B-g R3464-B-a R3464-1.3-b R3464-2.2.3-c R3464-2.4-b: a report translated from another mail system', () => {
    const status = make(
      {
        finalRecipient: { type: 'x400', value: '/c=no/s=a/' },
        status: '5.0.0',
        diagnosticCode: { type: 'x400', value: '1 unknown' },
        extensions: [{ name: 'X400-Reason', value: '1' }],
      },
      {
        originalEnvelopeId: 'MPDU-7',
        reportingMta: { type: 'mailbus', value: 'SYS30' },
        dsnGateway: mtaName('gw.example'),
      },
    );
    const text = formatDeliveryStatus(status);
    expect(text).toContain('Reporting-MTA: mailbus; SYS30\r\nDSN-Gateway: dns; gw.example\r\n');
    expect(forgetSource(assertDeliveryStatus(parseDeliveryStatus(text)))).toMatchObject(status);
  });

  it('RFC 3461 §5.2.6 R3461-5.2.6-d R3464-4.2-d: a message put aside is failed, and what is confidential may be left out', () => {
    expect(formatDeliveryStatus(make({ actionComment: 'to dead letters' }))).toContain(
      'Action: failed (to dead letters)\r\n',
    );
  });

  it('RFC 5322 §2.1.1 R3464-2.1.1-e: 2000 characters of diagnostic on lines of at most 998 octets', () => {
    for (const value of [
      'word '.repeat(400).trim(),
      'x'.repeat(2000),
      `550 ${'\u{1F600}'.repeat(700)}`,
      `${'x'.repeat(990)} y`,
      ` ${'x'.repeat(1200)}`,
    ]) {
      const text = formatGlobalDeliveryStatus(make({ diagnosticCode: { type: 'smtp', value } }));
      const folded = text.split('\r\n');
      expect(folded.every((line) => new TextEncoder().encode(line).length <= 998)).toBe(true);
      expect(folded.every((line) => line.isWellFormed())).toBe(true);
      expect(folded.slice(0, -1).filter((line) => line.trim() === '')).toEqual(['']);
      const again = parseGlobalDeliveryStatus(text).recipients[0]?.diagnosticCode?.value;
      expect(again?.replaceAll(' ', '')).toBe(value.replaceAll(' ', ''));
    }
  });

  it('RFC 3464 §2.1.1 R2047-5-a R3464-2.1.1-d: a comment beyond ASCII becomes encoded-words, and UTF-8 in the global type', () => {
    const status = make({ statusComment: 'f\u00fcr "J\u00f6rg (Vater)" '.repeat(6).trim() });
    const text = formatDeliveryStatus(status);
    const words = text.match(/=\?[^ ]*\?=/g) ?? [];
    expect(words.length).toBeGreaterThan(1);
    expect(words.every((word) => word.length <= 75 && !/[()"]/.test(word))).toBe(true);
    expect(parseDeliveryStatus(text)).toMatchObject({
      recipients: [{ statusComment: status.recipients[0].statusComment }],
      issues: [],
    });
    expect(formatGlobalDeliveryStatus(status)).toContain('f\u00fcr "J\u00f6rg \\(Vater\\)"');
    const word = make({ statusComment: '=?utf-8?Q?x?=', actionComment: '\u00e9 =?utf-8?Q?x?=' });
    const { statusComment, actionComment } = word.recipients[0];
    const said = { recipients: [{ statusComment, actionComment }] };
    expect(parseDeliveryStatus(formatDeliveryStatus(word))).toMatchObject(said);
    expect(parseGlobalDeliveryStatus(formatGlobalDeliveryStatus(word))).toMatchObject(said);
    expect(formatDeliveryStatus(make({ statusComment: '' }))).toContain('Status: 5.1.1\r\n');
  });
});

describe('what is refused', () => {
  const type = (value: string): Partial<RecipientFields> => ({ finalRecipient: { type: value, value: 'x' } });
  it.each<[string, DeliveryStatus, string]>([
    ['no recipients', { message: { reportingMta: mta }, recipients: [] } as unknown as DeliveryStatus, 'no-recipients'],
    ['no Reporting-MTA', { message: {}, recipients: [failed] } as unknown as DeliveryStatus, 'missing-field'],
    ['no Final-Recipient', make({ finalRecipient: undefined } as unknown as RecipientFields), 'missing-field'],
    ['no Action', make({ action: undefined } as unknown as RecipientFields), 'missing-field'],
    ['no Status', make({ status: undefined } as unknown as RecipientFields), 'missing-field'],
    ['an unknown action', make({ action: 'failure' } as unknown as RecipientFields), 'bad-action'],
    ['an action in upper case', make({ action: 'FAILED' } as unknown as RecipientFields), 'bad-action'],
    ['half a status', make({ status: '5.1' } as unknown as RecipientFields), 'bad-status'],
    ['a status of class 3', make({ status: '3.1.1' } as unknown as RecipientFields), 'bad-status'],
    ['a status with zeros', make({ status: '5.01.1' } as unknown as RecipientFields), 'bad-status'],
    ['a status with a line end', make({ status: '5.1.1\r\n' } as unknown as RecipientFields), 'bad-status'],
    ['no type', make(type('')), 'bad-type'],
    ['a type of two words', make(type('rfc 822')), 'bad-type'],
    ['a type with a special', make(type('rfc;822')), 'bad-type'],
    ['a type beyond ASCII', make(type('\u00e9')), 'bad-type'],
    ['a type of controls', make(type('a\r\nb')), 'bad-type'],
    ['Will-Retry-Until on a failure', make({ willRetryUntil: date }), 'retry-date-without-delay'],
    ['a date that is none', make({ lastAttemptDate: new Date(Number.NaN) }), 'bad-date'],
    [
      'a localized text alone',
      make({ localizedDiagnostics: [{ language: 'de', text: 'x' }] }),
      'localized-without-diagnostic',
    ],
    [
      'two texts in one language',
      make({
        diagnosticCode: { type: 'smtp', value: '550 x' },
        localizedDiagnostics: [
          { language: 'de', text: 'x' },
          { language: 'DE', text: 'y' },
        ],
      }),
      'duplicate-language',
    ],
    [
      'a text in no language',
      make({
        diagnosticCode: { type: 'smtp', value: '550 x' },
        localizedDiagnostics: [{ language: 'd e', text: 'x' }],
      }),
      'bad-language',
    ],
    ['a hold of no form', make({}, { futureReleaseRequest: 'later' }), 'bad-future-release'],
    ['a known name among the others', make({ extensions: [{ name: 'status', value: '2.0.0' }] }), 'known-name'],
    ['a name with a space', make({ extensions: [{ name: 'X y', value: 'z' }] }), 'bad-name'],
    ['a U-label in the name of an MTA', make({ remoteMta: mtaName('m\u00fcller.example') }), 'not-ascii'],
    ['UTF-8 in an address', make({ finalRecipient: mailboxValue('jos\u00e9@example.org') }), 'not-ascii'],
    ['UTF-8 in a diagnostic', make({ diagnosticCode: { type: 'smtp', value: '550 gr\u00f6\u00dfe' } }), 'not-ascii'],
    ['UTF-8 in another field', make({ extensions: [{ name: 'X-Y', value: '\u00e9' }] }), 'not-ascii'],
    ['a type that no line holds', make({ diagnosticCode: { type: 'x'.repeat(982), value: '550 no' } }), 'too-long'],
    ['an address of 1000 octets', make({ finalRecipient: mailboxValue(`${'x'.repeat(990)}@y`) }), 'too-long'],
  ])(
    'RFC 3464 §2 R3464-2.1-d R3464-2.2.2-a R3464-2.3-c R3464-2.3.9-b R6533-4.1-g R6533-3-f R6533-6.2-a R3464-2.1.2-b R3464-2.3.3-b R3461-9.3-d: %s',
    (_, status, code) => {
      expect(fault(() => formatDeliveryStatus(status))?.[0]).toBe(code);
    },
  );

  it.each(['\r', '\n', '\0', '\r\nAction: delivered', '\u007f', '\u001b'])(
    'RFC 5322 §2.2 R5322-2.2-a R3464-2.3.2-d R3464-B-f: %j is smuggled into no field',
    (bad) => {
      const value = `x${bad}`;
      const typed = { type: 'rfc822', value };
      const attempts: DeliveryStatus[] = [
        make({ finalRecipient: typed }),
        make({ originalRecipient: typed }),
        make({ remoteMta: typed }),
        make({ diagnosticCode: typed }),
        make({ diagnosticCode: { type: 'smtp', value: `550-a 550 ${value}` } }),
        make({ finalLogId: value }),
        make({ smtpRemoteRecipient: value }),
        make({ actionComment: value }),
        make({ statusComment: value }),
        make({ extensions: [{ name: 'X-Y', value }] }),
        make({
          diagnosticCode: { type: 'smtp', value: '550 x' },
          localizedDiagnostics: [{ language: 'de', text: value }],
        }),
        make({}, { originalEnvelopeId: value }),
        make({}, { reportingMta: typed }),
        make({}, { receivedFromMta: typed }),
      ];
      for (const status of attempts)
        expect(fault(() => formatGlobalDeliveryStatus(status))?.[0]).toBe('control-character');
      // Nor as an encoded-word, from which a reader would take it out again.
      for (const comment of [make({ actionComment: `\u00e9${bad}` }), make({ statusComment: `=?${bad}` })])
        expect(fault(() => formatDeliveryStatus(comment))?.[0]).toBe('control-character');
    },
  );
});

describe('what was parsed', () => {
  const wild =
    'reporting-mta :DNS ;\tmx.example.net (us)\nARRIVAL-DATE: Fri, 8 Jul 94 09:21:47 EDT\nX-One: 1\n\n\n' +
    'final-recipient:rfc822;A@Example.org\nAction: Failed (sic)\nSTATUS: 5.01.1\nX-Two: 2\n  more\nsome junk\n\n' +
    'Diagnostic-Code: smtp; 550-no such user\n\t550 here\nLocalized-Diagnostic: de;weg\nLocalized-Diagnostic: fr;parti\nX-Three: 3\n\n' +
    'Final-Recipient: rfc822; b@example.org\nAction: delayed\nStatus: 4.4.1\n\n';
  const parsed = parseGlobalDeliveryStatus(wild);
  const [first, second] = parsed.recipients as [Partial<RecipientFields>, Partial<RecipientFields>];
  const extensions = first.extensions ?? [];
  const three = { name: 'X-Three', value: '3' };
  const four = { name: 'X-Four', value: '4' };
  const german = { language: 'de', text: 'weg' };
  const french = { language: 'fr', text: 'parti' };
  const english = { language: 'en', text: 'gone' };
  const write = (change: Partial<RecipientFields>, message: Partial<MessageFields> = {}): string =>
    formatDeliveryStatus({
      ...parsed,
      message: { ...parsed.message, ...message },
      recipients: [{ ...first, ...change }, second],
    });
  it('RFC 3464 §2.1 R3464-2.4-f: untouched, it comes back octet by octet', () => {
    expect(formatDeliveryStatus(parsed)).toBe(wild);
    expect(formatDeliveryStatus(parseDeliveryStatus(''))).toBe('');
    expect(formatDeliveryStatus(parseDeliveryStatus('\r\n \r\n'))).toBe('\r\n \r\n');
  });

  it.each<[string, Partial<RecipientFields>, string, string]>([
    [
      'an address',
      { finalRecipient: mailboxValue('B@x') },
      'final-recipient:rfc822;A@Example.org',
      'Final-Recipient: rfc822; B@x',
    ],
    ['an action', { action: 'delayed' }, 'Action: Failed', 'Action: delayed'],
    ['a remark', { actionComment: 'so' }, 'Failed (sic)', 'failed (so)'],
    ['a status', { status: '5.1.2' }, 'STATUS: 5.01.1', 'Status: 5.1.2'],
    [
      'a diagnostic',
      { diagnosticCode: { type: 'smtp', value: '550 gone' } },
      '550-no such user\n\t550 here',
      '550 gone',
    ],
    [
      'an extension',
      { extensions: [{ name: 'X-Two', value: '4' }, three] },
      'X-Two: 2\n  more\nsome junk\n',
      'X-Two: 4\n',
    ],
    ['an extension less', { extensions: [three] }, 'X-Two: 2\n  more\nsome junk\n', ''],
    ['an extension more', { extensions: [...extensions, four] }, 'X-Three: 3\n', 'X-Three: 3\nX-Four: 4\n'],
    ['an extension before', { extensions: [four, ...extensions] }, 'X-Two', 'X-Four: 4\nX-Two'],
    ['a language', { localizedDiagnostics: [{ language: 'de', text: 'fort' }, french] }, 'de;weg', 'de; fort'],
    ['a language less', { localizedDiagnostics: [german] }, 'Localized-Diagnostic: fr;parti\n', ''],
    [
      'a language more',
      { localizedDiagnostics: [german, french, english] },
      'fr;parti\n',
      'fr;parti\nLocalized-Diagnostic: en; gone\n',
    ],
    ['a new field', { remoteMta: mta }, '5.01.1\n', '5.01.1\nRemote-MTA: dns; mx.example.net\n'],
    ['a new field at the end', { finalLogId: 'x' }, 'fr;parti\n', 'fr;parti\nFinal-Log-ID: x\n'],
    [
      'a new field first',
      { originalRecipient: mailboxValue('c@d') },
      'final-r',
      'Original-Recipient: rfc822; c@d\nfinal-r',
    ],
  ])('RFC 3464 §2.3: only that field changes: %s', (_, change, before, after) => {
    expect(wild).toContain(before);
    expect(write(change)).toBe(wild.replace(before, after));
  });

  it('RFC 3464 §2.2: only that field changes: the message', () => {
    expect(write({}, { arrivalDate: date })).toBe(wild);
    expect(write({}, { arrivalDate: new Date(0) })).toBe(
      wild.replace('ARRIVAL-DATE: Fri, 8 Jul 94 09:21:47 EDT', 'Arrival-Date: Thu, 01 Jan 1970 00:00:00 +0000'),
    );
    expect(write({}, { originalEnvelopeId: 'x' })).toBe(`Original-Envelope-Id: x\n${wild}`);
    const dateless = without(parsed.message, 'arrivalDate');
    expect(formatDeliveryStatus({ ...parsed, message: dateless })).toBe(
      wild.replace('ARRIVAL-DATE: Fri, 8 Jul 94 09:21:47 EDT\n', ''),
    );
  });

  it('RFC 3464 §2.3: a recipient more, less, or in another place', () => {
    const third = { ...failed, finalRecipient: mailboxValue('c@d') };
    expect(formatDeliveryStatus({ ...parsed, recipients: [first, second, third] })).toBe(
      `${wild}\nFinal-Recipient: rfc822; c@d\nAction: failed\nStatus: 5.1.1\n`,
    );
    expect(formatDeliveryStatus({ ...parsed, recipients: [first] })).toBe(
      wild.slice(0, wild.indexOf('\n\nFinal-Recipient: rfc822; b') + 1),
    );
    const swapped = parseDeliveryStatus(formatDeliveryStatus({ ...parsed, recipients: [second, first] }));
    expect(swapped.recipients.map(({ finalRecipient }) => finalRecipient?.value)).toEqual([
      'b@example.org',
      'A@Example.org',
    ]);
  });

  it(
    'RFC 3464 §2.3-c R3464-2.3-c: a required field cannot be taken out, but one that was never there may stay away'.replace(
      '§2.3-c',
      '§2.3',
    ),
    () => {
      const rest = without(first, 'status');
      expect(fault(() => formatDeliveryStatus({ ...parsed, recipients: [rest, second] }))?.[0]).toBe('missing-field');
      const half = parseDeliveryStatus('Final-Recipient: rfc822; a@b\r\nStatus: 5.0.0\r\n');
      expect(
        fault(() => formatDeliveryStatus({ ...half, recipients: [without(half.recipients[0]!, 'status')] }))?.[0],
      ).toBe('missing-field');
      const defective = parseDeliveryStatus('Final-Recipient: rfc822; a@b\r\nX-A: 1\r\n');
      const [recipient] = defective.recipients;
      expect(formatDeliveryStatus({ ...defective, recipients: [{ ...recipient, status: '5.0.0' }] })).toBe(
        'Final-Recipient: rfc822; a@b\r\nStatus: 5.0.0\r\nX-A: 1\r\n',
      );
      expect(
        fault(() => formatDeliveryStatus({ ...parsed, recipients: [{ ...first, willRetryUntil: date }] }))?.[0],
      ).toBe('retry-date-without-delay');
      expect(
        fault(() =>
          formatDeliveryStatus({ ...parsed, message: { ...parsed.message, extensions: [{ name: 'X', value: '\n' }] } }),
        )?.[0],
      ).toBe('control-character');
    },
  );

  it('RFC 3464 §2.1: a document without its last line end grows by whole lines', () => {
    const bare = parseDeliveryStatus(
      'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.0.0',
    );
    const [recipient] = bare.recipients;
    expect(formatDeliveryStatus({ ...bare, recipients: [{ ...recipient, finalLogId: 'x' }] })).toMatch(
      /\r\nStatus: 5\.0\.0\r\nFinal-Log-ID: x\r\n$/,
    );
    expect(formatDeliveryStatus({ ...bare, recipients: [{ ...recipient }, failed] })).toMatch(
      /\r\nStatus: 5\.0\.0\r\n\r\nFinal-Recipient: /,
    );
    expect(formatDeliveryStatus({ ...bare, recipients: [{ ...recipient, action: 'expanded' }] })).toMatch(
      /Action: expanded\r\nStatus: 5\.0\.0$/,
    );
  });

  it('RFC 3464 §2.2: a repeated field stays as it is, unless it would begin to count', () => {
    const text =
      'Reporting-MTA: dns; mx\r\nOriginal-Envelope-Id: 1\r\nOriginal-Envelope-Id: 2\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: x\r\nStatus: 5.0.0\r\n';
    const repeated = parseDeliveryStatus(text);
    expect(formatDeliveryStatus(repeated)).toBe(text);
    expect(formatDeliveryStatus({ ...repeated, message: { ...repeated.message, originalEnvelopeId: '3' } })).toBe(
      text.replace('Id: 1', 'Id: 3'),
    );
    const message = without(repeated.message, 'originalEnvelopeId');
    expect(formatDeliveryStatus({ ...repeated, message })).toBe(text.replace(/Original.*\r\nOriginal.*\r\n/, ''));
  });

  it('RFC 3464 §2.3.5: a repeated field of a recipient goes with the one that counts', () => {
    const whole = formatDeliveryStatus(make({}));
    const text = whole.replace(
      /Status: .*\r\n/,
      '$&Remote-MTA: dns; mx.b.example\r\nRemote-MTA: dns; mx.c.example\r\n',
    );
    const repeated = parseDeliveryStatus(text);
    const recipients = repeated.recipients.map((one) => without(one, 'remoteMta'));
    expect(formatDeliveryStatus({ ...repeated, recipients })).toBe(whole);
  });

  it('RFC 3464 §2.2: a field of the message among those of a recipient changes where it stands', () => {
    const text =
      'Final-Recipient: rfc822; a@b\r\nReporting-MTA: dns; mx\r\nReporting-MTA: dns; my\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\nFinal-Recipient: rfc822; b@b\r\nReporting-MTA: dns; mz\r\nAction: failed\r\nStatus: 5.0.0\r\n';
    const mixed = parseDeliveryStatus(text);
    expect(formatDeliveryStatus(mixed)).toBe(text);
    const renamed = { ...mixed, message: { ...mixed.message, reportingMta: mtaName('a.b') } };
    expect(formatDeliveryStatus(renamed)).toBe(text.replace('dns; mx', 'dns; a.b'));
    const fresh: ParsedDeliveryStatus = { ...mixed, message: { reportingMta: mta } };
    expect(parseDeliveryStatus(formatDeliveryStatus(fresh)).message.reportingMta).toEqual(mta);
    expect(formatDeliveryStatus({ ...mixed, recipients: [failed] })).toMatch(/^Reporting-MTA: dns; mx\r\n\r\nFinal/);
    const nameless = without(mixed.message, 'reportingMta');
    expect(formatDeliveryStatus({ ...mixed, message: nameless })).toBe(text.replace(/Reporting-MTA: .*\r\n/g, ''));
  });

  it.each([
    'Reporting-MTA: dns; a.b\n\nFinal-Recipient: rfc822; a@b\nArrival-Date: @\nAction: failed\nArrival-Date: @\n',
    'Reporting-MTA: dns; a.b\nArrival-Date: @\n\nFinal-Recipient: rfc822; a@b\nArrival-Date: @\nAction: failed\n',
    'Reporting-MTA: dns; a.b\n\nFinal-Recipient: rfc822; a@b\nArrival-Date: @\n\nFinal-Recipient: rfc822; a@b\nArrival-Date: @\n',
  ])('RFC 3464 §2.2: a field of the message that is taken out of %j goes with its repetitions', (text) => {
    const { message, ...parsed } = parseDeliveryStatus(text.replaceAll('@\n', 'Fri, 08 Jul 1994 09:21:47 -0400\n'));
    expect(message.arrivalDate).toBeDefined();
    expect(formatDeliveryStatus({ ...parsed, message: without(message, 'arrivalDate') })).toBe(
      text.replaceAll('Arrival-Date: @\n', ''),
    );
  });

  it('RFC 3464 §2.4: extensions with the same name are told apart by their place', () => {
    const text = 'Reporting-MTA: dns; mx\r\nX-A: 1\r\nX-A: 1\r\nX-A: 2\r\nX-B: 3\r\n';
    const repeated = parseDeliveryStatus(text);
    const extensions = (...values: string[]): string =>
      formatDeliveryStatus({
        ...repeated,
        message: {
          ...repeated.message,
          extensions: values.map((value) => ({ name: value === '3' ? 'X-B' : 'X-A', value })),
        },
      });
    expect(extensions('1', '1', '2', '3')).toBe(text);
    expect(extensions('1', '2', '3')).toBe(text.replace('X-A: 1\r\n', ''));
    expect(extensions('1', '9', '2', '3')).toBe(text.replace('1\r\nX-A: 2', '9\r\nX-A: 2'));
    expect(extensions('3', '1')).toBe('Reporting-MTA: dns; mx\r\nX-B: 3\r\nX-A: 1\r\n');
    expect(extensions('2', '1', '1', '3')).toBe('Reporting-MTA: dns; mx\r\nX-A: 2\r\nX-A: 1\r\nX-A: 1\r\nX-B: 3\r\n');
    expect(extensions()).toBe('Reporting-MTA: dns; mx\r\n');
    const none = without(repeated.message, 'extensions');
    expect(formatDeliveryStatus({ ...repeated, message: none })).toBe('Reporting-MTA: dns; mx\r\n');
  });

  it('RFC 3464 §2.2: forgotten sources are written clean', () => {
    const text = formatGlobalDeliveryStatus(forgetSource(parsed));
    expect(parseGlobalDeliveryStatus(text).issues).toEqual([]);
    expect(
      text.startsWith(
        'Reporting-MTA: dns; mx.example.net (us)\r\nArrival-Date: Fri, 08 Jul 1994 13:21:47 +0000\r\nX-One: 1\r\n\r\nFinal-Recipient: rfc822; A@Example.org\r\nAction: failed (sic)\r\n',
      ),
    ).toBe(true);
  });
});
