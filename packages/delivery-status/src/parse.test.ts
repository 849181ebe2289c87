import { describe, expect, it } from 'vitest';
import { fault } from '../test/fault.ts';
import {
  assertDeliveryStatus,
  forgetSource,
  formatDeliveryStatus,
  parseDeliveryStatus,
  parseFields,
  parseGlobalDeliveryStatus,
  type ParsedDeliveryStatus,
} from './index.ts';

const message = 'Reporting-MTA: dns; mx.example.net\r\n';
const recipient = (name: string): string =>
  `\r\nFinal-Recipient: rfc822; ${name}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n`;
const plain = `${message}${recipient('a')}`;
const codes = ({ issues }: ParsedDeliveryStatus): unknown => issues.map(({ code, line }) => [code, line]);
const addresses = ({ recipients }: ParsedDeliveryStatus): unknown =>
  recipients.map(({ finalRecipient }) => finalRecipient?.value);

describe('a conforming delivery status', () => {
  it('RFC 3464 §3 R3464-3-b R3464-2.1-c R3464-2.3-c: the least that one may say', () => {
    const parsed = parseDeliveryStatus(plain);
    expect(forgetSource(parsed)).toEqual({
      message: { reportingMta: { type: 'dns', value: 'mx.example.net' } },
      recipients: [{ finalRecipient: { type: 'rfc822', value: 'a@example.org' }, action: 'failed', status: '5.1.1' }],
      issues: [],
    });
    expect(assertDeliveryStatus(parsed)).toEqual({ message: parsed.message, recipients: parsed.recipients });
  });

  it('RFC 3464 §2.2 R3464-2.2.1-d R3464-2.2.1-f R3464-2.2.2-e R3464-F-c: every field of the message', () => {
    const { message: fields, issues } = parseDeliveryStatus(
      `Original-Envelope-Id: QQ (b) 3a;c\r\nReporting-MTA: dns; MX.Example.COM\r\nDSN-Gateway: dns; gw.example\r\n` +
        `Received-From-MTA: dns; Mail.A.example (192.0.2.7)\r\nArrival-Date: Fri, 08 Jul 1994 09:21:47 -0400\r\n` +
        `Deliver-By-Date: Sat, 09 Jul 1994 09:21:47 -0400\r\nFuture-Release-Request: for;86400\r\nX-Queue: 7\r\nX-Queue: 8\r\n${recipient('a')}`,
    );
    expect(issues).toEqual([]);
    expect(fields).toMatchObject({
      originalEnvelopeId: 'QQ (b) 3a;c',
      reportingMta: { type: 'dns', value: 'MX.Example.COM' },
      dsnGateway: { type: 'dns', value: 'gw.example' },
      receivedFromMta: { type: 'dns', value: 'Mail.A.example (192.0.2.7)' },
      arrivalDate: new Date('1994-07-08T13:21:47Z'),
      deliverByDate: new Date('1994-07-09T13:21:47Z'),
      futureReleaseRequest: 'for;86400',
      extensions: [
        { name: 'X-Queue', value: '7', line: 8 },
        { name: 'X-Queue', value: '8', line: 9 },
      ],
    });
  });

  it('RFC 3464 §2.3 R3464-2.3.1-a R3464-2.3.6-d R3461-6.3-j R3461-6.3-k R3464-2.4-f: every field of a recipient', () => {
    const { recipients, issues } = parseGlobalDeliveryStatus(
      `${message}\r\nOriginal-Recipient: rfc822;"a;b"@Example.org\r\nFinal-Recipient: utf-8; jos\u00e9@example.org\r\n` +
        `Action: delayed (so far)\r\nStatus: 4.2.2 (full)\r\nRemote-MTA: dns; [192.0.2.1]\r\n` +
        `Diagnostic-Code: smtp; 452 4.2.2 full (see queue 7)\r\nLocalized-Diagnostic: de; voll\r\nLocalized-Diagnostic: fr-CA; pl\u00e9in\r\n` +
        `Last-Attempt-Date: Fri, 08 Jul 1994 09:21:47 -0400\r\nFinal-Log-ID: AB-7 (x)\r\n` +
        `Will-Retry-Until: Sat, 09 Jul 1994 09:21:47 -0400\r\nSMTP-Remote-Recipient: other@example.org\r\nX-\u0021: \u00e9\r\n`,
    );
    expect(issues).toEqual([]);
    expect(recipients).toMatchObject([
      {
        originalRecipient: { type: 'rfc822', value: '"a;b"@Example.org' },
        finalRecipient: { type: 'utf-8', value: 'jos\u00e9@example.org' },
        action: 'delayed',
        actionComment: 'so far',
        status: '4.2.2',
        statusComment: 'full',
        remoteMta: { type: 'dns', value: '[192.0.2.1]' },
        diagnosticCode: { type: 'smtp', value: '452 4.2.2 full (see queue 7)' },
        localizedDiagnostics: [
          { language: 'de', text: 'voll' },
          { language: 'fr-CA', text: 'pl\u00e9in' },
        ],
        lastAttemptDate: new Date('1994-07-08T13:21:47Z'),
        finalLogId: 'AB-7 (x)',
        willRetryUntil: new Date('1994-07-09T13:21:47Z'),
        smtpRemoteRecipient: 'other@example.org',
        extensions: [{ name: 'X-!', value: '\u00e9' }],
      },
    ]);
  });

  it.each(['failed', 'delayed', 'delivered', 'relayed', 'expanded'])(
    'RFC 3464 §2.3.3 R3464-2.3.3-b: action %s in any letter case',
    (action) => {
      for (const spelled of [
        action,
        action.toUpperCase(),
        `${action.charAt(0).toUpperCase()}${action.slice(1)} (remark)`,
      ]) {
        const parsed = parseDeliveryStatus(plain.replace('failed', spelled));
        expect([parsed.recipients[0]?.action, parsed.issues]).toEqual([action, []]);
      }
    },
  );

  it('RFC 3464 §2.3.3 R3464-2.3.3-i R3464-2.3.3-j: action and status are independent', () => {
    expect(parseDeliveryStatus(plain.replace('5.1.1', '4.4.7')).issues).toEqual([]);
    expect(parseDeliveryStatus(plain.replace('5.1.1', '2.6.4').replace('failed', 'relayed')).issues).toEqual([]);
  });

  it('RFC 3464 §2.1.1 R3464-2.1.1-c: names of fields in any letter case', () => {
    for (const text of [plain.toUpperCase(), plain.toLowerCase()]) {
      const parsed = parseDeliveryStatus(text);
      expect(parsed.recipients[0]).toMatchObject({ action: 'failed', status: '5.1.1' });
      expect(parsed.issues).toEqual([]);
    }
  });

  it('RFC 3464 §2.1.2 R3464-2.1.2-b R3464-2.1.2-c R3464-2.1.2-d R3464-1.2-f R3464-F-a: any type, compared without case', () => {
    const {
      message: fields,
      recipients,
      issues,
    } = parseDeliveryStatus(
      'Reporting-MTA: MAILBUS; SYS30\r\nDSN-Gateway: smtp; gw.example\r\n\r\nFinal-Recipient: X400; /c=no/\r\n' +
        'Original-Recipient: x-Local; |/bin/cat\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: X-Unix ;77\r\nRemote-MTA: DNS;mx.example\r\n',
    );
    expect(issues).toEqual([]);
    expect(fields).toMatchObject({
      reportingMta: { type: 'mailbus', value: 'SYS30' },
      dsnGateway: { type: 'smtp', value: 'gw.example' },
    });
    expect(recipients[0]).toMatchObject({
      finalRecipient: { type: 'x400', value: '/c=no/' },
      originalRecipient: { type: 'x-local', value: '|/bin/cat' },
      diagnosticCode: { type: 'x-unix', value: '77' },
      remoteMta: { type: 'dns', value: 'mx.example' },
    });
  });

  it('RFC 3464 §F R3464-F-b: the hex coding of RFC 1894 is not undone, plus-addressing lives', () => {
    const { recipients } = parseDeliveryStatus(plain.replace('a@', 'bob+2Btag@'));
    expect(recipients[0]?.finalRecipient?.value).toBe('bob+2Btag@example.org');
  });

  it('RFC 2047 §5 R2047-5-b R3464-2.1.1-d: free text has neither comments nor encoded-words', () => {
    const { recipients } = parseDeliveryStatus(`${plain}Diagnostic-Code: smtp; 550 (x) =?utf-8?Q?y?=\r\n`);
    expect(recipients[0]?.diagnosticCode?.value).toBe('550 (x) =?utf-8?Q?y?=');
  });

  it.each(['[192.0.2.1]', '[IPv6:2001:db8::1]', 'mx.example', 'localhost'])(
    'RFC 3461 §9.3 R3461-9.3-b R3461-9.3-c: %s as the name of an MTA',
    (name) => {
      const { message: fields, issues } = parseDeliveryStatus(plain.replace('mx.example.net', name));
      expect([fields.reportingMta?.value, issues]).toEqual([name, []]);
    },
  );

  it('RFC 3464 §2.3 R3464-2.3-b R3464-2.2-b R3461-10.7-a: fields in any order', () => {
    const parsed = parseDeliveryStatus(
      `Arrival-Date: Fri, 08 Jul 1994 09:21:47 -0400\r\n${message}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 x\r\nAction: failed\r\n` +
        'Final-Recipient: rfc822; a@example.org\r\nOriginal-Recipient: rfc822; b@example.org\r\n',
    );
    expect([codes(parsed), addresses(parsed)]).toEqual([[], ['a@example.org']]);
  });
});

describe('types and values that are off', () => {
  const read = (line: string): unknown => {
    const parsed = parseDeliveryStatus(`${message}X: y\r\n${recipient('a')}${line}\r\n`);
    return [parsed.recipients[0]?.remoteMta, parsed.issues.map(({ code, line: at, field }) => [code, at, field])];
  };
  it('RFC 3464 §2.1: a byte order mark does not cost the first field', () => {
    const text = 'Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; u@x\r\nAction: failed\r\nStatus: 5.1.1\r\n';
    const unmarked = parseDeliveryStatus(text);
    const marked = parseDeliveryStatus(`\uFEFF${text}`);
    expect(codes(marked)).toEqual([['byte-order-mark', 1]]);
    expect({ ...marked, issues: [] }).toEqual({ ...unmarked, issues: [] });
    expect(parseFields(`\uFEFF${text}`).fields[0]?.name).toBe('Reporting-MTA');
    expect(parseDeliveryStatus(`\uFEFF\uFEFF${text}`)).toEqual(marked);
  });

  it('RFC 3464 §2.1: behind a byte order mark alone no line lacks its end', () => {
    expect(codes(parseDeliveryStatus('\uFEFF'))).toEqual([
      ['byte-order-mark', 1],
      ['missing-field', 1],
      ['no-recipients', 1],
    ]);
  });

  it.each([
    ['Remote-MTA: Boondoggle.GOV', '', 'Boondoggle.GOV', ['missing-type']],
    ['Remote-MTA: The email account; gone', '', 'The email account; gone', ['missing-type']],
    ['Remote-MTA: "a;b"@example', '', '"a;b"@example', ['missing-type']],
    ['Remote-MTA: ; x', '', '; x', ['missing-type']],
    ['Remote-MTA: (a; b) (c', '', '(a; b) (c', ['missing-type']],
    ['Remote-MTA: (a; b) c', '', '(a; b) c', ['missing-type']],
    ['Remote-MTA:', '', '', ['missing-value']],
    ['Remote-MTA: dns;', 'dns', '', ['missing-value']],
    ['Remote-MTA: (a;) dns (b) ;\t(c) d', 'dns', '(c) d', []],
    ['Remote-MTA: dns\t;d', 'dns', 'd', []],
  ])('RFC 3464 §2.1.2 R3464-2.1.2-a: %j', (line, type, value, issues) => {
    expect(read(line)).toEqual([{ type, value }, issues.map((code) => [code, 7, 'Remote-MTA'])]);
  });

  it.each([
    ['Action: failed to deliver', 'failed', 'to deliver', ['text-after-action']],
    ['Action: failed\r\n\tto  deliver', 'failed', 'to deliver', ['text-after-action']],
    ['Action: failed (no end', 'failed', 'no end', ['unclosed-comment']],
    ['Action: transferred', undefined, undefined, ['tracking-action']],
    ['Action: OPAQUE', undefined, undefined, ['tracking-action']],
    ['Action: failure (sic)', undefined, 'sic', ['unknown-action']],
    ['Action:', undefined, undefined, ['missing-value']],
    ['Action: (only)', undefined, 'only', ['unknown-action']],
    ['Action: (=?iso-8859-1?Q?gr=F6=DFe?=) delayed', 'delayed', 'größe', []],
  ])('RFC 3464 §2.3.3 R3464-2.3.3-b R3886-3.3.3-a: %j', (line, action, comment, issues) => {
    const parsed = parseDeliveryStatus(plain.replace('Action: failed', line));
    expect([parsed.recipients[0]?.action, parsed.recipients[0]?.actionComment, codes(parsed)]).toEqual([
      action,
      comment,
      issues.map((code) => [code, 4]),
    ]);
  });

  it.each([
    ['8 Jul 94 09:21:47 EDT', '1994-07-08T13:21:47.000Z', ['obsolete-date']],
    ['Thu, 8 Jul 1994 09:21:47 -0400', '1994-07-08T13:21:47.000Z', ['wrong-weekday']],
    ['Thu, 8 Jul 94 09:21:47 EDT', '1994-07-08T13:21:47.000Z', ['wrong-weekday', 'obsolete-date']],
    ['yesterday', undefined, ['bad-date']],
    ['', undefined, ['missing-value']],
  ])('RFC 3464 §2.2.5 R3464-2.1.3-a R1123-5.2.14-a: Arrival-Date: %s', (value, iso, issues) => {
    const parsed = parseDeliveryStatus(plain.replace(message, `Arrival-Date: ${value}\r\n${message}`));
    expect([parsed.message.arrivalDate?.toISOString(), codes(parsed)]).toEqual([iso, issues.map((code) => [code, 1])]);
  });

  it.each([
    ['until;2012-05-08T08:00:00Z', []],
    ['FOR;1', []],
    ['for;0', ['bad-future-release']],
    ['tomorrow', ['bad-future-release']],
  ])('RFC 4865 §5.1.2: Future-Release-Request: %s', (value, issues) => {
    const parsed = parseDeliveryStatus(plain.replace(message, `Future-Release-Request: ${value}\r\n${message}`));
    expect([parsed.message.futureReleaseRequest, codes(parsed)]).toEqual([value, issues.map((code) => [code, 1])]);
  });

  it('RFC 6533 §4.1 R6533-4.1-f R6533-4.1-g: Localized-Diagnostic without a diagnostic, without or with a repeated language', () => {
    const parsed = parseGlobalDeliveryStatus(
      `${plain}Localized-Diagnostic: de; a\r\nLocalized-Diagnostic: DE; b\r\nLocalized-Diagnostic: no language\r\n`,
    );
    expect(parsed.recipients[0]?.localizedDiagnostics).toEqual([
      { language: 'de', text: 'a' },
      { language: 'DE', text: 'b' },
      { language: '', text: 'no language' },
    ]);
    expect(codes(parsed)).toEqual([
      ['bad-language', 8],
      ['localized-without-diagnostic', 8],
      ['duplicate-language', 8],
    ]);
  });

  it('RFC 3464 §2.3.9 R3464-2.3.9-b: Will-Retry-Until where nobody will retry', () => {
    const text = `${plain}Will-Retry-Until: Fri, 08 Jul 1994 09:21:47 -0400\r\n`;
    expect(codes(parseDeliveryStatus(text))).toEqual([['retry-date-without-delay', 6]]);
    expect(codes(parseDeliveryStatus(text.replace('failed', 'delayed')))).toEqual([]);
    expect(codes(parseDeliveryStatus(text.replace('failed', 'lost')))).toEqual([['unknown-action', 4]]);
  });

  it('RFC 3464 §2.1: characters beyond ASCII are at home in the global type only', () => {
    const text = plain.replace('a@', 'jos\u00e9@');
    expect(codes(parseDeliveryStatus(text))).toEqual([['non-ascii', 3]]);
    expect(parseDeliveryStatus(text).recipients[0]?.finalRecipient?.value).toBe('jos\u00e9@example.org');
  });

  it('RFC 6533 §4.1 R6533-4.1-i R6533-4.1-a R6533-4.1-b: UTF-8 in any text, but in addresses under type utf-8 only', () => {
    const text = `${plain.replace('a@', 'jos\u00e9@')}Diagnostic-Code: smtp; 550 gr\u00f6\u00dfe\r\n`;
    expect(codes(parseGlobalDeliveryStatus(text))).toEqual([['non-ascii-type', 3]]);
    expect(codes(parseGlobalDeliveryStatus(text.replace('rfc822', 'UTF-8')))).toEqual([]);
  });

  it('RFC 5322 §2.2: control characters are named and kept', () => {
    const parsed = parseDeliveryStatus(plain.replace('a@', 'a\0@').replace('mx', 'm\u001bx'));
    expect([codes(parsed), addresses(parsed)]).toEqual([
      [
        ['control-character', 1],
        ['control-character', 3],
      ],
      ['a\0@example.org'],
    ]);
  });
});

describe('groups that are off', () => {
  const two = `${message}${recipient('a')}${recipient('b')}`;
  const both = ['a@example.org', 'b@example.org'];

  it('RFC 3464 §2.3: another address behind one of which nothing is told is another recipient', () => {
    const other = parseDeliveryStatus(`${message}\r\nFinal-Recipient: rfc822; a@example.org\r\n${recipient('b')}`);
    expect(addresses(other)).toEqual(both);
  });

  it('RFC 3464 §2.3: the same address behind a whole group is reported once more', () => {
    const again = parseDeliveryStatus(`${message}${recipient('a')}${recipient('a').trimStart()}`);
    expect([codes(again), addresses(again)]).toEqual([[['missing-blank-line', 6]], ['a@example.org', 'a@example.org']]);
  });

  it('RFC 3464 §2.3.1: behind a whole group another original address begins the next one, also for the same final address', () => {
    const original = (name: string) => `Original-Recipient: rfc822; ${name}@example.org`;
    const first = recipient('a').trimStart();
    const again = parseDeliveryStatus(`${message}\r\n${first}${original('c')}\r\n${first}`);
    expect(again.recipients.map(({ originalRecipient }) => originalRecipient?.value)).toEqual([
      undefined,
      'c@example.org',
    ]);
    expect(addresses(again)).toEqual(['a@example.org', 'a@example.org']);
  });

  it('RFC 3464 §2 R3464-2-k R3461-5.2.8-a R3464-2.3-a: several recipients', () => {
    const parsed = parseDeliveryStatus(two);
    expect([codes(parsed), addresses(parsed)]).toEqual([[], both]);
  });

  it.each([
    [
      'no blank line before a recipient',
      two.replace('\r\n\r\nFinal-Recipient: rfc822; b', '\r\nFinal-Recipient: rfc822; b'),
      [['missing-blank-line', 6]],
    ],
    ['no blank line after the message', two.replace('net\r\n\r\n', 'net\r\n'), [['missing-blank-line', 2]]],
    [
      'no blank line at all',
      two.replaceAll('\r\n\r\n', '\r\n'),
      [
        ['missing-blank-line', 2],
        ['missing-blank-line', 5],
      ],
    ],
    [
      'many blank lines',
      two.replaceAll('\r\n\r\n', '\r\n\r\n \r\n\r\n'),
      [
        ['extra-blank-line', 2],
        ['extra-blank-line', 8],
      ],
    ],
    [
      'an address said twice',
      two.replace('Action', 'Final-Recipient: RFC822;A@Example.org\r\nAction'),
      [['duplicate-field', 4]],
    ],
    [
      'an address said twice, with a blank line in between',
      two.replace('Action', '\r\nFinal-Recipient: rfc822; a@example.org\r\nAction'),
      [
        ['stray-blank-line', 4],
        ['duplicate-field', 5],
      ],
    ],
    [
      'an address said twice, with where it was sent in between',
      two.replace(
        'Action',
        'Original-Recipient: rfc822; c@d.example\r\nFinal-Recipient: rfc822; a@example.org\r\nAction',
      ),
      [['duplicate-field', 5]],
    ],
    [
      'an address said twice, and no blank line',
      two
        .replace('\r\n\r\nFinal-Recipient: rfc822; b', '\r\nFinal-Recipient: rfc822; b')
        .replace('Action', 'Final-Recipient: rfc822; a@example.org\r\nAction'),
      [
        ['duplicate-field', 4],
        ['missing-blank-line', 7],
      ],
    ],
    ['a blank line first', `\r\n${two}`, [['extra-blank-line', 1]]],
    ['blank lines last', `${two}\r\n\r\n`, [['extra-blank-line', 10]]],
    ['no line end', two.trimEnd(), [['missing-final-line-end', 9]]],
    ['a blank line inside a recipient', two.replace('Status', '\r\nStatus'), [['stray-blank-line', 5]]],
    [
      'a recipient in pieces',
      two.replace(/Action: failed\r\nStatus/, '\r\nAction: failed\r\n\r\nStatus'),
      [
        ['stray-blank-line', 4],
        ['stray-blank-line', 6],
      ],
    ],
    ['a blank line inside the message', `X-A: b\r\n\r\n${two}`, [['stray-blank-line', 2]]],
    [
      'a blank line and an extension',
      two.replace('5.1.1\r\n\r\n', '5.1.1\r\n\r\nX-Y: z\r\n\r\n'),
      [['stray-blank-line', 6]],
    ],
    [
      'message torn, recipient joined',
      `X-A: b\r\n\r\n${two.replace('net\r\n\r\n', 'net\r\n')}`,
      [
        ['stray-blank-line', 2],
        ['missing-blank-line', 4],
      ],
    ],
    ['text instead of a group', two.replace('net\r\n\r\n', 'net\r\n\r\nsome words\r\n\r\n'), [['not-a-field', 3]]],
    [
      'a field of the message too late',
      `${two}\r\nArrival-Date: Fri, 08 Jul 1994 09:21:47 -0400\r\n`,
      [
        ['stray-blank-line', 10],
        ['misplaced-field', 11],
      ],
    ],
  ])('RFC 3464 §2.1 R3464-2.3-a R3464-2.1-c: %s', (_, text, issues) => {
    const parsed = parseDeliveryStatus(text);
    expect(addresses(parsed)).toEqual(both);
    expect(parsed.recipients.map(({ action, status }) => [action, status])).toEqual([
      ['failed', '5.1.1'],
      ['failed', '5.1.1'],
    ]);
    expect([...(codes(parsed) as unknown[])].sort()).toEqual([...issues].sort());
  });

  it('RFC 3464 §2.3: an extension may be the first field of the first recipient', () => {
    const { message, recipients, issues } = parseDeliveryStatus(two.replaceAll('Final', 'X-A: b\r\nFinal'));
    expect(message).not.toHaveProperty('extensions');
    expect(recipients.map(({ extensions }) => extensions?.map(({ value }) => value))).toEqual([['b'], ['b']]);
    expect(issues).toEqual([]);
  });

  it.each([
    [
      'Original before Final',
      'Original-Recipient: rfc822; x\r\nFinal-Recipient: rfc822; a\r\nAction: failed\r\nStatus: 5.0.0\r\nOriginal-Recipient: rfc822; y\r\nFinal-Recipient: rfc822; b\r\nAction: delayed\r\nStatus: 4.0.0\r\n',
      [
        ['x', 'a', 'failed'],
        ['y', 'b', 'delayed'],
      ],
    ],
    [
      'Original in the second one only',
      'Final-Recipient: rfc822; a\r\nAction: failed\r\nStatus: 5.0.0\r\nOriginal-Recipient: rfc822; y\r\nFinal-Recipient: rfc822; b\r\nAction: delayed\r\nStatus: 4.0.0\r\n',
      [
        [undefined, 'a', 'failed'],
        ['y', 'b', 'delayed'],
      ],
    ],
    [
      'Action before Final',
      'Action: failed\r\nFinal-Recipient: rfc822; a\r\nStatus: 5.0.0\r\nAction: delayed\r\nFinal-Recipient: rfc822; b\r\nStatus: 4.0.0\r\n',
      [
        [undefined, 'a', 'failed'],
        [undefined, 'b', 'delayed'],
      ],
    ],
    [
      'Action and Original before Final',
      'Final-Recipient: rfc822; a\r\nAction: failed\r\nStatus: 5.0.0\r\nAction: delayed\r\nOriginal-Recipient: rfc822; y\r\nFinal-Recipient: rfc822; b\r\nStatus: 4.0.0\r\n',
      [
        [undefined, 'a', 'failed'],
        ['y', 'b', 'delayed'],
      ],
    ],
    [
      'Final only',
      'Final-Recipient: rfc822; a\r\nFinal-Recipient: rfc822; b\r\n',
      [
        [undefined, 'a', undefined],
        [undefined, 'b', undefined],
      ],
    ],
  ])('RFC 3464 §2.3: recipients run together: %s', (_, body, expected) => {
    const { recipients } = parseDeliveryStatus(`${message}\r\n${body}`);
    expect(
      recipients.map(({ originalRecipient, finalRecipient, action }) => [
        originalRecipient?.value,
        finalRecipient?.value,
        action,
      ]),
    ).toEqual(expected);
  });

  it('RFC 3464 §2.2 R3464-2.2-a R3464-2.2.1-e R3464-2-j: of a field that stands twice the first one counts', () => {
    const parsed = parseDeliveryStatus(
      `${message}reporting-mta: dns; other.example\r\nOriginal-Envelope-Id: 1\r\nOriginal-Envelope-Id: 2\r\n${recipient('a')}Action: delayed\r\n`,
    );
    expect(parsed.message).toMatchObject({ reportingMta: { value: 'mx.example.net' }, originalEnvelopeId: '1' });
    expect(parsed.recipients[0]?.action).toBe('failed');
    expect(codes(parsed)).toEqual([
      ['duplicate-field', 2],
      ['duplicate-field', 4],
      ['duplicate-field', 9],
    ]);
  });

  it('RFC 3464 §2.2: a field of the message among those of a recipient speaks for the message, once', () => {
    const parsed = parseDeliveryStatus(`${recipient('a').trimStart()}${message}${message}`);
    expect(parsed.message.reportingMta).toEqual({ type: 'dns', value: 'mx.example.net' });
    expect(parsed.issues).toMatchObject([
      {
        code: 'misplaced-field',
        line: 4,
        field: 'Reporting-MTA',
        clause: 'RFC 3464 §2.2',
        repaired: 'read as a field of the message',
      },
      { code: 'misplaced-field', line: 5, repaired: 'left out' },
    ]);
  });

  it('RFC 3464 §2.3.2 R3464-2.2.2-a R3464-2.3.2-a R3464-2.3.3-a R3464-2.3.4-a: what is missing is named, the rest is read', () => {
    const parsed = parseDeliveryStatus(
      `X-A: b\r\n\r\nOriginal-Recipient: rfc822; x@example.org\r\n${recipient('b')}\r\nAction: failed\r\nFinal-Recipient: rfc822; c@example.org\r\n`,
    );
    expect(parsed.recipients).toHaveLength(2);
    expect(parsed.issues.map(({ code, line, field, clause }) => [code, line, field, clause])).toEqual([
      ['stray-blank-line', 4, undefined, 'RFC 3464 §2.3'],
      ['missing-field', 9, 'Status', 'RFC 3464 §2.3.4'],
      ['missing-field', 1, 'Reporting-MTA', 'RFC 3464 §2.2.2'],
    ]);
  });

  it('RFC 3464 §2.1 R3464-2.1-d: a body without recipients, and one without anything', () => {
    expect(codes(parseDeliveryStatus(message))).toEqual([['no-recipients', 1]]);
    expect(codes(parseDeliveryStatus(''))).toEqual([
      ['missing-field', 1],
      ['no-recipients', 1],
    ]);
    expect(codes(parseDeliveryStatus('\r\n'))).toEqual([
      ['extra-blank-line', 1],
      ['missing-field', 1],
      ['no-recipients', 1],
    ]);
  });

  it('RFC 3464 §2.3: two defective recipients stay two', () => {
    const parsed = parseDeliveryStatus(
      `${message}\r\nOriginal-Recipient: rfc822; a\r\nAction: failed\r\n\r\nFinal-Recipient: rfc822; b\r\nAction: delayed\r\n`,
    );
    expect(parsed.recipients.map(({ action }) => action)).toEqual(['failed', 'delayed']);
  });
});

describe('more than any report has', () => {
  const many = 'X: y\r\n'.repeat(60_000);

  it('RFC 6533 §7: of extensions a hundred thousand are read, of recipients all', () => {
    const text = `${plain}${many}${recipient('b')}${many}${recipient('c')}`;
    const { recipients, issues } = parseDeliveryStatus(text);
    expect(recipients.map(({ extensions = [] }) => extensions.length)).toEqual([60_000, 40_000, 0]);
    expect(recipients.map(({ status }) => status)).toEqual(['5.1.1', '5.1.1', '5.1.1']);
    expect(issues.map(({ code }) => code)).toEqual(['too-many-fields']);
  });

  it('RFC 6533 §7: what is left out of a block is there when the report is written again', () => {
    const text = `${plain}${many}${many}`;
    const parsed = parseDeliveryStatus(text);
    expect(parsed.issues.map(({ code }) => code)).toEqual(['too-many-fields']);
    expect(formatDeliveryStatus(parsed)).toBe(text);
  });
});

describe('the strict gate', () => {
  it('RFC 3464 §2: throws with everything that stands against the document', () => {
    const one = parseDeliveryStatus(plain.replace('5.1.1', 'x'));
    expect(fault(() => assertDeliveryStatus(one))).toEqual(['not-conforming', 0]);
    expect(() => assertDeliveryStatus(one)).toThrow('line 5: Status: not an enhanced status code, RFC 3464 §2.3.4');
    const more = parseDeliveryStatus('junk');
    expect(() => assertDeliveryStatus(more)).toThrow(
      expect.objectContaining({
        issues: more.issues,
        message: expect.stringMatching(/^line 1: a line that is not a field, .* \(and 3 more\)$/),
      }),
    );
  });
});
