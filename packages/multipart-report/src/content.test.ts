import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin, text, utf8 } from '../test/helpers.ts';
import { labelReturned, labelText, type Content, type ReturnPath } from './content.ts';
import { decodeBase64, decodeQuotedPrintable } from './transfer.ts';

const ASCII = 'Message-ID: <1@example.org>\r\nSubject: x\r\n';
const UTF8 = 'Message-ID: <1@example.org>\r\nSubject: größe\r\n';

function label({ fields }: Content): string {
  return fields.replaceAll(/Content-(?:Type|Transfer-Encoding): |\r\n$/g, '').replaceAll('\r\n', ' ');
}

function octetsOf({ fields, body }: Content): Uint8Array {
  const octets = typeof body === 'string' ? utf8(body) : body;
  if (fields.includes('base64')) return decodeBase64(octets).octets;
  return fields.includes('quoted-printable') ? decodeQuotedPrintable(octets).octets : octets;
}

describe('the returned message', () => {
  it.each<[string, string | Uint8Array, ReturnPath, boolean, string, string]>([
    [
      'RFC 3461 §6.2 R3461-4.3-b R3461-6.2-d R3461-6.2-g: ASCII',
      `${ASCII}\r\nbody\r\n`,
      '7bit',
      false,
      'message/rfc822',
      'all',
    ],
    [
      'RFC 6533 §4.4 R6533-4.4-c: ASCII, submitted with SMTPUTF8',
      `${ASCII}\r\nbody\r\n`,
      'smtputf8',
      true,
      'message/rfc822',
      'all',
    ],
    ['RFC 2045 §6.2: 8-bit body on an 8-bit path', `${ASCII}\r\nbödy\r\n`, '8bit', false, 'message/rfc822 8bit', 'all'],
    [
      'RFC 6522 §3 R6522-3-l R2046-5.2.1-a: 8-bit body on a 7-bit path',
      `${ASCII}\r\nbödy\r\n`,
      '7bit',
      false,
      'text/rfc822-headers',
      'header',
    ],
    [
      'RFC 6533 §4.2 R6533-4.2-a: UTF-8 header on an SMTPUTF8 path',
      `${UTF8}\r\nbödy\r\n`,
      'smtputf8',
      true,
      'message/global 8bit',
      'all',
    ],
    [
      'RFC 6532 §3.7 R6532-3.7-a R6533-4.5-a: UTF-8 header on a 7-bit path',
      `${UTF8}\r\nbödy\r\n`,
      '7bit',
      true,
      'message/global base64',
      'all',
    ],
    [
      'RFC 6533 §4.5 R6533-4.5-a: UTF-8 header on a path with 8BITMIME only',
      `${UTF8}\r\nbödy\r\n`,
      '8bit',
      true,
      'message/global base64',
      'all',
    ],
    [
      'RFC 6522 §4: UTF-8 header of a message without SMTPUTF8, 8-bit path',
      `${UTF8}\r\nbody\r\n`,
      '8bit',
      false,
      'message/rfc822 8bit',
      'all',
    ],
    [
      'RFC 6522 §4 R6522-4-b: the same, 7-bit path',
      `${UTF8}\r\nbody\r\n`,
      '7bit',
      false,
      'text/rfc822-headers quoted-printable',
      'header',
    ],
    ['RFC 3030 §3 R3030-3-b: binary content', `${ASCII}\r\n\0\r\n`, '8bit', false, 'text/rfc822-headers', 'header'],
    [
      'RFC 3030 §3 R3030-3-b: a line over 998 octets',
      `${ASCII}\r\n${'x'.repeat(999)}\r\n`,
      '8bit',
      false,
      'text/rfc822-headers',
      'header',
    ],
    [
      'RFC 3030 §3: the last line over 998 octets',
      `${ASCII}\r\n${'x'.repeat(999)}`,
      '8bit',
      false,
      'text/rfc822-headers',
      'header',
    ],
    [
      'RFC 5322 §2.1.1: a line of 998 octets',
      `${ASCII}\r\n${'x'.repeat(998)}\r\n`,
      '7bit',
      false,
      'message/rfc822',
      'all',
    ],
    [
      'RFC 6532 §3.5: binary content in a global message',
      `${UTF8}\r\n\0\r\n`,
      'smtputf8',
      true,
      'message/global base64',
      'all',
    ],
  ])('%s', (_, message, returnPath, smtputf8, expected, what) => {
    const octets = typeof message === 'string' ? utf8(message) : message;
    const content = labelReturned({ kind: 'message', octets }, returnPath, smtputf8);
    expect(label(content)).toBe(expected);
    expect(content.eightBit).toBe(expected.endsWith('8bit'));
    const header = text(octets).replace(/\r\n\r\n[^]*/, '\r\n');
    expect(text(octetsOf(content))).toBe(what === 'all' ? text(octets) : header);
  });

  it('RFC 2045 §2.7 R2045-2.7-a: line ends become CRLF', () => {
    expect(text(octetsOf(labelReturned({ kind: 'message', octets: utf8('A: 1\n\nb\rc\r\n') }, '7bit', false)))).toBe(
      'A: 1\r\n\r\nb\r\nc\r\n',
    );
    const twice = utf8('A: 1\r\r\nB: 2\r\r\n\r\r\nb\r\r\n');
    expect(text(octetsOf(labelReturned({ kind: 'message', octets: twice }, '7bit', false)))).toBe(
      'A: 1\r\nB: 2\r\n\r\nb\r\n',
    );
    expect(text(octetsOf(labelReturned({ kind: 'headers', octets: twice }, '7bit', false)))).toBe('A: 1\r\nB: 2\r\n');
  });
});

describe('the returned header', () => {
  it.each<[string, string, ReturnPath, boolean, string]>([
    ['RFC 6522 §4 R6522-4-a R6522-4-d R3461-4.3-b: ASCII', ASCII, '7bit', false, 'text/rfc822-headers'],
    [
      'RFC 6522 §4 R6522-4-b: 8-bit octets without SMTPUTF8',
      UTF8,
      '8bit',
      false,
      'text/rfc822-headers quoted-printable',
    ],
    [
      'RFC 6533 §6.3 R6533-6.3-a R6533-6.3-b: UTF-8 on an SMTPUTF8 path',
      UTF8,
      'smtputf8',
      true,
      'message/global-headers 8bit',
    ],
    [
      'RFC 6533 §6.3 R6533-6.3-a R6533-4.5-a R6533-6.3-b: UTF-8 on a 7-bit path',
      UTF8,
      '7bit',
      true,
      'message/global-headers base64',
    ],
    [
      'RFC 6522 §4 R6522-4-b: a line over 998 octets',
      `X: ${'x'.repeat(998)}\r\n`,
      '7bit',
      false,
      'text/rfc822-headers quoted-printable',
    ],
  ])('%s', (_, header, returnPath, smtputf8, expected) => {
    for (const octets of [utf8(header), utf8(`${header}\r\nbody that is not returned`)]) {
      const content = labelReturned({ kind: 'headers', octets }, returnPath, smtputf8);
      expect(label(content)).toBe(expected);
      expect(text(octetsOf(content))).toBe(header);
    }
  });

  it('RFC 6522 §4 R6522-4-b: broken octets come back as they were', () => {
    const octets = latin('Subject: gr\xF6\xDFe\xFF\r\n');
    expect(octetsOf(labelReturned({ kind: 'headers', octets }, '7bit', false))).toEqual(octets);
  });
});

describe('text for a person', () => {
  it.each<[string, string, ReturnPath, string]>([
    ['RFC 2046 §4.1.2: ASCII', 'plain\n', '7bit', 'text/plain; charset=us-ascii'],
    ['RFC 2045 §6.2: UTF-8 on an 8-bit path', 'größe\n', '8bit', 'text/plain; charset=utf-8 8bit'],
    ['RFC 2045 §6.7: UTF-8 on a 7-bit path', 'größe\n', '7bit', 'text/plain; charset=utf-8 quoted-printable'],
    ['RFC 2045 §6.8: mostly foreign', 'こんにちは\n', '7bit', 'text/plain; charset=utf-8 base64'],
    [
      'RFC 5322 §2.1.1 R5322-2.1.1-a: a line over 998 octets',
      'x'.repeat(999),
      '8bit',
      'text/plain; charset=us-ascii quoted-printable',
    ],
    ['RFC 6532 §3.4 R6532-3.4-a: 998 counts octets', 'é'.repeat(500), '8bit', 'text/plain; charset=utf-8 base64'],
    ['RFC 2045 §2.7 R2045-2.7-a: NUL', 'a\0b', '8bit', 'text/plain; charset=us-ascii quoted-printable'],
  ])('%s', (_, content, returnPath, expected) => {
    const labelled = labelText(content, 'plain', returnPath);
    expect(label(labelled)).toBe(expected);
    expect(text(octetsOf(labelled))).toBe(content.replaceAll('\n', '\r\n'));
  });

  it('RFC 2045 §2.7 R2045-2.7-a R5322-2.1.1-a: any text is written within its label, and comes back', () => {
    const unit = fc.constantFrom('a', 'bc ', '\n', '\r', '\0', 'é', 'あ', '😀', '=', '.', 'x'.repeat(500));
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 60 }),
        fc.constantFrom('7bit' as const, '8bit' as const, 'smtputf8' as const),
        (content, path) => {
          const labelled = labelText(content, 'html', path);
          const octets = typeof labelled.body === 'string' ? utf8(labelled.body) : labelled.body;
          if (!labelled.eightBit) expect(octets.every((octet) => octet > 0 && octet < 128)).toBe(true);
          for (const line of text(octets).split('\r\n')) {
            expect(utf8(line).length).toBeLessThanOrEqual(998);
            expect(line).not.toMatch(/[\r\n]/);
          }
          expect(text(octetsOf(labelled))).toBe(content.replace(/\r\n?|\n/g, '\r\n'));
        },
      ),
    );
  });
});
