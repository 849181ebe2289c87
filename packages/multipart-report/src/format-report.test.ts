import { assertDeliveryStatus, parseDeliveryStatus, type DeliveryStatus } from '@dsnkit/delivery-status';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crlf, report as message, STATUS, text, utf8 } from '../test/helpers.ts';
import { deriveBoundary } from './boundary.ts';
import { ReportError } from './error.ts';
import { formatReport, type Report } from './format-report.ts';
import { parseReport } from './report.ts';

const STATUS_OBJECT: DeliveryStatus = assertDeliveryStatus(parseDeliveryStatus(STATUS.replaceAll('\n', '\r\n')));
const ORIGINAL = crlf('Message-ID: <m1@example.org>\nReceived: from a\n by b\nSubject: hello\n\nbody\n');
const REPORT: Report = {
  headers: [
    { name: 'From', value: 'Mail Delivery System <postmaster@mx.example.net>' },
    { name: 'To', value: 'alice@example.org' },
    { name: 'Date', value: 'Mon, 20 Feb 2012 10:00:00 +0000' },
    { name: 'Message-ID', value: '<dsn-1@mx.example.net>' },
    { name: 'Subject', value: 'Delivery failed' },
    { name: 'In-Reply-To', value: '<m1@example.org>' },
    { name: 'References', value: '<m0@example.org> <m1@example.org>' },
  ],
  humanReadable: { text: 'Your message could not be delivered.\n' },
  deliveryStatus: STATUS_OBJECT,
  returned: { kind: 'message', octets: ORIGINAL },
};
const boundary = '=_b1';

function write(change: Partial<Report> = {}, options: Partial<Parameters<typeof formatReport>[1]> = {}): string {
  return text(formatReport({ ...REPORT, ...change }, { boundary, ...options }));
}

function without(key: keyof Report): Report {
  return Object.fromEntries(Object.entries(REPORT).filter(([name]) => name !== key)) as unknown as Report;
}

/** A group as it is new, not as it was read. */
function status(finalRecipient: string, type = 'utf-8'): DeliveryStatus {
  const [recipient] = STATUS_OBJECT.recipients;
  const { action, status: code } = recipient;
  const fresh = { action, status: code };
  return {
    message: { reportingMta: { type: 'dns', value: 'mx.example.net' } },
    recipients: [{ ...fresh, finalRecipient: { type, value: finalRecipient } }],
  };
}

describe('a whole report', () => {
  it('RFC 6522 §3 R3464-2-a R3464-2-b R3464-2-c R3464-2-d R3461-6.2-a R3461-6.2-b R3461-6.2-c R6522-3-a R6522-3-b R6522-3-i R2045-4-a R2046-5.1.1-a R2046-5.1.1-f R3834-5.2-b R3464-2.1-a R3464-2.1-b: octet by octet', () => {
    expect(write()).toBe(
      [
        'From: Mail Delivery System <postmaster@mx.example.net>',
        'To: alice@example.org',
        'Date: Mon, 20 Feb 2012 10:00:00 +0000',
        'Message-ID: <dsn-1@mx.example.net>',
        'Subject: Delivery failed',
        'In-Reply-To: <m1@example.org>',
        'References: <m0@example.org> <m1@example.org>',
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status;',
        ' boundary="=_b1"',
        '',
        '--=_b1',
        'Content-Type: text/plain; charset=us-ascii',
        '',
        'Your message could not be delivered.',
        '',
        '--=_b1',
        'Content-Type: message/delivery-status',
        '',
        ...STATUS.split('\n'),
        '--=_b1',
        'Content-Type: message/rfc822',
        '',
        ...text(ORIGINAL).split('\r\n'),
        '--=_b1--',
        '',
      ].join('\r\n'),
    );
  });

  it('RFC 6522 §3 R3461-4.3-b R6522-3-j: two parts, or the header alone', () => {
    const two = without('returned');
    expect(parseReport(formatReport(two, { boundary }))?.returned).toBeUndefined();
    const headers = parseReport(utf8(write({ returned: { kind: 'headers', octets: ORIGINAL } })))!.returned!;
    expect(headers).toMatchObject({ mediaType: 'text/rfc822-headers', kind: 'headers', messageId: '<m1@example.org>' });
    expect(text(headers.octets)).toBe(text(ORIGINAL).replace('\r\nbody\r\n', ''));
  });

  it('RFC 6522 §3 R3461-6.2-d R2046-5.1.1-c: what was written is read again, octet by octet', () => {
    const parsed = parseReport(utf8(write()));
    expect(parsed).toMatchObject({ kind: 'dsn', humanReadable: REPORT.humanReadable, issues: [] });
    expect(parsed?.returned?.octets).toEqual(ORIGINAL);
    expect(text(formatReport(parsed!, { boundary }))).toBe(write());
  });

  it('RFC 2046 §5.1 R2046-5.1-a: refuses a boundary that a part holds; deriveBoundary finds one that none holds', () => {
    const taken = utf8('Subject: x\r\n\r\n--=_b1\r\n');
    const returned = { kind: 'message', octets: taken } as const;
    expect(() => write({ returned })).toThrow(expect.objectContaining({ code: 'boundary-collision' }) as ReportError);
    const free = deriveBoundary('b1', [taken]);
    expect(parseReport(utf8(write({ returned }, { boundary: free })))?.returned?.octets).toEqual(taken);
  });

  it('RFC 8098 §3: disposition notification', () => {
    const rest = without('deliveryStatus');
    const fields = [
      { name: 'Final-Recipient', value: 'rfc822;a@example.com' },
      { name: 'Disposition', value: 'manual-action/MDN-sent-manually; displayed' },
    ];
    const parsed = parseReport(formatReport({ ...rest, mdn: { fields } }, { boundary }));
    expect(parsed).toMatchObject({
      kind: 'mdn',
      reportType: 'disposition-notification',
      mdn: { disposition: { type: 'displayed' } },
      issues: [],
    });
  });

  it('RFC 5965 §2: feedback report, which answers nobody', () => {
    const rest = without('deliveryStatus');
    const fields = [
      { name: 'Feedback-Type', value: 'abuse' },
      { name: 'User-Agent', value: 'X/1' },
      { name: 'Version', value: '1' },
    ];
    const parsed = parseReport(formatReport({ ...rest, feedback: { fields } }, { boundary }));
    expect(parsed).toMatchObject({
      kind: 'feedback',
      reportType: 'feedback-report',
      feedback: { feedbackType: 'abuse' },
      issues: [],
    });
    expect(parsed?.headers.map(({ name }) => name)).not.toContain('Auto-Submitted');
  });
});

describe('the message header', () => {
  const [from, to, date] = REPORT.headers;
  it.each<[string, Report['headers'], string]>([
    ['RFC 5322 §3.6: From is missing', [to!, date!], 'missing-field'],
    ['RFC 5322 §3.6: Date is missing', [from!, to!], 'missing-field'],
    ['RFC 5322 §3.6: two of a field', [from!, date!, from!], 'duplicate-field'],
    [
      'RFC 3834 §5.2 R3834-5.2-a: auto-generated',
      [from!, date!, { name: 'Auto-Submitted', value: 'auto-generated' }],
      'bad-auto-submitted',
    ],
    [
      'RFC 5322 §2.2: a line more',
      [from!, date!, { name: 'Subject', value: 'x\r\nBcc: y@example.org' }],
      'control-character',
    ],
  ])('%s throws', (_, headers, code) => {
    expect(() => write({ headers })).toThrow(expect.objectContaining({ code }) as ReportError);
  });

  it('RFC 3834 §5.2 R3834-5.2-b: auto-replied may be given, with parameters; repeated fields may repeat', () => {
    const headers = [
      from!,
      date!,
      { name: 'Auto-Submitted', value: 'auto-replied (failure)' },
      { name: 'X-Trace', value: 'a' },
      { name: 'X-Trace', value: 'b' },
    ];
    expect(write({ headers }).match(/^(?:Auto-Submitted|X-Trace): .*$/gm)).toHaveLength(3);
  });

  it('RFC 2045 §4 R2045-4-a: fields on how the message is built are written anew', () => {
    const headers = [
      ...REPORT.headers,
      { name: 'Content-Type', value: 'text/plain' },
      { name: 'MIME-version', value: '2' },
      { name: 'Content-transfer-encoding', value: 'base64' },
    ];
    expect(write({ headers })).toBe(write());
  });

  it('RFC 6532 §3 R6532-3.1-a: UTF-8 as it came where message and path take it, else encoded words', () => {
    const headers = [from!, date!, { name: 'To', value: 'Jose\u0301 <jose\u0301@example.org>' }];
    expect(write({ headers }, { smtputf8: true, returnPath: 'smtputf8' })).toContain(
      'To: Jose\u0301 <jose\u0301@example.org>\r\n',
    );
    expect(() => write({ headers }, { smtputf8: true })).toThrow(ReportError);
    expect(() => write({ headers }, { returnPath: 'smtputf8' })).toThrow(ReportError);
  });
});

describe('the machine part', () => {
  const notAscii = expect.objectContaining({ code: 'not-ascii' }) as ReportError;
  const utf8Path = { smtputf8: true, returnPath: 'smtputf8' } as const;

  it('RFC 6533 §4.1 R6533-6.4-a R6533-4.5-b: the global form where message and path take it', () => {
    const written = write({ deliveryStatus: status('josé@example.org') }, utf8Path);
    expect(written).toContain('report-type=global-delivery-status');
    expect(written).toContain('Content-Transfer-Encoding: 8bit\r\n\r\n--=_b1');
    expect(written).toContain(
      'Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n',
    );
    const parsed = parseReport(utf8(written));
    expect(parsed).toMatchObject({ kind: 'dsn', reportType: 'global-delivery-status', issues: [] });
    expect(parsed?.deliveryStatus?.recipients[0]?.finalRecipient).toEqual({ type: 'utf-8', value: 'josé@example.org' });
  });

  it('RFC 6533 §4.1: escaped addresses are written as people do in the global form', () => {
    const deliveryStatus = status('jos\\x{E9}@example.org');
    expect(write({ deliveryStatus }, utf8Path)).toContain('Final-Recipient: utf-8; josé@example.org\r\n');
    expect(write({ deliveryStatus })).toContain('Final-Recipient: utf-8; jos\\x{E9}@example.org\r\n');
  });

  it('RFC 6533 §4.4 R6533-4.4-c: ASCII throughout keeps its old type', () => {
    expect(write({}, utf8Path)).toContain('Content-Type: message/delivery-status\r\n\r\n');
    expect(write({ deliveryStatus: status('bob@example.org') }, utf8Path)).toBe(
      write({ deliveryStatus: status('bob@example.org') }),
    );
  });

  it('RFC 3464 §2.1 R3464-2.1-b R6533-4.5-a: else 7bit, and nothing that 7bit can not hold', () => {
    const parsed = parseReport(utf8(write({ deliveryStatus: status('josé@example.org') })));
    expect(parsed?.deliveryStatus?.recipients[0]?.finalRecipient).toEqual({
      type: 'utf-8',
      value: 'jos\\x{E9}@example.org',
    });
    expect(parsed?.issues).toEqual([]);
    const fields = [{ name: 'X', value: 'é' }];
    expect(() => formatReport({ ...without('deliveryStatus'), mdn: { fields } }, { boundary })).toThrow(notAscii);
    const incomplete = parseDeliveryStatus(`${STATUS}X-Note: é\n`.replace('Final-Recipient', 'X-Recipient'));
    expect(() => write({ deliveryStatus: incomplete })).toThrow(notAscii);
    expect(write({ deliveryStatus: incomplete }, utf8Path)).toContain('X-Note: é\r\n');
    expect(() => write({ deliveryStatus: { message: {}, recipients: [], issues: [] } })).toThrow();
    const long = parseDeliveryStatus(`${STATUS}X-Note: ${'x'.repeat(1000)}\n`);
    expect(() => write({ deliveryStatus: long })).toThrow(
      expect.objectContaining({ code: 'line-too-long' }) as ReportError,
    );
  });

  it('RFC 2045 §2.7 R2045-2.7-a: what was read with other line ends is written with CRLF', () => {
    expect(write({ deliveryStatus: parseDeliveryStatus(STATUS) })).toBe(write());
    expect(write({ deliveryStatus: parseDeliveryStatus(STATUS.replaceAll('\n', '\r')) })).toBe(write());
  });

  it('RFC 6522 §3 R6522-3-i: has to be there', () => {
    const rest = without('deliveryStatus');
    expect(() => formatReport(rest, { boundary })).toThrow(
      expect.objectContaining({ code: 'machine-part-missing' }) as ReportError,
    );
  });
});

describe('the human part', () => {
  it.each([
    ['RFC 6522 §3 R6522-3-f: html', { html: '<p>failed</p>' }],
    ['RFC 6522 §3 R6522-3-g: text and html', { text: 'failed', html: '<p>größe</p>' }],
    ['RFC 6522 §3: in one language', { text: 'failed', language: 'en' }],
    [
      'RFC 8255 §3: in several',
      {
        text: 'failed',
        language: 'en',
        translations: [
          { language: 'de-CH', subject: 'Für größere', text: 'gescheitert', html: '<p>ü</p>' },
          { language: 'ja', text: '失敗' },
        ],
      },
    ],
    [
      'RFC 8255 §3: in several, as html',
      { html: '<p>failed</p>', language: 'en', translations: [{ language: 'de', html: '<p>gescheitert</p>' }] },
    ],
    ['RFC 6522 §3: with what looks like a boundary', { text: '--=_b\n--i=_b1\n--=_b', html: '--i=__b1_0.' }],
  ])('%s', (_, humanReadable) => {
    for (const returnPath of ['7bit', '8bit', 'smtputf8'] as const) {
      const parsed = parseReport(utf8(write({ humanReadable }, { returnPath })));
      expect(parsed?.humanReadable).toEqual(humanReadable);
      expect(parsed?.issues).toEqual([]);
    }
  });

  it('RFC 8255 §3: translations without a main language', () => {
    const translations = [{ language: 'de', text: 'gescheitert' }];
    const parsed = parseReport(utf8(write({ humanReadable: { text: 'failed', translations } })));
    expect(parsed?.humanReadable).toEqual({ text: 'failed', translations });
  });

  it('RFC 2045 §6.4 R2045-6.4-a R2045-6.4-b R6522-3-b: containers are labelled as their parts need, and never encoded', () => {
    const humanReadable = { text: 'größe', html: '<p>' };
    const eight = write({ humanReadable }, { returnPath: '8bit' });
    expect(eight.match(/^Content-Transfer-Encoding: .*$/gm)).toEqual(
      Array.from({ length: 3 }, () => 'Content-Transfer-Encoding: 8bit'),
    );
    const seven = write({ humanReadable });
    expect(seven).toMatch(/^[\r\n -~]*$/);
    expect(seven.match(/^Content-Transfer-Encoding: .*$/gm)).toEqual(['Content-Transfer-Encoding: quoted-printable']);
  });

  it.each<[string, Report['humanReadable'], string]>([
    ['RFC 6522 §3 R6522-3-e R3464-2-b R6522-3-d: nothing to read', {}, 'human-part-missing'],
    ['RFC 6522 §3 R6522-3-e: empty', { text: '', html: '' }, 'human-part-missing'],
    ['RFC 5646 §2.1: no language', { text: 'x', language: 'e\r\nn' }, 'bad-language'],
    [
      'RFC 5646 §2.1: no language of a translation',
      { text: 'x', translations: [{ language: '', text: 'y' }] },
      'bad-language',
    ],
  ])('%s', (_, humanReadable, code) => {
    expect(() => write({ humanReadable })).toThrow(expect.objectContaining({ code }) as ReportError);
  });
});

it('RFC 5322 §2.1.1 R5322-2.1.1-a R2045-2.7-a R6522-3-l: every report is lines of at most 998 octets, within its label, and reads without an issue', () => {
  const path = fc.constantFrom('7bit' as const, '8bit' as const, 'smtputf8' as const);
  const piece = fc.constantFrom(
    'a',
    ' ',
    '\n',
    '\r\n',
    'ü',
    '失',
    '\0',
    '--=_',
    'x'.repeat(400),
    'Subject: y\r\n',
    '\r\n\r\n',
  );
  const body = fc.array(piece, { maxLength: 20 }).map((list) => list.join(''));
  fc.assert(
    fc.property(
      body,
      body,
      path,
      fc.boolean(),
      fc.constantFrom('message' as const, 'headers' as const),
      (human, original, returnPath, smtputf8, kind) => {
        const octets = utf8(`Subject: x\r\n${original}`);
        const humanReadable = { text: `-${human}` };
        const written = formatReport(
          { ...REPORT, humanReadable, returned: { kind, octets } },
          { boundary: deriveBoundary('s', [human, octets]), returnPath, smtputf8 },
        );
        const all = text(written);
        for (const line of all.split('\r\n')) {
          expect(line).not.toMatch(/[\r\n\0]/);
          expect(utf8(line).length).toBeLessThanOrEqual(998);
        }
        if (returnPath === '7bit') expect(written.every((octet) => octet < 128)).toBe(true);
        const parsed = parseReport(written);
        expect(parsed?.issues.map(({ code }) => code)).toEqual([]);
        expect(parsed?.humanReadable.text).toBe(humanReadable.text.replace(/\r\n?/g, '\n'));
      },
    ),
  );
});

it('RFC 3464 §2: reports of others are written again with the same content', () => {
  const parsed = parseReport(crlf(message().replace('To:', 'Date: Mon, 20 Feb 2012 10:00:00 +0000\nTo:')));
  const again = parseReport(formatReport(parsed!, { boundary }));
  expect(again?.deliveryStatus).toEqual(parsed?.deliveryStatus);
  expect(again?.humanReadable).toEqual(parsed?.humanReadable);
  expect(again?.returned).toEqual(parsed?.returned);
});
