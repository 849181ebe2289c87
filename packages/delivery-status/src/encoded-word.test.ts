import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWords, encodeWords } from './encoded-word.ts';

describe('encoded-words in comments', () => {
  it.each([
    ['plain (text) = ?', 'plain (text) = ?'],
    ['=?utf-8?Q?g=C3=A9ant?=', 'g\u00e9ant'],
    ['=?ISO-8859-1?q?g=E9ant_vert?= x', 'g\u00e9ant vert x'],
    ['=?utf-8*fr?B?Z8OpYW50?=', 'g\u00e9ant'],
    ['a =?utf-8?Q?b?=  =?utf-8?Q?c?= d', 'a bc d'],
    ['=?utf-8?Q?b?= x =?utf-8?Q?c?=', 'b x c'],
    ['=?x-no-such?Q?b?=', '=?x-no-such?Q?b?='],
    ['=?utf-8?X?b?=', '=?utf-8?X?b?='],
    ['=?utf-8?Q?=ZZ=4?=', '=ZZ=4'],
    ['=?utf-8?Q??=', ''],
    ['=?utf-8?Q?open', '=?utf-8?Q?open'],
    [' =?utf-8?Q?b?= ', ' b '],
  ])('RFC 2047 §5 R3464-2.1.1-d: %j is %j', (text, decoded) => {
    expect(decodeWords(text)).toBe(decoded);
  });

  it('RFC 2047 §5 R2047-5-a: what is written has none of ( ) ", at most 75 characters a word, and reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }), (text) => {
        const words = encodeWords(`${text}\u00e9`);
        expect(words).toMatch(/^(?:=\?utf-8\?Q\?[!-'*->@-~]+\?=)(?: =\?utf-8\?Q\?[!-'*->@-~]+\?=)*$/);
        expect(words).not.toContain('"');
        expect(words.split(' ').every((word) => word.length <= 75)).toBe(true);
        expect(decodeWords(words)).toBe(`${text}\u00e9`);
      }),
    );
  });
});
