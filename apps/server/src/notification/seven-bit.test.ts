import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { decodeHeaderText, parseReport } from '@dsnkit/multipart-report';
import { describe, expect, it } from 'vitest';
import { composeReport } from './compose.ts';
import { makeLanguages } from './language.ts';
import { toHeaderAlone, toSevenBit } from './seven-bit.ts';

const style = { languages: makeLanguages(), html: true };
const original = new TextEncoder().encode('Subject: Grüße\r\nContent-Language: ja\r\n\r\nHallo Zoë\r\n');

function report(
  reversePath: string,
  returned: 'full-message' | 'headers' = 'full-message',
  mailParameters = 'SMTPUTF8 BODY=8BITMIME ENVID=e1',
): Uint8Array {
  const rcpt = readRcptParameters(parseParameters('ORCPT=utf-8;zo\\x{EB}@example.com'), undefined, { smtputf8: true });
  return composeReport({
    message: {
      ...{ id: 'Q1', reversePath, mailParameters },
      ...{ arrivedAtMs: 0, origin: 'smtp', sizeOctets: 100 },
    },
    entries: [
      {
        recipient: { address: 'zoë@example.com', rcpt },
        action: 'failed',
        outcome: { kind: 'failed', status: '5.1.1', remote: { mta: 'mx.example.com', lines: ['550 5.1.1 zoë?'] } },
      },
    ],
    ...{ returned, original, hostname: 'mx.example.org', nowMs: 0, reportId: 'R1', style },
  })!.content;
}

describe('toSevenBit', () => {
  it('RFC 6376 §3.7: the signature of the form before does not go along, since it would not hold', () => {
    const signed = `DKIM-Signature: v=1; b=x\r\n${new TextDecoder().decode(report('alice@example.org'))}`;
    const { headers } = parseReport(toSevenBit(new TextEncoder().encode(signed), 'R2')!)!;
    expect(headers.map(({ name }) => name)).toContain('From');
    expect(headers.map(({ name }) => name)).not.toContain('DKIM-Signature');
  });

  it.each(['full-message', 'headers'] as const)(
    'RFC 6533 §4.5 R6533-4.5-a R6532-3.7-a R3030-3-b: the same report, %s, in 7 bits',
    (returned) => {
      const before = parseReport(report('alice@example.org', returned))!;
      expect(before.reportType).toBe('global-delivery-status');
      const plain = toSevenBit(report('alice@example.org', returned), 'R2')!;
      expect(plain.every((octet) => octet < 128)).toBe(true);
      const after = parseReport(plain)!;
      expect(after.issues).toEqual([]);
      expect(after.reportType).toBe('delivery-status');
      expect(after.humanReadable).toEqual(before.humanReadable);
      expect(after.returned?.octets).toEqual(before.returned?.octets);
      expect(after.returned?.mediaType).toBe(returned === 'headers' ? 'message/global-headers' : 'message/global');
      expect(after.deliveryStatus?.message.originalEnvelopeId).toBe('e1');
      expect(after.deliveryStatus?.recipients).toMatchObject([
        {
          originalRecipient: { type: 'utf-8', value: 'zo\\x{EB}@example.com' },
          finalRecipient: { type: 'utf-8', value: 'zo\\x{EB}@example.com' },
          action: 'failed',
          status: '5.1.1',
        },
      ]);
      const names = (headers: typeof after.headers) => headers.map(({ name }) => name).sort();
      expect(names(after.headers)).toEqual(
        names(before.headers).filter((name) => name !== 'Content-Transfer-Encoding'),
      );
    },
  );

  it('RFC 2047 §5: encoded words of a header that was in 7 bits already are not encoded once more', () => {
    const subject = (content: Uint8Array) =>
      parseReport(content)!.headers.flatMap(({ name, value }) => (name === 'Subject' ? [value] : []));
    const before = report('alice@example.org', 'full-message', 'BODY=8BITMIME');
    expect(subject(before).map(decodeHeaderText)).toEqual(['配送できませんでした: zoë@example.com']);
    expect(subject(toSevenBit(before, 'R2')!)).toEqual(subject(before));
  });

  it('what can not be written so, or is no report, is left alone', () => {
    expect(toSevenBit(report('älice@example.org'), 'R2')).toBeUndefined();
    expect(toSevenBit(new TextEncoder().encode('Subject: Grüße\r\n\r\nHallo\r\n'), 'R2')).toBeUndefined();
  });
});

describe('toHeaderAlone', () => {
  it('RFC 3461 §6.2: the same report, with the header of what it returned', () => {
    const before = report('alice@example.org', 'full-message', 'BODY=8BITMIME ENVID=e1');
    const after = parseReport(toHeaderAlone(before, 'R2')!)!;
    expect(after.issues).toEqual([]);
    expect(after.returned?.kind).toBe('headers');
    expect(new TextDecoder().decode(after.returned?.octets)).toContain('Subject: Grüße');
    expect(new TextDecoder().decode(after.returned?.octets)).not.toContain('Hallo');
    expect(after.deliveryStatus?.recipients).toEqual(parseReport(before)!.deliveryStatus?.recipients);
  });

  it('what returns no whole message, or is no report, is left alone', () => {
    expect(toHeaderAlone(report('alice@example.org', 'headers'), 'R2')).toBeUndefined();
    expect(toHeaderAlone(new TextEncoder().encode('Subject: hello\r\n\r\nHallo\r\n'), 'R2')).toBeUndefined();
  });
});
