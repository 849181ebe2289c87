import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { saslPrep } from './saslprep.ts';

describe('saslPrep', () => {
  it.each([
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
    ['\u0007', undefined],
    ['\u0627\u0031', undefined],
  ])('RFC 4013 §3: %j is %j', (text, prepared) => {
    expect(saslPrep(text)).toBe(prepared);
  });

  it.each([
    ['RFC 4013 §2.1: other spaces are spaces', 'a\u00A0b\u3000c', 'a b c'],
    ['RFC 4013 §2.1: what is mapped to nothing', 'p\u200Dass\uFE0Fword', 'password'],
    ['RFC 4013 §2.2: composed by NFKC', 'cafe\u0301', 'caf\u00E9'],
    ['RFC 4013 §2.3: private use', 'a\uE000', undefined],
    ['RFC 4013 §2.3: no character', 'a\uFFFE', undefined],
    ['RFC 4013 §2.3: half a surrogate', 'a\uD800', undefined],
    ['RFC 4013 §2.3: a change of direction', 'a\u202Eb', undefined],
    ['RFC 3454 §6: from right to left all through', '\u05D0\u05D1 \u05D2', '\u05D0\u05D1 \u05D2'],
    ['RFC 3454 §6: digits in between', '\u05D01\u05D1', '\u05D01\u05D1'],
    ['RFC 3454 §6: both directions', '\u05D0a\u05D1', undefined],
  ])('%s', (_, text, prepared) => {
    expect(saslPrep(text)).toBe(prepared);
  });

  it('RFC 4013 §2: what is prepared stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const prepared = saslPrep(text);
        if (prepared !== undefined) expect(saslPrep(prepared)).toBe(prepared);
      }),
    );
  });
});
