import { decodeHeaderText } from '@dsnkit/multipart-report';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Lines, encodeWords } from './encoded-words.ts';

describe('encodeWords', () => {
  it('leaves ASCII as it is', () => {
    expect(encodeWords('5 delivery reports')).toBe('5 delivery reports');
  });

  it('RFC 2047 §2: any text, in words of at most 75 characters, and it is read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (text) => {
        const written = encodeWords(text);
        expect(written).not.toMatch(/[^\u0020-\u007e\r\n]/);
        for (const line of written.split('\r\n '))
          if (line.startsWith('=?')) expect(line.length).toBeLessThanOrEqual(75);
        expect(decodeHeaderText(written)).toBe(text.toWellFormed());
      }),
    );
  });
});

it('RFC 2045 §6.8: base64Lines has lines of at most 76 characters', () => {
  const octets = new Uint8Array(200_000).fill(255);
  const lines = base64Lines(octets).split('\r\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(76);
  expect(lines.pop()).toBe('');
  expect(atob(lines.join(''))).toHaveLength(200_000);
});

it('RFC 2045 §6.8: base64Lines pads at the end only, of however many octets', () => {
  for (const length of [0, 1, 56, 57, 58, 7295, 7296, 7297, 2 * 7296 + 2]) {
    const octets = Uint8Array.from({ length }, (_, at) => (at * 7) % 256);
    const lines = base64Lines(octets);
    expect(lines.replaceAll('\r\n', '')).toBe(Buffer.from(octets).toString('base64'));
    expect(lines.split('\r\n')).toHaveLength(Math.ceil(length / 57) + 1);
  }
});
