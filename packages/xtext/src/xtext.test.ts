import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XtextError, decodeXtext, decodeXtextOctets, encodeXtext, encodeXtextOctets, isXtext } from './index.ts';

const GRAMMAR = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;

const fault = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    if (error instanceof XtextError) return [error.code, error.offset];
    throw error;
  }
  return undefined;
};

describe('encoding', () => {
  it.each([
    ['', ''],
    ['Bob@Example.COM', 'Bob@Example.COM'],
    ['a b+c=d\x7f', 'a+20b+2Bc+3Dd+7F'],
    ['\t', '+09'],
    ['\0\r\n', '+00+0D+0A'],
    ['~!', '~!'],
    ['"x y"@z', '"x+20y"@z'],
  ])('RFC 3461 §4 R3461-4-f: %j is sent as %j', (text, xtext) => {
    expect(encodeXtext(text)).toBe(xtext);
    expect(encodeXtextOctets(new TextEncoder().encode(text))).toBe(xtext);
    expect(decodeXtext(xtext)).toBe(text);
  });

  it('RFC 3461 §4 R3461-4-d: hexchars are two upper-case digits for each octet, TAB and é and ド included', () => {
    const octets = new TextEncoder().encode('\té\u30c9');
    expect(encodeXtextOctets(octets)).toBe('+09+C3+A9+E3+83+89');
    expect(decodeXtextOctets('+09+C3+A9+E3+83+89')).toEqual(octets);
  });

  it('RFC 3461 §4: each of the 256 octets has one encoding', () => {
    const octets = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const xtext = encodeXtextOctets(octets);
    expect(xtext).toMatch(GRAMMAR);
    expect(decodeXtextOctets(xtext)).toEqual(octets);
    for (const octet of octets) {
      const one = encodeXtextOctets(Uint8Array.of(octet));
      expect(one).toHaveLength(octet >= 33 && octet <= 126 && octet !== 43 && octet !== 61 ? 1 : 3);
      expect(decodeXtextOctets(one)).toEqual(Uint8Array.of(octet));
    }
  });

  it.each([
    ['é', 0],
    ['a b\u0080', 3],
    [`${'a b'.repeat(100)}\u{1F600}`, 300],
  ])('RFC 3461 §4: text beyond ASCII is refused, not guessed at (%#)', (text, offset) => {
    expect(fault(() => encodeXtext(text))).toEqual(['not-ascii', offset]);
  });
});

describe('decoding', () => {
  it.each([
    ['', ''],
    ['a+2Bb+3Dc+20d', 'a+b=c d'],
    ['+2B2B', '+2B'],
    ['+00', '\0'],
    ['+7F', '\x7f'],
  ])('RFC 3461 §4 R3461-4-c: %j stands for %j', (xtext, text) => {
    expect(decodeXtext(xtext)).toBe(text);
    expect(isXtext(xtext)).toBe(true);
  });

  it('RFC 3461 §4 R3461-4-e: an xchar may come as hexchar', () => {
    expect(decodeXtext('+42+6F+62')).toBe(decodeXtext('Bob'));
  });

  it.each([
    ['+', 'bad-hexchar', 0],
    ['+2', 'bad-hexchar', 0],
    ['a+2', 'bad-hexchar', 1],
    ['+2G', 'bad-hexchar', 0],
    ['+G2', 'bad-hexchar', 0],
    ['+ZZ', 'bad-hexchar', 0],
    ['+g0', 'bad-hexchar', 0],
    ['+2b', 'bad-hexchar', 0],
    ['++2B', 'bad-hexchar', 0],
    ['+2\u0130', 'bad-hexchar', 0],
    ['a=b', 'bad-character', 1],
    ['+20=', 'bad-character', 3],
    ['a b', 'bad-character', 1],
    ['a\tb', 'bad-character', 1],
    ['a\x7fb', 'bad-character', 1],
    ['caf\u00e9', 'bad-character', 3],
    ['\u{1F600}', 'bad-character', 0],
  ])('RFC 3461 §4 R3461-4-c R3461-4-d: %j is refused', (xtext, code, offset) => {
    expect(isXtext(xtext)).toBe(false);
    expect(fault(() => decodeXtext(xtext))).toEqual([code, offset]);
    expect(fault(() => decodeXtextOctets(xtext))).toEqual([code, offset]);
    // The same behind so much that the other way of decoding is taken.
    const long = `${'x+20'.repeat(500)}${xtext}`;
    expect(isXtext(long)).toBe(false);
    expect(fault(() => decodeXtext(long))).toEqual([code, 2000 + offset]);
    expect(fault(() => decodeXtextOctets(long))).toEqual([code, 2000 + offset]);
  });

  it.each(['+80', '+C3+A9', '+FF'])('RFC 3461 §4: %j stands for octets, which have no meaning as text', (xtext) => {
    expect(isXtext(xtext)).toBe(true);
    expect(decodeXtextOctets(xtext)).toHaveLength(xtext.length / 3);
    expect(fault(() => decodeXtext(xtext))).toEqual(['not-ascii', 0]);
    expect(fault(() => decodeXtext(`${'x+20'.repeat(500)}${xtext}=`))).toEqual(['not-ascii', 2000]);
    expect(fault(() => decodeXtext(`${xtext}${'x+20'.repeat(500)}`))).toEqual(['not-ascii', 0]);
    expect(fault(() => decodeXtext(`${'x+20'.repeat(500)}=${xtext}`))).toEqual(['bad-character', 2000]);
  });

  it('RFC 3461 §4: each pair after "+" is a hexchar or refused', () => {
    const chars = Array.from({ length: 130 }, (_, code) => String.fromCharCode(code));
    for (const high of chars)
      for (const low of chars) {
        const xtext = `+${high}${low}`;
        expect(isXtext(xtext)).toBe(/^[0-9A-F]{2}$/.test(high + low));
      }
  });
});

describe('properties', () => {
  const lengths = { maxLength: 300 };

  it('RFC 3461 §4: octets survive, in the grammar', () => {
    fc.assert(
      fc.property(fc.uint8Array(lengths), (octets) => {
        const xtext = encodeXtextOctets(octets);
        expect(xtext).toMatch(GRAMMAR);
        expect(isXtext(xtext)).toBe(true);
        expect(decodeXtextOctets(xtext)).toEqual(octets);
      }),
    );
  });

  it('RFC 3461 §4: ASCII text survives, and its encoding is that of its octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', ...lengths }), (text) => {
        const xtext = encodeXtext(text);
        expect(xtext).toBe(encodeXtextOctets(new TextEncoder().encode(text)));
        expect(decodeXtext(xtext)).toBe(text);
      }),
    );
  });

  it('RFC 3461 §4: any string is in the grammar or meets XtextError and nothing else', () => {
    const unit = fc.constantFrom('+', '2', 'B', 'b', 'G', '8', '=', ' ', 'x', '\x7f', 'é', '\ud800', '\u{1F600}');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, ...lengths }), fc.string({ unit: 'binary', ...lengths })), (value) => {
        const octets = fault(() => decodeXtextOctets(value));
        expect(isXtext(value)).toBe(GRAMMAR.test(value));
        expect(octets === undefined).toBe(GRAMMAR.test(value));
        const text = fault(() => decodeXtext(value));
        if (octets !== undefined && Array.isArray(text) && text[0] !== 'not-ascii') expect(text).toEqual(octets);
        fault(() => encodeXtext(value));
      }),
    );
  });

  it('RFC 3461 §4: a million escapes take memory and time in proportion', () => {
    const text = '+'.repeat(1_000_000);
    expect(decodeXtext(encodeXtext(text))).toBe(text);
  });
});
