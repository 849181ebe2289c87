import type { Action } from '@dsnkit/delivery-status';
import type { Outcome } from '@dsnkit/dsn-policy';
import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { composeReport, type ReportInput } from './compose.ts';
import { makeLanguages } from './language.ts';

/*
 * The reports of this server, as they stand on the wire, against the clauses on those who generate them. What the packages
 * show of themselves is not repeated; this is what comes out when they are put together.
 */

const arrivedAtMs = Date.UTC(2026, 10, 18, 11, 6, 40);
const original = new TextEncoder().encode(
  'Received: from a by b; Wed, 18 Nov 2026 11:06:40 +0000\r\nDKIM-Signature: v=1;\r\n b=abc\r\nSubject: Lunch\r\n\r\nAt noon?\r\n',
);

type Entry = ReportInput['entries'][number];

function entry(address: string, action: Action, outcome: Partial<Outcome> = {}, parameters = '', reason = ''): Entry {
  const rcpt = readRcptParameters(parseParameters(parameters), undefined, { smtputf8: true });
  const kind = { kind: action, ...(action === 'relayed' && { nextHopSupportsDsn: false }), ...outcome } as Outcome;
  return { recipient: { address, rcpt, ...(reason === '' ? {} : { reason }) }, action, outcome: kind };
}

interface Change {
  readonly entries?: readonly [Entry, ...Entry[]];
  readonly parameters?: string;
  readonly hostname?: string;
  readonly returned?: ReportInput['returned'];
}

const failed = entry('Bob@Example.com', 'failed', {
  ...{ status: '5.1.1', lastAttempt: new Date(arrivedAtMs + 1000) },
  remote: { mta: 'MX.example.com', lines: ['550 5.1.1 <Bob>: no (such) user'], recipient: 'bob@internal.example' },
});

function compose({
  entries = [failed],
  parameters = '',
  hostname = 'MX.Example.org',
  returned = 'headers',
}: Change = {}) {
  const report = composeReport({
    message: {
      ...{ id: 'Q1', reversePath: 'alice@example.org', mailParameters: parameters, arrivedAtMs },
      ...{ origin: 'smtp', sizeOctets: original.length, client: { name: 'PC.example.org', address: '192.0.2.7' } },
    },
    ...{ entries, returned, original, hostname, nowMs: arrivedAtMs + 2000, reportId: 'R1' },
    style: { languages: makeLanguages(), html: true },
  })!;
  const text = new TextDecoder().decode(report.content);
  const parsed = parseReport(report.content)!;
  expect(parsed.issues).toEqual([]);
  return { ...report, text, parsed, machine: machinePart(text) };
}

/** The body of message/delivery-status or message/global-delivery-status. */
function machinePart(text: string): string {
  const [, body = ''] =
    /\r\nContent-Type: message\/(?:global-)?delivery-status\r\n(?:Content-[^\r]*\r\n)*\r\n([^]*?)\r\n--=_R1/.exec(
      text,
    ) ?? [];
  return body;
}

describe('the machine part on the wire', () => {
  it('RFC 3464 §2.2 R3464-2.2-b R3464-2.3-b R3464-2.1-e R3464-2.3-a R3464-2.3-c R3464-2.2.1-b R3464-2.2.1-f R3464-2.2.2-a R3464-2.2.2-e R3464-2.2.3-b R3464-2.2.5-b R3464-2.3.2-a R3464-2.3.2-e R3464-2.3.3-a R3464-2.3.4-a R3464-2.3.6-b R3464-2.3.6-e R3464-2.3.7-c R3464-2.3.9-c R3464-2.4-d R3464-2.4-e R3461-9.1-a R3461-9.2-a R3461-9.2-c R3461-6.3-j: in full', () => {
    const delayed = entry(
      'Carol@Example.com',
      'delayed',
      { status: '4.4.1', lastAttempt: new Date(arrivedAtMs), retryUntil: new Date(arrivedAtMs + 432_000_000) },
      'ORCPT=rfc822;Carol+2B1@Example.com',
      'the host did not answer',
    );
    const { machine } = compose({ entries: [failed, delayed], parameters: 'ENVID=QQ+2B3a' });
    expect(machine.replaceAll('\r\n', '\n')).toBe(`Original-Envelope-Id: QQ+3a
Reporting-MTA: dns; MX.Example.org
Received-From-MTA: dns; PC.example.org (192.0.2.7)
Arrival-Date: Wed, 18 Nov 2026 11:06:40 +0000
X-Dsnkit-Queue-Id: Q1

Final-Recipient: rfc822; Bob@Example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; MX.example.com
Diagnostic-Code: smtp; 550 5.1.1 <Bob>: no (such) user
Last-Attempt-Date: Wed, 18 Nov 2026 11:06:41 +0000
SMTP-Remote-Recipient: bob@internal.example

Original-Recipient: rfc822; Carol+1@Example.com
Final-Recipient: rfc822; Carol@Example.com
Action: delayed
Status: 4.4.1
Last-Attempt-Date: Wed, 18 Nov 2026 11:06:40 +0000
Will-Retry-Until: Mon, 23 Nov 2026 11:06:40 +0000
X-Dsnkit-Reason: the host did not answer
`);
    expect(machine.split('\r\n').join('')).not.toMatch(/[\r\n]/);
  });

  it('RFC 3464 §3 R3464-3-b R3464-3-c R3464-2.2.1-c R3464-2.3.1-c R3464-2.3.7-b: nothing is told that is not known', () => {
    const { machine } = compose({ entries: [entry('b@x.example', 'failed')] });
    expect(machine.match(/^[A-Za-z-]+(?=:)/gm)).toEqual([
      ...['Reporting-MTA', 'Received-From-MTA', 'Arrival-Date', 'X-Dsnkit-Queue-Id'],
      ...['Final-Recipient', 'Action', 'Status'],
    ]);
  });

  it.each([
    '"odd addr"@x.example',
    '"a\\ b"@x.example',
    'UPPER@X.Example',
    "!#$%&'*+-/=?^_`{|}~@x.example",
    'plus+C3+A9@x.example',
    '"(no comment)"@x.example',
  ])('RFC 3464 §2.3.2 R3464-2.3.2-d R3464-2.3.2-e R3461-9.1-c: the address is told as it was: %s', (address) => {
    expect(compose({ entries: [entry(address, 'failed')] }).machine).toContain(
      `\r\nFinal-Recipient: rfc822; ${address}\r\n`,
    );
  });

  it('RFC 3464 §2.1.1 R3464-2.1.1-e R6532-3.4-a: a long reply is folded, and no word of it is lost', () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `550${i === 39 ? ' ' : '-'}5.7.1 line ${i} ${'reason '.repeat(60)}`,
    );
    const [first = '', ...rest] = lines;
    const remote = { mta: 'mx.example.com', lines: [first, ...rest] as const };
    const { machine, parsed } = compose({
      entries: [entry('b@x.example', 'failed', { remote: { ...remote, lines: [first, ...rest] } })],
    });
    for (const line of machine.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
    const value = parsed.deliveryStatus?.recipients[0]?.diagnosticCode?.value ?? '';
    expect(value.replace(/\s+/g, ' ').trim()).toBe(lines.join(' ').replace(/\s+/g, ' ').trim());
  });

  it.each([
    ['554 no', '5.0.0'],
    ['552 5.2.2 full', '5.2.2'],
    ['550 5.7.26 unauthenticated', '5.7.26'],
    ['550 5.01.1 leading zero', /^5\.(?!01)\d+\.\d+$/],
    ['550 2.0.0 wrong class', /^5\.\d+\.\d+$/],
    ['550 5.1.1234 too long', /^5\.\d{1,3}\.\d{1,3}$/],
  ])(
    'RFC 3464 §2.3.4 R3461-6.3-g2 R3464-2.3.4-b R3464-2.3.4-c R3464-2.3.4-d R3463-2-b R3463-2-c: the status of %j',
    (line, status) => {
      const remote = { mta: 'mx.example.com', lines: [line] as [string] };
      const { parsed } = compose({ entries: [entry('b@x.example', 'failed', { remote })] });
      const told = parsed.deliveryStatus?.recipients[0]?.status ?? '';
      expect(told).toMatch(/^[245]\.(?:0|[1-9]\d{0,2})\.(?:0|[1-9]\d{0,2})$/);
      if (typeof status === 'string') expect(told).toBe(status);
      else expect(told).toMatch(status);
    },
  );

  it('RFC 3464 §2.3.3 R3464-2.3.3-b: actions are in lower case, and these five', () => {
    const actions: Action[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];
    const [first, ...rest] = actions.map((action) => entry(`${action}@x.example`, action));
    const { machine } = compose({ entries: [first!, ...rest] });
    expect([...machine.matchAll(/^Action: (.*)\r$/gm)].map((match) => match[1])).toEqual(actions);
  });

  it.each([
    ['mx.example.org', 'dns; mx.example.org'],
    ['[192.0.2.1]', 'dns; [192.0.2.1]'],
    ['localhost', 'x-local-hostname; localhost'],
  ])('RFC 3461 §9.3 R3461-9.3-a R3461-9.3-b: %s is told as %s', (hostname, told) => {
    expect(compose({ hostname }).machine).toContain(`Reporting-MTA: ${told}\r\n`);
  });

  it('RFC 2852 §5 R2852-5-a, RFC 4865 §5.1.2 R4865-5.1.2-a R4865-5.1.1-a, RFC 6710 §4.6 R6710-4.6-a: what the message asked of time', () => {
    const { machine, message } = compose({ parameters: 'BY=3600;R HOLDFOR=60 MT-PRIORITY=3' });
    expect(machine).toContain(
      'Arrival-Date: Wed, 18 Nov 2026 11:06:40 +0000\r\nDeliver-By-Date: Wed, 18 Nov 2026 12:06:40 +0000\r\nFuture-Release-Request: for;60\r\n',
    );
    expect(message.mailParameters).toBe('MT-PRIORITY=3');
  });
});

describe('the container on the wire', () => {
  it('RFC 6522 §3 R6522-3-d R6522-3-i R6522-3-b R3464-2.1-b R2045-4-a R2045-6.4-a R2046-5.1.1-a R2046-5.1.1-f: three parts in their order, of 7 bits', () => {
    const { text, parsed } = compose();
    expect(text.match(/^MIME-Version: 1\.0\r$/gm)).toHaveLength(1);
    const boundary =
      /^Content-Type: multipart\/report; report-type=delivery-status;\r\n boundary="([^"]{1,70})"\r$/m.exec(text)?.[1];
    const parts = text.split(`\r\n--${boundary ?? ''}`).slice(1);
    expect(parts.map((part) => /Content-Type: ([^;\r]+)/.exec(part)?.[1])).toEqual([
      'multipart/alternative',
      'message/delivery-status',
      'text/rfc822-headers',
      undefined,
    ]);
    expect(parts[1]).not.toMatch(/Content-Transfer-Encoding|charset/);
    expect(parts.at(-1)).toBe('--\r\n');
    expect(text.slice(0, text.indexOf('\r\n\r\n'))).not.toContain('Content-Transfer-Encoding');
    expect(parsed.kind).toBe('dsn');
  });

  it('RFC 6522 §4 R6522-4-c R6522-4-d: all of the header comes back, under a type without parameters', () => {
    const { text, parsed } = compose();
    expect(text).toContain('\r\nContent-Type: text/rfc822-headers\r\n\r\nReceived: from a by b;');
    expect(new TextDecoder().decode(parsed.returned?.octets)).toBe(
      'Received: from a by b; Wed, 18 Nov 2026 11:06:40 +0000\r\nDKIM-Signature: v=1;\r\n b=abc\r\nSubject: Lunch\r\n',
    );
  });

  it('RFC 2046 §5.2.1 R2046-5.2.1-a: message/rfc822 is never encoded', () => {
    const { text } = compose({ returned: 'full-message' });
    expect(text).toContain('\r\nContent-Type: message/rfc822\r\n\r\nReceived: ');
  });
});

describe('UTF-8 on the wire', () => {
  const zoë = entry(
    'zoe\u0301@example.com',
    'failed',
    { remote: { mta: 'mx.example.com', lines: ['550 5.1.1 größe'] } },
    'ORCPT=utf-8;zoe\\x{301}@example.com',
  );

  it('RFC 6533 §4.1 R6533-3-h R6533-3-o R6533-4.1-d R6533-4.1-e R6533-6.4-a R6532-3.1-a: in the global form addresses are told as people write them, normalised by nobody', () => {
    const { text, machine } = compose({ entries: [zoë], parameters: 'SMTPUTF8' });
    expect(text).toContain('Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n');
    expect(machine).toContain(
      'Original-Recipient: utf-8; zoe\u0301@example.com\r\nFinal-Recipient: utf-8; zoe\u0301@example.com\r\n',
    );
    expect(machine).not.toContain('\\x{');
  });

  it('RFC 6533 §3 R6533-3-p: what says utf-8 and is not is copied as it came', () => {
    const odd = entry('b@x.example', 'failed', {}, 'ORCPT=utf-8;a+2Bb@x.example');
    expect(compose({ entries: [odd] }).machine).toContain('Original-Recipient: utf-8; a+2Bb@x.example\r\n');
  });

  it('RFC 6533 §6.2 R6533-4.1-c R6533-6.2-a: without SMTPUTF8 nothing in the machine part is beyond ASCII', () => {
    expect(compose({ entries: [zoë] }).machine).not.toMatch(/[^\u0000-\u007f]/);
  });
});
