import { describe, expect, it } from 'vitest';
import { formatMissing, missingFields } from './header-fixes.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const nothing = { date: false, messageId: false, header: false };

describe('missingFields', () => {
  it.each([
    ['Date: x\r\nMessage-ID: y\r\n\r\n', nothing],
    ['dATE:x\r\nmessage-id:y\r\n\r\n', nothing],
    ['Date\t :x\r\nMessage-ID : y\r\n\r\n', nothing],
    ['Date: x\r\n\r\n', { ...nothing, messageId: true }],
    ['Message-ID: x\r\n\r\nDate: y\r\n', { ...nothing, date: true }],
    ['Subject: x\r\n Date: y\r\n\r\n', { ...nothing, date: true, messageId: true }],
    ['Date-Sent: x\r\nMessage-IDs: y\r\n\r\n', { ...nothing, date: true, messageId: true }],
    ['\r\nText\r\n', { ...nothing, date: true, messageId: true }],
    ['Text without a colon\r\n', { date: true, messageId: true, header: true }],
    ['No field: for its spaces\r\n', { date: true, messageId: true, header: true }],
    [': nameless\r\n\r\n', { date: true, messageId: true, header: true }],
    [' folded: x\r\n\r\n', { date: true, messageId: true, header: true }],
    ['Text', { date: true, messageId: true, header: true }],
    ['', { ...nothing, date: true, messageId: true }],
  ])('RFC 6409 §8.2 RFC 6409 §8.3: %j', (text, missing) => {
    expect(missingFields(octets(text), true)).toEqual(missing);
  });

  it('RFC 6409 §8.2: of a header whose end is not seen nothing is said to be missing', () => {
    expect(missingFields(octets('Subject: x\r\nTo: y\r\n'), false)).toEqual(nothing);
    expect(missingFields(octets('Subject: x\r\nTo: '), false)).toEqual(nothing);
    expect(missingFields(octets('Subject: x\r\n\r\n'), false)).toMatchObject({ date: true, messageId: true });
  });

  it('takes time in proportion to what it reads', () => {
    const blank = octets(`Date${' '.repeat(1_000_000)}\r\n`);
    expect(missingFields(blank, true)).toMatchObject({ date: true });
    expect(missingFields(octets('Date \r\n'.repeat(200_000)), true)).toMatchObject({ header: true });
    expect(missingFields(octets(`X:\r\n${'\tx\r\n'.repeat(200_000)}\r\n`), true)).toMatchObject({ date: true });
  });
});

describe('formatMissing', () => {
  const message = { id: 'a1', hostname: '[192.0.2.1]', atMs: Date.UTC(1994, 6, 7, 21, 3, 0) };
  it('RFC 6409 §8.2 RFC 6409 §8.3: the fields, and an empty line where there was no header', () => {
    expect(formatMissing(nothing, message)).toBe('');
    expect(formatMissing({ date: true, messageId: true, header: true }, message)).toBe(
      'Date: Thu, 07 Jul 1994 21:03:00 +0000\r\nMessage-ID: <a1@[192.0.2.1]>\r\n\r\n',
    );
  });
});
