import { spawnSync } from 'node:child_process';
import type { Action } from '@dsnkit/delivery-status';
import type { Outcome } from '@dsnkit/dsn-policy';
import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { decodeHeaderText, parseReport } from '@dsnkit/multipart-report';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLanguages } from './language.ts';
import { composeReport, type ComposedReport, type ReportInput, type ReportedRecipient } from './compose.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(content);

const original = octets(
  [
    'Received: from pc.example.org by mx.example.org; Wed, 18 Nov 2026 11:06:40 +0000',
    'Message-ID: <original@example.org>',
    'References: <first@example.org>',
    'Subject: Lunch',
    'Date: Wed, 18 Nov 2026 12:06:39 +0100',
    'From: Alice <alice@example.org>',
    '',
    'At noon?',
    '',
  ].join('\r\n'),
);

const arrivedAtMs = Date.UTC(2026, 10, 18, 11, 6, 40);

const message: ReportInput['message'] = {
  id: 'Q1',
  reversePath: 'Alice@Example.org',
  mailParameters: 'RET=FULL ENVID=a+20b+2Bc',
  arrivedAtMs,
  origin: 'smtp',
  client: { name: 'PC.Example.org', address: '192.0.2.7' },
  sizeOctets: original.length,
};

type Entry = ReportInput['entries'][number];
type Remote = NonNullable<Outcome['remote']>;

/** One recipient of a report; `outcome` need not repeat the action. */
function entry(
  address: string,
  action: Action,
  outcome: Partial<Outcome> = {},
  parameters = '',
  more: Partial<ReportedRecipient> = {},
): Entry {
  const rcpt = readRcptParameters(parseParameters(parameters), undefined, { smtputf8: true });
  const kind = { kind: action, ...(action === 'relayed' && { nextHopSupportsDsn: false }), ...outcome } as Outcome;
  return { recipient: { address, rcpt, ...more }, action, outcome: kind };
}

const noSuchUser: Remote = { mta: 'mx.example.com', lines: ['550-5.1.1 <bob>: no such user', '550 5.1.1 (see help)'] };
const bob = entry('Bob@example.com', 'failed', {
  status: '5.1.1',
  remote: noSuchUser,
  lastAttempt: new Date(arrivedAtMs + 1000),
});

function compose(input: Partial<ReportInput> = {}): ComposedReport {
  const composed = composeReport({
    message,
    entries: [bob],
    returned: 'full-message',
    original,
    hostname: 'mx.example.org',
    nowMs: arrivedAtMs + 2000,
    reportId: 'R7',
    style: { languages: makeLanguages(), html: false },
    ...input,
  });
  if (composed === undefined) throw new Error('no report');
  return composed;
}

/** Reads a report with our own parser, which must find nothing to complain of. */
function read({ content }: ComposedReport) {
  const report = parseReport(content);
  expect(report?.issues).toEqual([]);
  expect(report?.deliveryStatus?.issues).toEqual([]);
  if (report?.deliveryStatus === undefined) throw new Error('no delivery status');
  const header = Object.fromEntries(report.headers.map(({ name, value }) => [name, value]));
  return { ...report, ...report.deliveryStatus, header, human: report.humanReadable.text ?? '' };
}

/** What holds for every report, whatever went in. */
function expectMailable({ content, message: envelope }: ComposedReport): void {
  const whole = text(content);
  // One check for all lines: each costs more than what it looks at.
  expect(whole.split('\r\n').filter((line) => /[\r\n\0]/.test(line) || octets(line).length > 998)).toEqual([]);
  if (!/\bBODY=8BITMIME\b/.test(envelope.mailParameters)) expect(whole).not.toMatch(/[^\u0000-\u007f]/);
  expect(envelope.sizeOctets).toBe(content.length);
}

describe('the envelope of a report', () => {
  it('RFC 3461 §6.1 R3461-6.1-a R3461-6.1-b R3461-6.1-c R3461-6.1-d R3461-6.1-e R3464-2-i1 R3464-2-i3: from <> to the MAIL address, NOTIFY=NEVER, no RET, not the ENVID', () => {
    const composed = compose();
    expect(composed.message).toMatchObject({ id: 'R7', reversePath: '', mailParameters: '', origin: 'report' });
    expect(composed.recipient).toMatchObject({ n: 0, address: 'Alice@Example.org', parameters: 'NOTIFY=NEVER' });
  });

  it('RFC 5321 §6.1: a source route is left out', () => {
    const composed = compose({ message: { ...message, reversePath: '@relay.example:Alice@Example.org' } });
    expect(composed.recipient.address).toBe('Alice@Example.org');
    expect(read(composed).header['To']).toBe('<Alice@Example.org>');
  });

  it('RFC 8689 §5 R8689-5-a: REQUIRETLS is carried over, requests to hold are not', () => {
    const composed = compose({
      message: { ...message, mailParameters: 'REQUIRETLS HOLDFOR=60 MT-PRIORITY=3' },
      returned: 'headers',
    });
    expect(composed.message.mailParameters).toBe('REQUIRETLS MT-PRIORITY=3');
  });

  it('RFC 3461 §5.2 R3461-5.2-a: nothing is reported to a null reverse-path', () => {
    expect(
      composeReport({
        message: { ...message, reversePath: '' },
        entries: [bob],
        returned: 'headers',
        original,
        hostname: 'mx.example.org',
        nowMs: 0,
        reportId: 'R7',
        style: { languages: makeLanguages(), html: false },
      }),
    ).toBeUndefined();
  });
});

describe('the header of a report', () => {
  it.each([
    ['Mail Delivery System', 'Mail Delivery System'],
    ['Acme, Inc. (mail)', '"Acme, Inc. (mail)"'],
    ['The "Post"', '"The \\"Post\\""'],
    ['Müller, Söhne', 'Müller, Söhne'],
  ])('RFC 5322 §3.2.3: a sender of the name %s is one mailbox', (sender, name) => {
    const texts = { ...makeLanguages().standard, sender };
    const { header } = read(compose({ style: { languages: { standard: texts, byTag: new Map() }, html: false } }));
    expect(decodeHeaderText(header['From'] ?? '')).toBe(`${name} <MAILER-DAEMON@mx.example.org>`);
  });

  it('RFC 3464 §2 R3464-2-f R3464-2-g: To is the envelope return address, From leads to a person', () => {
    const { header } = read(compose());
    expect(header['To']).toBe('<Alice@Example.org>');
    expect(header['From']).toBe('Mail Delivery System <MAILER-DAEMON@mx.example.org>');
    expect(header['Date']).toBe('Wed, 18 Nov 2026 11:06:42 +0000');
    expect(header['Message-ID']).toBe('<R7@mx.example.org>');
    expect(header['MIME-Version']).toBe('1.0');
  });

  it('RFC 3834 §5.2 R3834-5.2-a R3834-5.2-b: auto-replied, never auto-generated', () => {
    expect(read(compose()).header['Auto-Submitted']).toBe('auto-replied');
  });

  it('RFC 3834 §3.1.6 R3834-3.1.6-a: stands in the thread of the message', () => {
    const { header } = read(compose());
    expect(header['In-Reply-To']).toBe('<original@example.org>');
    expect(header['References']).toBe('<first@example.org> <original@example.org>');
  });

  it.each<[string, ReportInput['entries']]>([
    ['Not delivered: Bob@example.com', [bob]],
    ['Delayed: a@x.example', [entry('a@x.example', 'delayed')]],
    ['Delivered: a@x.example', [entry('a@x.example', 'delivered')]],
    ['Passed on: a@x.example', [entry('a@x.example', 'relayed')]],
    ['Passed on to several: a@x.example', [entry('a@x.example', 'expanded')]],
    ['Delivered: 2 recipients', [entry('a@x.example', 'delivered'), entry('b@x.example', 'delivered')]],
    [
      'Delivery report: 1 not delivered, 2 delivered',
      [entry('a@x.example', 'delivered'), bob, entry('b@x.example', 'delivered')],
    ],
  ])('Subject: %s', (subject, entries) => {
    expect(read(compose({ entries, returned: 'headers' })).header['Subject']).toBe(subject);
  });
});

describe('the parts of a report', () => {
  it('RFC 3461 §6.2 R3461-6.2-a R3461-6.2-b R3461-6.2-c R3464-2-a R3464-2-b R3464-2-c R6522-3-a: multipart/report of delivery-status: text, status, message', () => {
    const composed = compose();
    const report = read(composed);
    expect(report).toMatchObject({ kind: 'dsn', reportType: 'delivery-status' });
    expect(report.header['Content-Type']).toMatch(/^multipart\/report; report-type=delivery-status; boundary="/);
    expect([...text(composed.content).matchAll(/^Content-Type: ([^;\r]+)/gm)].map((match) => match[1])).toEqual([
      'multipart/report',
      'text/plain',
      'message/delivery-status',
      'message/rfc822',
    ]);
  });

  it('RFC 3461 §6.2 R3461-6.2-d: the whole message comes back octet by octet', () => {
    const { returned } = read(compose());
    expect(returned).toMatchObject({
      kind: 'message',
      mediaType: 'message/rfc822',
      messageId: '<original@example.org>',
    });
    expect(text(returned!.octets)).toBe(text(original));
  });

  it('RFC 6522 §4 R6522-4-a R3461-6.2-g: the header alone is text/rfc822-headers', () => {
    const { returned } = read(compose({ returned: 'headers' }));
    expect(returned).toMatchObject({ kind: 'headers', mediaType: 'text/rfc822-headers' });
    expect(text(returned!.octets)).toBe(text(original).slice(0, text(original).indexOf('\r\n\r\n') + 2));
  });

  it('RFC 2046 §5.1 R2046-5.1-a: a message that holds the boundary to be expected gets another', () => {
    const composed = compose({
      original: octets(`${text(original)}--=_R7_0.\r\n--=_R7_1.--\r\n`),
      entries: [entry('a@x.example', 'failed', { remote: { mta: 'mx', lines: ['550 --=_R7_2.--'] } })],
    });
    const { returned, recipients } = read(composed);
    expect(recipients).toHaveLength(1);
    expect(text(returned!.octets)).toContain('\r\n--=_R7_1.--\r\n');
  });

  it('RFC 2045 §6.2: 8-bit content goes back as it came if it came with BODY=8BITMIME, else its header', () => {
    const eightBit = octets(`${text(original)}Grüße\r\n`);
    const declared = compose({ original: eightBit, message: { ...message, mailParameters: 'BODY=8BITMIME' } });
    expect(declared.message.mailParameters).toBe('BODY=8BITMIME');
    expect(read(declared).returned).toMatchObject({ kind: 'message' });
    expect(text(read(declared).returned!.octets)).toBe(text(eightBit));
    const undeclared = compose({ original: eightBit });
    expect(undeclared.message.mailParameters).toBe('');
    expect(read(undeclared).returned).toMatchObject({ kind: 'headers' });
    expectMailable(undeclared);
  });
});

describe('the machine part of a report', () => {
  it('RFC 3461 §6.3 R3461-6.3-a1 R3461-6.3-a3 R3461-6.3-b1 R3461-6.3-b2 R3464-2.2.4-a R3464-2.2.4-b R3464-2.2.5-a: of the message', () => {
    expect(read(compose()).message).toMatchObject({
      originalEnvelopeId: 'a b+c',
      reportingMta: { type: 'dns', value: 'mx.example.org' },
      receivedFromMta: { type: 'dns', value: 'PC.Example.org (192.0.2.7)' },
      arrivalDate: new Date(arrivedAtMs),
      extensions: [{ name: 'X-Dsnkit-Queue-Id', value: 'Q1' }],
    });
  });

  it('RFC 3461 §6.3(a) R3461-6.3-a2: no ENVID, no Original-Envelope-Id', () => {
    const { message: fields } = read(compose({ message: { ...message, mailParameters: '' } }));
    expect(fields.originalEnvelopeId).toBeUndefined();
  });

  it('RFC 3461 §6.3(b) R3461-6.3-b3 R3461-6.3-b4: a name that is no full DNS name is not of type dns', () => {
    expect(read(compose({ hostname: 'localhost' })).message.reportingMta).toEqual({
      type: 'x-local-hostname',
      value: 'localhost',
    });
  });

  it('RFC 3461 §6.3 R3461-6.3-e1 R3461-6.3-e2 R3461-6.3-f R3461-6.3-g1 R3461-6.3-h R3461-6.3-i R3461-9.2-d: of a recipient that a remote system refused', () => {
    const composed = compose();
    expect(read(composed).recipients).toMatchObject([
      {
        finalRecipient: { type: 'rfc822', value: 'Bob@example.com' },
        action: 'failed',
        status: '5.1.1',
        remoteMta: { type: 'dns', value: 'mx.example.com' },
        lastAttemptDate: new Date(arrivedAtMs + 1000),
      },
    ]);
    expect(text(composed.content)).toContain(
      'Diagnostic-Code: smtp; 550-5.1.1 <bob>: no such user\r\n 550 5.1.1 (see help)\r\n',
    );
  });

  it('RFC 3464 §2.3.5 R3464-2.3.5-b: without a remote system neither Remote-MTA nor Diagnostic-Code', () => {
    const entries = [
      entry('a@x.example', 'failed', { status: '5.4.4' }, '', { reason: 'none of the hosts has an address' }),
    ] as const;
    const [fields] = read(compose({ entries })).recipients;
    expect(fields).not.toHaveProperty('remoteMta');
    expect(fields).not.toHaveProperty('diagnosticCode');
  });

  it('RFC 3461 §6.3(d) R3461-6.3-d1 R3461-6.3-d2: Original-Recipient if, and only if, ORCPT was received, decoded once', () => {
    const entries = [entry('a@x.example', 'failed', {}, 'ORCPT=RFC822;B+2B2B@y.example'), bob] as const;
    const composed = compose({ entries });
    expect(text(composed.content)).toContain('Original-Recipient: RFC822; B+2B@y.example\r\n');
    expect(read(composed).recipients[1]).not.toHaveProperty('originalRecipient');
  });

  it('RFC 3461 §6.2: what to do about a full mailbox behind an alias is the same as about any', () => {
    const human = (status: '5.1.1' | '5.2.2') =>
      read(
        compose({ entries: [entry('target@y.example', 'failed', { status }, '', { shownAs: 'alias@x.example' })] }),
      ).human.replaceAll(/\s+/g, ' ');
    expect(human('5.2.2')).toContain('Tell the recipient in another way that the mailbox is full');
    expect(human('5.1.1')).toContain('Tell the owner of the address');
  });

  it('RFC 3461 §4.2: the address to which the sender wrote stands beside the one that was accepted if it is another', () => {
    const human = (orcpt: string) =>
      read(compose({ entries: [entry('bob@y.example', 'failed', {}, `ORCPT=rfc822;${orcpt}`)] })).human;
    expect(human('b.smith@x.example')).toMatch(/bob@y\.example\s+\(you wrote to b\.smith@x\.example\)/);
    expect(human('bob@y.example')).not.toContain('you wrote to');
  });

  it('RFC 3463 §3.3: a mailbox that is switched off for now may be on again, one that is off for good will not', () => {
    const human = (action: Action, status: '4.2.1' | '5.2.1') =>
      read(compose({ entries: [entry('bob@y.example', action, { status })] })).human.replaceAll(/\s+/g, ' ');
    expect(human('delayed', '4.2.1')).not.toContain('Sending the message again unchanged will not help.');
    expect(human('failed', '5.2.1')).toContain('Sending the message again unchanged will not help.');
  });

  it('RFC 3464 §2.3.2 R3464-2.3.2-b: after an alias the address that was accepted is named', () => {
    const entries = [entry('target@y.example', 'failed', {}, '', { shownAs: 'Alias@x.example' })] as const;
    const composed = compose({ entries });
    expect(read(composed).recipients).toMatchObject([{ finalRecipient: { value: 'Alias@x.example' } }]);
    expect(text(composed.content)).not.toContain('target@y.example');
    expect(read(composed).human).toContain('Mail to this address is forwarded to another,');
  });

  it('RFC 3464 §2.3.9 R3464-2.3.9-a R3464-2.3.9-b: Will-Retry-Until for delayed recipients only', () => {
    const retryUntil = new Date(arrivedAtMs + 432_000_000);
    const entries = [
      entry('a@x.example', 'delayed', { retryUntil }),
      entry('b@x.example', 'failed', { retryUntil }),
    ] as const;
    const { recipients } = read(compose({ entries }));
    expect(recipients[0]).toMatchObject({ action: 'delayed', willRetryUntil: retryUntil });
    expect(recipients[1]).not.toHaveProperty('willRetryUntil');
  });

  it('RFC 3461 §5.2.8 R3461-5.2.8-a R3461-5.2.8-b R3464-2-k: several recipients share a report, in their order, and nobody else is in it', () => {
    const entries = [entry('a@x.example', 'delivered'), bob, entry('c@x.example', 'relayed')] as const;
    const composed = compose({ entries, returned: 'headers' });
    const { recipients } = read(composed);
    expect(recipients.map(({ finalRecipient }) => finalRecipient?.value)).toEqual([
      'a@x.example',
      'Bob@example.com',
      'c@x.example',
    ]);
    const addresses = new Set(text(composed.content).match(/[\w.-]+@(?:x\.example|example\.com)/g));
    expect(addresses).toEqual(new Set(['a@x.example', 'Bob@example.com', 'c@x.example']));
  });
});

describe('the human part of a report', () => {
  it('RFC 6522 §3 R6522-3-e: says whose message, who did not get it, why, what to do, and what the remote system said', () => {
    expect(read(compose()).human).toBe(
      `This is the mail system at mx.example.org. It reports on your message:

    Subject: Lunch
    Sent: Wednesday, November 18, 2026 at 12:06 GMT+01:00

Your message could not be delivered to:

  Bob@example.com

      There is no mailbox with this name at that domain. Sending the
      message again unchanged will not help. (Status code 5.1.1)

      What you can do: Check the address for mistakes in its spelling,
      or ask the recipient for the right one.

      The mail system mx.example.com said:

          550-5.1.1 <bob>: no such user
          550 5.1.1 (see help)

Attached are the details in a form for mail programs, and your message
or its header. Nobody reads replies to this report but the postmaster.
`,
    );
  });

  it('delayed: until when, and that nothing need be done', () => {
    const retryUntil = new Date(arrivedAtMs + 432_000_000);
    const { human } = read(
      compose({
        entries: [
          entry('a@x.example', 'delayed', { retryUntil, status: '4.4.1' }, '', {
            reason: 'mx.x.example did not answer',
          }),
        ],
      }),
    );
    expect(human).toContain(
      'has not been delivered yet to:\n\n  a@x.example\n\n      There is nothing that you need to do: this server keeps trying\n      until Monday, November 23, 2026 at 12:06 GMT+01:00.',
    );
    expect(human).toContain('In detail: mx.x.example did not answer.');
    expect(human).not.toContain('What you can do');
  });

  it('relayed: that no further report may come; expanded: passed on to several', () => {
    const { human } = read(compose({ entries: [entry('a@x.example', 'relayed'), entry('b@x.example', 'expanded')] }));
    expect(human).toContain('you may get no\n      further report');
    expect(human).toContain('passed on to the several recipients behind:\n\n  b@x.example');
  });

  it('RFC 5321 §4.2.5 R5321-4.2.5-c: a failure of class 4 is told as given up', () => {
    const { human } = read(compose({ entries: [entry('a@x.example', 'failed', { status: '4.4.1' })] }));
    expect(human).toContain('has tried since Wednesday, November 18, 2026 at 12:06\n      GMT+01:00 and');
  });

  it('recipients of whom the same is to be said stand together', () => {
    const same = { status: '5.4.4' } as const;
    const { human } = read(
      compose({ entries: [entry('a@x.example', 'failed', same), entry('b@x.example', 'failed', same), bob] }),
    );
    expect(human).toContain('\n  a@x.example\n  b@x.example\n\n      ');
    expect(human.match(/What you can do/g)).toHaveLength(2);
  });

  it('the address that the sender had given stands beside another one', () => {
    const { human } = read(compose({ entries: [entry('a@x.example', 'failed', {}, 'ORCPT=rfc822;before@x.example')] }));
    expect(human).toContain('  a@x.example\n  (you wrote to before@x.example)\n');
  });

  it('a header without subject and date is no trouble', () => {
    const { human } = read(compose({ original: octets('X: y\r\n\r\n') }));
    expect(human).toMatch(
      /^This is the mail system at mx.example.org. It reports on a message that\nyou sent.\n\nYour message/,
    );
    read(compose({ original: new Uint8Array(), returned: 'headers' }));
  });

  it('each status code that exists has advice of one paragraph', () => {
    for (let subject = 0; subject <= 8; subject++) {
      for (let detail = 0; detail <= 40; detail++) {
        for (const digit of [4, 5] as const) {
          const { human } = read(
            compose({ entries: [entry('a@x.example', 'failed', { status: `${digit}.${subject}.${detail}` })] }),
          );
          expect(human).toMatch(/ {6}What you can do: [A-Z][^\n]+/);
        }
      }
    }
  });
});

describe('advice in the human part of a report', () => {
  const human = (status: `5.${number}.${number}`) =>
    read(compose({ entries: [entry('a@x.example', 'failed', { status })] })).human.replace(/\s+/g, ' ');

  it.each(['5.2.2', '5.3.1', '5.4.7', '5.7.28'] as const)(
    'RFC 3463 §2: %s: to send the message again is not called useless and advised at once',
    (status) => {
      expect(human(status)).toMatch(/This may be temporary\..* What you can do: .*[Ss]end .* again/);
      expect(human(status)).not.toContain('will not help');
    },
  );

  it('RFC 4954 §6: a login that failed on the way was that of a server, not of the sender', () => {
    expect(human('5.7.8')).toContain('What you can do: The sending server is not set up well: tell your postmaster');
  });
});

describe('addresses beyond ASCII', () => {
  const zoë = entry('zoë@bücher.example', 'failed', { status: '5.1.1' }, 'ORCPT=utf-8;zo\\x{EB}@x.example');
  const utf8Original = octets('Subject: Grüße\r\nFrom: zoë@example.org\r\n\r\nHallo\r\n');

  it('RFC 6533 §4.5: a message that came with SMTPUTF8 is reported in the global forms', () => {
    const composed = compose({
      entries: [zoë],
      original: utf8Original,
      message: { ...message, reversePath: 'ä@example.org', mailParameters: 'SMTPUTF8 BODY=8BITMIME' },
    });
    expect(composed.message.mailParameters).toBe('BODY=8BITMIME SMTPUTF8');
    const report = read(composed);
    expect(report.reportType).toBe('global-delivery-status');
    expect(report.header['To']).toBe('<ä@example.org>');
    expect(report.header['Subject']).toBe('Not delivered: zoë@bücher.example');
    expect(report.recipients).toMatchObject([
      {
        originalRecipient: { type: 'utf-8', value: 'zoë@x.example' },
        finalRecipient: { type: 'utf-8', value: 'zoë@bücher.example' },
      },
    ]);
    expect(report.returned?.mediaType).toBe('message/global');
    expectMailable(composed);
  });

  it('RFC 6533 §3 R6533-3-f: to others they are written in ASCII, in a report of 7 bits', () => {
    const composed = compose({ entries: [zoë], returned: 'headers' });
    expect(composed.message.mailParameters).toBe('');
    expect(text(composed.content)).toContain('Final-Recipient: utf-8; zo\\x{EB}@b\\x{FC}cher.example\r\n');
    expect(read(composed).human).toContain('  zoë@bücher.example\n  (you wrote to zoë@x.example)');
    expectMailable(composed);
  });

  it('RFC 6531 §3.4: a return path beyond ASCII asks for SMTPUTF8, though nothing else of the report does', () => {
    const composed = compose({ message: { ...message, reversePath: 'ä@example.org', mailParameters: 'SMTPUTF8' } });
    expect(composed.message.mailParameters).toContain('SMTPUTF8');
    expect(composed.recipient.address).toBe('ä@example.org');
    expect(read(composed).header['To']).toBe('<ä@example.org>');
  });

  it('the address behind an alias asks for nothing: the report does not name it', () => {
    const behind = entry('zoë@y.example', 'failed', { status: '5.1.1' }, '', { shownAs: 'alias@x.example' });
    const composed = compose({ entries: [behind], message: { ...message, mailParameters: 'SMTPUTF8' } });
    expect(composed.message.mailParameters).toBe('');
    expect(read(composed).reportType).toBe('delivery-status');
    expect(text(composed.content)).not.toContain('y.example');
  });

  it('a message with SMTPUTF8 that did not need it is reported in plain form', () => {
    const composed = compose({ message: { ...message, mailParameters: 'SMTPUTF8' } });
    expect(composed.message.mailParameters).toBe('');
    expect(read(composed).reportType).toBe('delivery-status');
  });
});

describe('hostile text', () => {
  const evil = [
    '550 5.1.1 no\r\nFinal-Recipient: rfc822; evil@x.example',
    '550 nul\u0000 esc\u001b[2J',
    `550 ${'x'.repeat(100_000)}`,
    `550 ${'ü'.repeat(50_000)}`,
    '550 \ud800 \u202e reversed',
    'no reply at all',
    '',
  ];

  it.each(evil)('RFC 5322 §2.2 R5322-2.2-a R5322-2.1.1-a: in a remote reply is harmless: %.40j', (line) => {
    for (const parameters of ['', 'BODY=8BITMIME', 'SMTPUTF8']) {
      const composed = compose({
        entries: [entry('a@x.example', 'failed', { remote: { mta: 'mx\r\nX: y', lines: [line, line] } })],
        message: { ...message, mailParameters: parameters, client: { name: 'a\r\nX: y', address: '::1\r\n' } },
      });
      expectMailable(composed);
      const { recipients, headers } = read(composed);
      expect(recipients).toHaveLength(1);
      expect(recipients[0]?.finalRecipient?.value).toBe('a@x.example');
      expect(headers.filter(({ name }) => name === 'X')).toEqual([]);
      expect(composed.content.length).toBeLessThan(20_000);
    }
  });

  it('a reply of very many lines is shortened', () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `550-${i}`);
    const composed = compose({
      entries: [entry('a@x.example', 'failed', { remote: { mta: 'mx.x', lines: [...lines, '550 last'] as [string] } })],
    });
    expect(composed.content.length).toBeLessThan(10_000);
    expect(read(composed).recipients[0]?.diagnosticCode).toMatchObject({
      type: 'smtp',
      value: expect.stringMatching(/^550-0 .* 550 last$/),
    });
  });

  it('what turns the direction of writing reaches neither subject nor words', () => {
    const turned = '\u202eturned';
    const remote: Remote = { mta: `mx${turned}`, lines: [`550 5.1.1 ${turned}`] };
    const composed = compose({
      entries: [entry(`a${turned}@x.example`, 'failed', { remote }, 'ORCPT=utf-8;b\\x{202E}turned@x.example')],
      message: { ...message, mailParameters: 'SMTPUTF8' },
      style: { languages: makeLanguages(), html: true },
    });
    const { human, humanReadable, header } = read(composed);
    const shown = [human, humanReadable.html ?? '', decodeHeaderText(header['Subject'] ?? '')];
    for (const each of shown) expect(each).not.toContain('\u202e');
    for (const each of ['a?turned', 'b?turned', 'mx?turned', '550 5.1.1 ?turned']) expect(human).toContain(each);
  });

  it('our own words on the trouble stand in the machine part in ASCII', () => {
    const composed = compose({ entries: [entry('a@x.example', 'failed', {}, '', { reason: 'café\r\nX: y' })] });
    expect(text(composed.content)).toContain('\r\nX-Dsnkit-Reason: caf? X: y\r\n');
  });

  it('an ORCPT that no line can hold is left out, the rest is told', () => {
    const orcpt = `ORCPT=utf-8;${'ü'.repeat(240)}@x.example`;
    const composed = compose({ entries: [entry('a@x.example', 'failed', {}, orcpt)] });
    expectMailable(composed);
    expect(read(composed).recipients).toMatchObject([{ finalRecipient: { value: 'a@x.example' } }]);
  });

  it('whatever strangers say, the report stays well-formed', () => {
    const word = fc.string({ unit: 'binary', maxLength: 120 });
    const nasty = fc.oneof(word, fc.stringMatching(/^[ -~\r\n\t()<>@;:\\"=?]{0,80}$/), fc.constantFrom(...evil));
    const remote = fc.record({ mta: nasty, lines: fc.tuple(nasty, nasty) });
    fc.assert(
      fc.property(
        fc.option(remote, { nil: undefined }),
        nasty,
        nasty,
        fc.constantFrom('', 'SMTPUTF8', 'BODY=8BITMIME'),
        fc.constantFrom('en', 'de', 'ja', 'ar'),
        (remote, header, reason, parameters, language) => {
          const composed = compose({
            entries: [entry('a@x.example', 'failed', remote === undefined ? {} : { remote }, '', { reason })],
            style: { languages: makeLanguages(), html: true },
            original: octets(
              `Content-Language: ${language}\r\nSubject: ${header}\r\nMessage-ID: ${header}\r\nReferences: ${reason}\r\n\r\nx`,
            ),
            message: { ...message, mailParameters: parameters, client: { name: header, address: reason } },
          });
          expectMailable(composed);
          expect(read(composed).recipients).toHaveLength(1);
        },
      ),
      // Some of what strangers say here is 100 000 octets long.
      { numRuns: 15 },
    );
  });
});

describe('Python’s email package', () => {
  const script = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(m.iter_parts())
groups = [dict(g.items()) for g in parts[1].get_payload()]
print(json.dumps({'type': m.get_content_type(), 'report': m.get_param('report-type'), 'parts': [p.get_content_type() for p in parts],
  'text': parts[0].get_content().replace('\\r\\n', '\\n'), 'groups': groups, 'defects': [str(d) for p in m.walk() for d in p.defects],
  'to': str(m['To']), 'subject': str(m['Subject'])}))`;
  const alternatives = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
part = list(m.iter_parts())[0]
parts = list(part.iter_parts())
print(json.dumps({'language': part['Content-Language'], 'types': [p.get_content_type() for p in parts],
  'texts': [p.get_content().replace('\\r\\n', '\\n') for p in parts], 'defects': [str(d) for p in m.walk() for d in p.defects]}))`;
  const python = spawnSync('python3', ['-c', '0']).status === 0;

  it.skipIf(!python)('RFC 3464 §2: reads the same from a report (skipped where there is no python3)', () => {
    const entries = [bob, entry('zoë@x.example', 'delayed'), entry('c@x.example', 'delivered')] as const;
    const composed = compose({ entries });
    const run = spawnSync('python3', ['-c', script], { input: composed.content, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const seen = JSON.parse(run.stdout) as { groups: Record<string, string>[] };
    expect(seen).toMatchObject({
      type: 'multipart/report',
      report: 'delivery-status',
      parts: ['text/plain', 'message/delivery-status', 'message/rfc822'],
      text: read(composed).human,
      defects: [],
      to: 'Alice@Example.org',
      subject: 'Delivery report: 1 not delivered, 1 delayed, 1 delivered',
    });
    expect(seen.groups.map((group) => group['Action'])).toEqual([undefined, 'failed', 'delayed', 'delivered']);
    expect(seen.groups[0]?.['Original-Envelope-Id']).toBe('a b+c');
  });

  it.skipIf(!python).each(['de', 'ja', 'ar'])('RFC 6522 §3 R6522-3-g: reads both renderings in %s', (language) => {
    const composed = compose({
      style: { languages: makeLanguages(), html: true },
      original: octets(`Content-Language: ${language}\r\n${text(original)}`),
    });
    const run = spawnSync('python3', ['-c', alternatives], { input: composed.content, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const { humanReadable } = read(composed);
    expect(JSON.parse(run.stdout)).toEqual({
      language,
      types: ['text/plain', 'text/html'],
      texts: [humanReadable.text, humanReadable.html],
      defects: [],
    });
  });
});

describe('the language of a report', () => {
  const style = { languages: makeLanguages(), html: true };
  const entries: ReportInput['entries'] = [
    bob,
    entry('zoë@x.example', 'failed', { status: '4.4.7' }, 'ORCPT=rfc822;old@x.example', { reason: 'no answer came' }),
    entry('c@x.example', 'delayed', { status: '4.2.2', retryUntil: new Date(arrivedAtMs + 432_000_000) }),
    entry('d@x.example', 'delayed', {}),
    entry('e@x.example', 'expanded'),
    entry('f@x.example', 'relayed', { remote: { mta: 'mx.example.com', lines: ['250 2.0.0 taken'] } }),
    entry('g@x.example', 'delivered'),
    entry('t@y.example', 'failed', { status: '5.1.1' }, '', { shownAs: 'alias@x.example' }),
  ];
  const written = (language: string, parameters = '', own: Partial<ReportInput> = {}) =>
    compose({
      entries,
      style,
      returned: 'headers',
      original: octets(`Content-Language: ${language}\r\n${text(original)}`),
      message: { ...message, mailParameters: parameters },
      ...own,
    });

  it.each(['en', 'de', 'fr', 'es', 'ja', 'ru', 'ar'])(
    'RFC 6522 §3 R6522-3-e R6522-3-f R6522-3-g: %s, plain and HTML, on each kind of way back',
    (language) => {
      for (const parameters of ['', 'BODY=8BITMIME', 'SMTPUTF8']) {
        const composed = written(language, parameters);
        expectMailable(composed);
        const report = read(composed);
        expect(report.humanReadable.language).toBe(language);
        expect(report.recipients).toHaveLength(entries.length);
        const { html = '' } = report.humanReadable;
        expect(html).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
        for (const address of ['Bob@example.com', 'zoë@x.example', 'c@x.example', 'alias@x.example', 'old@x.example']) {
          expect(report.human).toContain(address);
          expect(html).toContain(address);
        }
        expect(html).toContain('550-5.1.1 &lt;bob&gt;: no such user\n550 5.1.1 (see help)</pre>');
        expect(text(composed.content)).not.toMatch(/(?<!x)\{\w+\}/);
        expect(`${report.human}${html}`).not.toMatch(/undefined|\[object/);
      }
    },
  );

  it.each(['ja', 'ru', 'ar'])('%s: nothing else than the words of remote systems is English', (language) => {
    const { human } = read(written(language));
    const rest = human
      .replace(/[\w.+-]+@[\w.-]+|zoë@x\.example|mx\.example\.(?:com|org)|Lunch|GMT|UTC/g, '')
      .replace(/^ {10}.*$/gm, '');
    expect(rest).not.toMatch(/[A-Za-z]/);
  });

  it('our own English words on the trouble stand in the machine part, and in English text', () => {
    const composed = written('de');
    expect(read(composed).human).not.toContain('no answer came');
    expect(text(composed.content)).toContain('\r\nX-Dsnkit-Reason: no answer came\r\n');
    expect(read(written('en')).human).toContain('In detail: no answer came.');
  });

  it('RFC 2047 §5: the name in From and the subject are encoded words, the address is as it is', () => {
    const composed = written('ja', '', { entries: [bob] });
    expect(text(composed.content)).toMatch(/^From: =\?utf-8\?B\?[\w+/=]+\?=\r\n <MAILER-DAEMON@mx\.example\.org>\r\n/);
    expect(decodeHeaderText(read(composed).header['Subject'] ?? '')).toBe('配送できませんでした: Bob@example.com');
  });

  it('a message that needed no SMTPUTF8 gets a report that needs none, whatever its language', () => {
    expect(written('ja', 'SMTPUTF8 BODY=8BITMIME', { entries: [bob] }).message.mailParameters).toBe('');
    expect(written('ja', 'SMTPUTF8').message.mailParameters).toBe('BODY=8BITMIME SMTPUTF8');
  });

  it('HTML: words of strangers are escaped, and no part of the markup', () => {
    const evil = `<script>alert("1")</script> & ' <!--`;
    const composed = compose({
      style,
      entries: [entry(`"<b>"@x.example`, 'failed', { remote: { mta: '<i>', lines: [`550 ${evil}`] } })],
      original: octets(`Subject: ${evil}\r\n\r\n`),
    });
    const { html = '' } = read(composed).humanReadable;
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39; &lt;!--');
    expect(html).not.toMatch(/<script|<i>|<!--|<b>"/);
    expect(html.match(/<(\w+)[^>]*>/g)?.length).toBeLessThan(40);
  });

  it('dates are told on the clock of the sender, as far as the message tells it', () => {
    const late = entry('c@x.example', 'delayed', { retryUntil: new Date(Date.UTC(2026, 10, 23, 23, 30)) });
    const told = (date: string) =>
      read(compose({ entries: [late], original: octets(`Content-Language: de\r\nDate: ${date}\r\n\r\n`) })).human;
    expect(told('Wed, 18 Nov 2026 12:06:39 +0100')).toMatch(/24\. November 2026 (?:um )?00:30\s+GMT\+01:00/);
    expect(told('Wed, 18 Nov 2026 06:36:39 -0430')).toMatch(/23\. November 2026 (?:um )?19:00\s+GMT-04:30/);
    expect(told('yesterday')).toMatch(/Gesendet: yesterday\n[^]*23\. November 2026 (?:um )?23:30/);
    expect(told('Wed, 18 Nov 2026 12:06:39 +9959')).toContain('23');
  });
});
