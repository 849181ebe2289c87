import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DeliveryStatusError,
  decodeStatusBody,
  forgetSource,
  formatDeliveryStatus,
  formatFields,
  formatGlobalDeliveryStatus,
  formatSmtpDiagnostic,
  isStatusCode,
  parseDate,
  parseDeliveryStatus,
  parseFields,
  parseGlobalDeliveryStatus,
  parseSmtpReply,
  plainAddress,
  splitComments,
  statusForReply,
  type DeliveryStatus,
  type Field,
  type MessageFields,
  type ParsedDeliveryStatus,
  type RecipientFields,
  type StatusCode,
  type TypedValue,
} from '../src/index.ts';

/** Text that a value can carry: printable, not blank at its ends. */
const asciiText = fc
  .string({ unit: fc.constantFrom(...Array.from('abcXYZ019 (){}[]<>@,;:.\\"=+?-_/%')), maxLength: 60 })
  .map((text) => text.trim());
const anyText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replace(/[\x00-\x1f\x7f]/g, '').trim());
const someText = asciiText.filter((text) => text !== '');
const atom = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const typed = fc.record({ type: atom, value: someText }) satisfies fc.Arbitrary<TypedValue>;
const dates = fc.integer({ min: -1_000_000_000, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
const status = fc
  .tuple(fc.constantFrom<2 | 4 | 5>(2, 4, 5), fc.nat(999), fc.nat(999))
  .map(([digit, subject, detail]): StatusCode => `${digit}.${subject}.${detail}`);
const comment = asciiText.map((text) => text.replace(/\s+/g, ' ')).filter((text) => text !== '');
const extensions = fc.array(
  fc.record({ name: fc.stringMatching(/^X-[!-9;-~]{1,12}$/), value: asciiText }) satisfies fc.Arbitrary<Field>,
  { minLength: 1, maxLength: 4 },
);

const message = fc.record(
  {
    reportingMta: typed,
    originalEnvelopeId: someText,
    dsnGateway: typed,
    receivedFromMta: typed,
    arrivalDate: dates,
    deliverByDate: dates,
    futureReleaseRequest: fc.integer({ min: 1, max: 999_999_999 }).map((seconds) => `for;${seconds}`),
    extensions,
  },
  { requiredKeys: ['reportingMta'] },
) satisfies fc.Arbitrary<MessageFields>;
const recipient = fc
  .record(
    {
      finalRecipient: typed,
      action: fc.constantFrom('failed', 'delayed', 'delivered', 'relayed', 'expanded'),
      status,
      originalRecipient: typed,
      actionComment: comment,
      statusComment: comment,
      remoteMta: typed,
      diagnosticCode: typed,
      lastAttemptDate: dates,
      finalLogId: someText,
      willRetryUntil: dates,
      smtpRemoteRecipient: someText,
      extensions,
    },
    { requiredKeys: ['finalRecipient', 'action', 'status'] },
  )
  .map((fields) =>
    fields.willRetryUntil ? { ...fields, action: 'delayed' as const } : fields,
  ) satisfies fc.Arbitrary<RecipientFields>;
const deliveryStatus: fc.Arbitrary<DeliveryStatus> = fc
  .tuple(message, recipient, fc.array(recipient, { maxLength: 3 }))
  .map(([fields, first, others]) => ({ message: fields, recipients: [first, ...others] }));

/** Lines as mail systems and attackers send them: names known and not, in any case, bad values, folds, junk, every line end. */
const name = fc.constantFrom(
  'Reporting-MTA', 'Arrival-Date', 'Original-Envelope-Id', 'final-recipient', 'Final-Recipient', 'Original-Recipient', 'ACTION', 'Status',
  'Diagnostic-Code', 'Localized-Diagnostic', 'Will-Retry-Until', 'Remote-MTA', 'X-Other', 'https', '',
); // prettier-ignore
const value = fc.oneof(
  fc.constantFrom(
    'dns; mx.example.net',
    'rfc822; a@b',
    'failed',
    'delayed (so far)',
    '5.1.1',
    '5.01.1 (x',
    '8 Jul 94 09:21:47 EDT',
    'de; x',
    '',
    '(',
    '//x',
  ),
  fc.string({ maxLength: 20 }),
);
const lineEnd = fc.constantFrom('\r\n', '\r\n', '\n', '\r', '');
const line = fc.oneof(
  fc.tuple(name, fc.constantFrom(':', ': ', ' :', ''), value, lineEnd).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('', ' ', '\t', ' more', 'junk', '\t \t'), lineEnd).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 10 }),
);
const wild = fc.array(line, { maxLength: 40 }).map((lines) => lines.join(''));
const mark = fc.constantFrom('', '\uFEFF', '\uFEFF\uFEFF');

describe('readers', () => {
  it('RFC 6533 §7: nothing is thrown, and everything comes back octet by octet', () => {
    fc.assert(
      fc.property(mark, wild, (before, text) => {
        const unmarked = text.replace(/^\uFEFF+/, '');
        expect(formatDeliveryStatus(parseDeliveryStatus(before + text))).toBe(unmarked);
        expect(formatGlobalDeliveryStatus(parseGlobalDeliveryStatus(before + text))).toBe(unmarked);
        const { fields } = parseFields(before + text);
        if (fields.length > 0) expect(formatFields(fields)).toBe(before + text);
      }),
      { numRuns: 3000 },
    );
  });

  it('RFC 6533 §7: issues have a line of the text and a clause', () => {
    fc.assert(
      fc.property(mark, wild, (before, wildText) => {
        const text = before + wildText;
        const count = text.split(/\r\n|[\r\n]/).length;
        for (const issue of parseDeliveryStatus(text).issues) {
          expect(issue.line).toBeGreaterThanOrEqual(1);
          expect(issue.line).toBeLessThanOrEqual(count);
          expect(issue.clause).toMatch(/^RFC \d{4} §[A-Z\d.]+(?:\([a-z]\))?$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('RFC 3464 §2.1: what has no issues passes the strict gate when it is written anew', () => {
    fc.assert(
      fc.property(wild, (text) => {
        const parsed = parseDeliveryStatus(text);
        if (parsed.issues.length > 0) return;
        expect(parseDeliveryStatus(formatDeliveryStatus(forgetSource(parsed))).issues).toEqual([]);
      }),
    );
  });

  it('RFC 6533 §7: scalars throw nothing but the error of this package', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.string({ unit: 'binary' })), (text) => {
        splitComments(text);
        parseFields(text);
        decodeStatusBody(text);
        decodeStatusBody(text, 'base64');
        decodeStatusBody(text, 'quoted-printable');
        plainAddress({ type: 'utf-8', value: text });
        expect(isStatusCode(statusForReply(parseSmtpReply(text)))).toBe(true);
        try {
          parseDate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DeliveryStatusError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writers', () => {
  const clean = (parsed: ParsedDeliveryStatus): unknown =>
    JSON.parse(
      JSON.stringify({ ...forgetSource(parsed), issues: [] }, (key, inner: unknown) =>
        key === 'line' ? undefined : inner,
      ),
    );

  it('RFC 3464 §2.1: what is written reads back without an issue', () => {
    fc.assert(
      fc.property(deliveryStatus, (status) => {
        const text = formatDeliveryStatus(status);
        const parsed = parseDeliveryStatus(text);
        expect(parsed.issues).toEqual([]);
        expect(clean(parsed)).toEqual(clean({ ...status, issues: [] }));
      }),
      { numRuns: 300 },
    );
  });

  it('RFC 3464 §2.1.1 R3464-2.1.1-e R3464-A-a: what is written is within the grammar', () => {
    const field = /^[!-9;-~]+:(?: .*)?(?:\r\n[ \t].*)*\r\n$/;
    fc.assert(
      fc.property(deliveryStatus, (status) => {
        const text = formatDeliveryStatus(status);
        expect(text).toMatch(/^[\t\r\n -~]*$/);
        for (const group of text.split(/(?<=\r\n)\r\n/)) {
          const fields = group.split(/(?<=\r\n)(?![ \t])/).filter((part) => part !== '');
          expect(fields.every((part) => field.test(part))).toBe(true);
        }
        expect(text.split('\r\n').every((part) => part.length <= 998 && (part === '' || part.trim() !== ''))).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('RFC 3464 §2.3: a change of one field of a wild document changes that field alone', () => {
    fc.assert(
      fc.property(wild, someText, (text, id) => {
        const parsed = parseDeliveryStatus(text);
        const changed = { ...parsed, message: { ...parsed.message, originalEnvelopeId: id } };
        const again = parseDeliveryStatus(formatDeliveryStatus(changed));
        expect(again.message.originalEnvelopeId).toBe(id);
        expect(clean({ ...again, message: {} })).toEqual(clean({ ...parsed, message: {} }));
      }),
      { numRuns: 1000 },
    );
  });

  it('RFC 3461 §9.2 R3461-9.2-c: any reply, quoted as a diagnostic, reads back line by line', () => {
    const reply = fc.tuple(
      fc.constantFrom(250, 421, 452, 550, 554),
      fc.array(
        anyText.filter((text) => !/\d{3}/.test(text)),
        { minLength: 1, maxLength: 4 },
      ),
    );
    fc.assert(
      fc.property(reply, ([code, texts]) => {
        const lines = texts.map((text, index) => `${code}${index === texts.length - 1 ? ' ' : '-'}${text}`);
        const diagnosticCode = formatSmtpDiagnostic(lines);
        const status = {
          message: { reportingMta: diagnosticCode },
          recipients: [{ finalRecipient: diagnosticCode, action: 'failed', status: '5.0.0', diagnosticCode }],
        } as const;
        const again = parseGlobalDeliveryStatus(
          formatGlobalDeliveryStatus({ ...status, recipients: [status.recipients[0]] }),
        );
        const value = again.recipients[0]?.diagnosticCode?.value ?? '';
        expect(parseSmtpReply(value)).toMatchObject({ replyCode: code });
        expect(value).toBe(diagnosticCode.value);
      }),
    );
  });

  it('RFC 5322 §2.2: fields come back', () => {
    fc.assert(
      fc.property(extensions, (fields) => {
        const parsed = parseFields(formatFields(fields));
        expect(parsed.issues).toEqual([]);
        expect(parsed.fields.map(({ name: is, value: said }) => ({ name: is, value: said }))).toEqual(fields);
      }),
    );
  });
});
