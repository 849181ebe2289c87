import { describe, expect, it } from 'vitest';
import { decodeStatusBody, parseDeliveryStatus } from './index.ts';

const plain =
  'Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n';
const base64 = (text: string, width = 76): string =>
  (
    Buffer.from(text)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  ).join('\r\n');
const codes = (body: string, encoding?: string): unknown =>
  decodeStatusBody(body, encoding).issues.map(({ code, line, repaired }) => [code, line, repaired]);

describe('bodies in a transfer encoding', () => {
  it.each([undefined, '7bit', '8bit', 'x-unknown'])(
    'RFC 3464 §2.1: a body that is not encoded stays, declared as %s',
    (encoding) => {
      expect(decodeStatusBody(plain, encoding)).toEqual({ text: plain, issues: [] });
    },
  );

  it.each(['base64', ' BASE64 ', undefined, '7bit'])('RFC 3464 §2.1: base64, declared as %s', (encoding) => {
    const body = base64(plain);
    expect(decodeStatusBody(body, encoding).text).toBe(plain);
    expect(codes(body, encoding)).toEqual([['encoded-body', 1, 'decoded']]);
    expect(decodeStatusBody(`\r\n${body}\r\n\r\n`, encoding).text.trimStart()).toBe(plain);
  });

  it('RFC 2045 §6.8: base64 of UTF-8, with padding, blanks and foreign characters', () => {
    expect(decodeStatusBody(base64('X: jos\u00e9 and much more text'), 'base64').text).toBe(
      'X: jos\u00e9 and much more text',
    );
    expect(decodeStatusBody('WDogYWJj\r\nZGVmZ2hpamtsbW5v\r\nCg==\r\nWDogeg==', 'base64').text).toBe(
      'X: abcdefghijklmno\nX: z',
    );
  });

  it('RFC 3464 §2.1: plain first groups, the rest in base64 (jstedfast/MimeKit 250)', () => {
    const [message = '', recipient = ''] = plain.split(/(?<=\r\n\r\n)/);
    const decoded = decodeStatusBody(`${message}${base64(recipient)}`);
    expect(decoded.text).toBe(plain);
    expect(decoded.issues).toMatchObject([{ code: 'encoded-body', line: 3 }]);
    expect(parseDeliveryStatus(decoded.text).issues).toEqual([]);
    expect(decodeStatusBody(`${message}${base64(recipient)}`, 'base64').text).toBe(plain);
  });

  it.each([
    'Reporting-MTA: dns; mx\r\n\r\nshortword\r\n',
    'Reporting-MTA: dns; mx\r\n\r\nalongwordwithoutanycoloninsideitatall\r\n',
    `${base64(plain)}\r\n-- end\r\n`,
    '',
  ])('RFC 3464 §2.1: what only looks like base64 stays (%#)', (body) => {
    expect(decodeStatusBody(body)).toEqual({ text: body, issues: [] });
  });

  it('RFC 3464 §2.1: declared as base64, but plain', () => {
    expect(decodeStatusBody(plain, 'base64')).toEqual({ text: plain, issues: [] });
  });

  it.each([
    ['A: b=3Dc', 'A: b=c'],
    ['A: jos=C3=A9', 'A: jos\u00e9'],
    ['A: jos\u00e9', 'A: jos\u00e9'],
    ['A: soft=\r\n line', 'A: soft line'],
    ['A: soft= \t\n line', 'A: soft line'],
    ['A: soft=\rline', 'A: softline'],
    ['A: end=', 'A: end'],
    ['A: =3d=zz=4', 'A: ==zz=4'],
    ['A: = x', 'A: = x'],
  ])('RFC 2045 §6.7: quoted-printable: %j', (body, text) => {
    expect(decodeStatusBody(body, 'Quoted-Printable').text).toBe(text);
    expect(codes(body, 'quoted-printable')).toEqual([['encoded-body', 1, 'decoded']]);
  });
});
