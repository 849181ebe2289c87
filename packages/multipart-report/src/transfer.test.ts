import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin, text, utf8 } from '../test/helpers.ts';
import {
  decodeBase64,
  decodeQuotedPrintable,
  decodeTransfer,
  encodeBase64,
  encodeQuotedPrintable,
} from './transfer.ts';

describe('base64', () => {
  it.each([
    ['', '', true],
    ['aGk=', 'hi', true],
    ['aG\r\nk=\t ', 'hi', true],
    ['aGk=aGk=', 'hihi', true],
    ['aGkh', 'hi!', true],
    ['aGk', 'hi', false],
    ['aA', 'h', false],
    ['a', '', false],
    ['aG-k=', 'hi', false],
    ['aG\xFFk=', 'hi', false],
  ])('RFC 2045 §6.8: %j is %j', (encoded, content, sound) => {
    const decoded = decodeBase64(latin(encoded));
    expect([text(decoded.octets), decoded.sound]).toEqual([content, sound]);
  });

  it('RFC 2045 §6.8: what was encoded is decoded, in lines of at most 76', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const encoded = encodeBase64(octets);
        expect(decodeBase64(utf8(encoded))).toEqual({ octets, sound: true });
        for (const line of encoded.split('\r\n')) expect(line).toMatch(/^[0-9A-Za-z+/=]{0,76}$/);
      }),
    );
  });
});

describe('quoted-printable', () => {
  it.each([
    ['', '', true],
    ['a=3Db', 'a=b', true],
    ['a=3db', 'a=b', true],
    ['a=\r\nb', 'ab', true],
    ['a= \t\r\nb', 'ab', true],
    ['a=\nb', 'ab', true],
    ['a=', 'a', true],
    ['a \t\r\nb \n c  ', 'a\r\nb\n c', true],
    ['a=20\r\nb', 'a \r\nb', true],
    ['a\rb', 'a\rb', true],
    ['a=ZZ', 'a=ZZ', false],
    ['a=4', 'a=4', false],
    ['a=4Z', 'a=4Z', false],
    ['a= b', 'a= b', false],
  ])('RFC 2045 §6.7: %j is %j', (encoded, content, sound) => {
    const decoded = decodeQuotedPrintable(latin(encoded));
    expect([text(decoded.octets), decoded.sound]).toEqual([content, sound]);
  });

  it('RFC 2045 §6.7: what was encoded is decoded, in lines of at most 76 printable characters', () => {
    const octet = fc.oneof(fc.constantFrom(13, 10, 32, 9, 61, 46), fc.nat(255));
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 300 }), (list) => {
        // LF alone is a line break as well, and comes back as the CRLF that mail has.
        const content = latin(String.fromCharCode(...list).replace(/\r?\n/g, '\r\n'));
        const encoded = encodeQuotedPrintable(content);
        expect(decodeQuotedPrintable(utf8(encoded))).toEqual({ octets: content, sound: true });
        for (const line of encoded.split('\r\n')) expect(line).toMatch(/^(?:[\t -~]{0,75}[!-~])?$/);
      }),
    );
  });

  it('RFC 2045 §6.7: LF becomes CRLF', () => {
    expect(encodeQuotedPrintable(utf8('a\nb \n'))).toBe('a\r\nb=20\r\n');
  });
});

it.each([
  ['7bit', true],
  ['8bit', true],
  ['binary', true],
  ['x-uuencode', false],
])('RFC 2045 §6: %s leaves the content as it is', (encoding, sound) => {
  const octets = utf8('a=3D');
  expect(decodeTransfer(octets, encoding)).toEqual({ octets, sound });
});

it('RFC 2045 §6: the two encodings by name', () => {
  expect(text(decodeTransfer(utf8('a=3D'), 'quoted-printable').octets)).toBe('a=');
  expect(text(decodeTransfer(utf8('aGk='), 'base64').octets)).toBe('hi');
});
