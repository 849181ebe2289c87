import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeaderText } from './encode-header.ts';
import { decodeHeaderText } from './encoded-word.ts';

describe('decodeHeaderText', () => {
  it.each([
    ['nothing encoded', 'plain = text?', 'plain = text?'],
    ['Q', '=?utf-8?Q?Zo=C3=AB_S?= Smith', 'Zoë S Smith'],
    ['B', 'x =?UTF-8?b?w6k=?= y', 'x é y'],
    ['blanks between words vanish', '=?utf-8?q?a?= \t =?utf-8?q?b?= c', 'ab c'],
    ['text between words stays', '=?utf-8?q?a?= x =?utf-8?q?b?=', 'a x b'],
    ['a character cut in two', '=?utf-8?q?=C3?= =?utf-8?q?=A9?=', 'é'],
    ['two charsets', '=?utf-8?q?=C3=A9?= =?iso-8859-1?q?=E9?=', 'éé'],
    ['language suffix of RFC 2231', '=?us-ascii*en-US?Q?Keith?=', 'Keith'],
    ['iso-2022-jp', '=?iso-2022-jp?B?GyRCJCIbKEI=?=', 'あ'],
    ['unknown charset over ASCII', '=?x-nope?Q?abc?=', 'abc'],
    ['unknown encoding stays', '=?utf-8?x?abc?= =?utf-8?q?d?=', '=?utf-8?x?abc?= d'],
    ['unfinished', '=?utf-8?q?abc', '=?utf-8?q?abc'],
    ['no second question mark', 'a =? b ?= c', 'a =? b ?= c'],
    ['an empty word', '=?utf-8?q??=', ''],
    ['raw text beyond ASCII beside a word', 'é =?utf-8?q?=C3=A9?=', 'é é'],
  ])('RFC 2047 §2: %s', (_, value, text) => {
    expect(decodeHeaderText(value)).toBe(text);
  });

  it('RFC 2047 §6.2: anything at all is read without a throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '?', 'q', 'b', '_', 'utf-8', ' ', 'A', '4') }),
        (value) => void decodeHeaderText(value),
      ),
    );
  });

  it.each(['=?', '=?a?q?', '=?a?q?x =', '?=', '=?a?z?x'])(
    'RFC 2047 §6.2: a million times %j takes linear time',
    (piece) => {
      expect(decodeHeaderText(piece.repeat(1_000_000)).length).toBeGreaterThan(0);
      expect(decodeHeaderText(`${piece.repeat(1_000_000)}?=`).length).toBeGreaterThan(0);
    },
  );
});

describe('encodeHeaderText', () => {
  it.each([
    ['ASCII stays', 'Delivery failed', 'Delivery failed'],
    ['the words beyond ASCII only', 'Ihre Grüße an Bob', 'Ihre =?utf-8?Q?Gr=C3=BC=C3=9Fe?= an Bob'],
    ['from the first to the last of them', 'ä b ö c', '=?utf-8?Q?=C3=A4_b_=C3=B6?= c'],
    ['mostly foreign: B', 'こんにちは', '=?utf-8?B?44GT44KT44Gr44Gh44Gv?='],
    ['what looks like an encoded word', 'a =?x?= b', 'a =?utf-8?Q?=3D=3Fx=3F=3D?= b'],
  ])('RFC 2047 §5: %s', (_, text, encoded) => {
    expect(encodeHeaderText(text)).toBe(encoded);
  });

  it('RFC 2047 §2: decoding gives the text back, in words of at most 75 characters cut between characters', () => {
    const unit = fc.constantFrom('a', ' ', 'é', 'あ', '😀', '=', '?', '_', '"', '<', 'Z');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (raw) => {
        const text = raw.trim();
        const encoded = encodeHeaderText(text);
        expect(decodeHeaderText(encoded)).toBe(text);
        expect(encoded).toMatch(/^[\x20-\x7E]*$/);
        for (const word of encoded.match(/=\?utf-8\?[QB]\?[^?]*\?=/g) ?? []) {
          expect(word.length).toBeLessThanOrEqual(75);
          expect(decodeHeaderText(word)).not.toContain('\uFFFD');
        }
      }),
    );
  });
});
