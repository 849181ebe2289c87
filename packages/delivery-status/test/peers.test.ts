import { describe, expect, it } from 'vitest';
import {
  formatDeliveryStatus,
  mailboxValue,
  parseDeliveryStatus,
  parseDiagnostic,
  type ParsedDeliveryStatus,
} from '../src/index.ts';

const message = 'Reporting-MTA: dns; mx.example.net\r\n';
const group = (address: string, rest = ''): string =>
  `\r\nFinal-Recipient: rfc822; ${address}\r\nAction: failed\r\nStatus: 5.1.1\r\n${rest}`;
const codes = ({ issues }: ParsedDeliveryStatus): string[] => issues.map(({ code }) => code);

/** What other readers and writers of these fields were seen to get wrong, in their code or in their trackers. */
describe('mistakes of others', () => {
  it('RFC 3464 §2.3.3: one unknown action does not cost the whole report (mox)', () => {
    const parsed = parseDeliveryStatus(message + group('a@b').replace('failed', 'bounced') + group('c@d'));
    expect(parsed.recipients.map(({ action }) => action)).toEqual([undefined, 'failed']);
    expect(codes(parsed)).toEqual(['unknown-action']);
  });

  it('RFC 3464 §2.1.2: nor does a diagnostic of type X-Postfix, or an address of another type (mox)', () => {
    const parsed = parseDeliveryStatus(
      message + group('a@b', 'Diagnostic-Code: X-Postfix; unknown user\r\n').replace('rfc822', 'x-phone'),
    );
    expect(parsed).toMatchObject({
      issues: [],
      recipients: [
        { diagnosticCode: { type: 'x-postfix', value: 'unknown user' }, finalRecipient: { type: 'x-phone' } },
      ],
    });
  });

  it('RFC 3464 §2.3.4: a comment without parentheses after the code (written by KumoMTA)', () => {
    const parsed = parseDeliveryStatus(
      message +
        group('a@b').replace(
          '5.1.1',
          '5.4.7 Next delivery time would be at 2023-08-31T05:00:00Z which exceeds the limit',
        ),
    );
    expect(parsed.recipients[0]).toMatchObject({
      status: '5.4.7',
      statusComment: expect.stringMatching(/^Next delivery/) as string,
    });
    expect(codes(parsed)).toEqual(['text-after-status']);
  });

  it('RFC 5322 §4.3: a year of two digits in Arrival-Date (Amazon SES, refused by KumoMTA once)', () => {
    const parsed = parseDeliveryStatus(`Arrival-Date: Mon, 05 May 25 09:06:14 +0000\r\n${message}${group('a@b')}`);
    expect(parsed.message.arrivalDate?.toISOString()).toBe('2025-05-05T09:06:14.000Z');
  });

  it('RFC 3464 §2.3.7: Last-Attempt-Date among the fields of the message (maddy) goes to the first recipient', () => {
    const text = `${message}Last-Attempt-Date: Mon, 05 May 2025 09:06:14 +0000\r\n${group('a@b')}${group('c@d')}`;
    const parsed = parseDeliveryStatus(text);
    expect(parsed.recipients.map(({ lastAttemptDate }) => lastAttemptDate?.getTime())).toEqual([
      Date.UTC(2025, 4, 5, 9, 6, 14),
      undefined,
    ]);
    expect(codes(parsed)).toEqual(['missing-blank-line', 'stray-blank-line']);
    expect(formatDeliveryStatus(parsed)).toBe(text);
  });

  it.each([
    ['no blank line at the end', (text: string) => text],
    ['two blank lines at the end', (text: string) => `${text}\r\n\r\n`],
    ['two blank lines between', (text: string) => text.replaceAll('\r\n\r\n', '\r\n\r\n\r\n')],
    ['the last line cut off', (text: string) => text.slice(0, -2)],
  ])('RFC 3464 §2.1: %s (MimeKit 250, 855, 1181)', (_, change) => {
    const parsed = parseDeliveryStatus(change(message + group('a@b') + group('c@d') + group('e@f')));
    expect(parsed.recipients.map(({ status }) => status)).toEqual(['5.1.1', '5.1.1', '5.1.1']);
  });

  it('RFC 3464 §2.3: fields after a blank line are not lost (MimeKit 253)', () => {
    const { recipients } = parseDeliveryStatus(`${message + group('a@b')}\r\nDiagnostic-Code: smtp; 550 x\r\n`);
    expect(recipients).toMatchObject([{ diagnosticCode: { value: '550 x' } }]);
  });

  it('RFC 3464 §2.1.1: a diagnostic wrapped without indent (Gmail, mikel/mail 620)', () => {
    const { recipients } = parseDeliveryStatus(
      `${message}${group(
        'a@b',
        'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n' +
          '550-5.1.1 double-checking the address for typos or\r\n550 5.1.1  https://support.example/mail/?p=NoSuchUser x1si1 - gsmtp\r\n',
      )}`,
    );
    expect(recipients[0]?.diagnosticCode && parseDiagnostic(recipients[0].diagnosticCode)).toEqual({
      replyCode: 550,
      status: '5.1.1',
      lines: [
        'The email account that you tried to reach does not exist. Please try',
        'double-checking the address for typos or',
        'https://support.example/mail/?p=NoSuchUser x1si1 - gsmtp',
      ],
    });
  });

  it('RFC 3463 §2: a detail of three digits (crashed MailBounceDetector)', () => {
    expect(parseDeliveryStatus(message + group('a@b').replace('5.1.1', '5.7.133')).recipients[0]?.status).toBe(
      '5.7.133',
    );
  });

  it('RFC 3464 §2.3.2: Original-Recipient alone, and without a type (Elkarte, mautic 2480)', () => {
    const parsed = parseDeliveryStatus(
      `${message}\r\nOriginal-Recipient: a@b\r\nAction: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: DNS; Host not found\r\n`,
    );
    expect(parsed.recipients).toMatchObject([
      { originalRecipient: { type: '', value: 'a@b' }, diagnosticCode: { type: 'dns', value: 'Host not found' } },
    ]);
    expect(codes(parsed)).toEqual(['missing-type', 'missing-field']);
  });

  it('RFC 3464 §2.3.3: delayed is not failed, and nothing is made up for a missing diagnostic (kannon)', () => {
    const { recipients } = parseDeliveryStatus(
      message + group('a@b').replace('failed', 'delayed').replace('5.1.1', '4.4.1'),
    );
    expect(recipients[0]).toMatchObject({ action: 'delayed', status: '4.4.1' });
    expect(recipients[0]).not.toHaveProperty('diagnosticCode');
  });

  it('RFC 3464 §2.3: three recipients are three (Sisimai 328)', () => {
    expect(parseDeliveryStatus(message + group('a@b') + group('c@d') + group('e@f')).recipients).toHaveLength(3);
  });

  it('RFC 3464 §2.2.1: an identifier decoded from the envelope cannot bring fields along (Stalwart)', () => {
    const status = {
      message: { reportingMta: { type: 'dns', value: 'mx' }, originalEnvelopeId: 'x\r\nAction: delivered' },
      recipients: [{ finalRecipient: mailboxValue('a@b'), action: 'failed', status: '5.0.0' }],
    } as const;
    expect(() => formatDeliveryStatus({ ...status, recipients: [status.recipients[0]] })).toThrow('control character');
  });
});
