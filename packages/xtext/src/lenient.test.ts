import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeXtextLenient, decodeXtextOctets, isXtext } from './index.ts';

const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);

it.each([
  ['a+2Bb', 'a+b', []],
  ['a+2bb', 'a+b', [[1, 'lower-case-hexchar']]],
  ['+c3+A9', 'é', [[0, 'lower-case-hexchar']]],
  ['a+ZZb', 'a+ZZb', [[1, 'bad-hexchar']]],
  ['a+', 'a+', [[1, 'bad-hexchar']]],
  [
    'a b=c\x7f',
    'a b=c\x7f',
    [
      [1, 'bad-character'],
      [3, 'bad-character'],
      [5, 'bad-character'],
    ],
  ],
  [
    'é+2b',
    'é+',
    [
      [0, 'not-ascii'],
      [1, 'lower-case-hexchar'],
    ],
  ],
  [
    '\u{1F600}=',
    '\u{1F600}=',
    [
      [0, 'not-ascii'],
      [2, 'bad-character'],
    ],
  ],
] as const)('RFC 3461 §4: %j is read as %j, and each repair is told', (xtext, expected, repairs) => {
  const decoded = decodeXtextLenient(xtext);
  expect(text(decoded.octets)).toBe(expected);
  expect(decoded.repairs.map(({ offset, code }) => [offset, code])).toEqual(repairs);
});

it('RFC 4954 §8 R4954-8-a: hex digits of AUTH are of either case, which shows as that repair alone', () => {
  const { octets, repairs } = decodeXtextLenient('e+3dmc2@example.com');
  expect(text(octets)).toBe('e=mc2@example.com');
  expect(new Set(repairs.map(({ code }) => code))).toEqual(new Set(['lower-case-hexchar']));
});

it('RFC 3461 §4: no repairs exactly where the grammar holds, and then the strict octets', () => {
  const unit = fc.constantFrom('+', '2', 'B', 'b', '=', ' ', 'x', 'é', '\u{1F600}');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit }), fc.string({ unit: 'grapheme' })), (value) => {
      const { octets, repairs } = decodeXtextLenient(value);
      expect(repairs.length === 0).toBe(isXtext(value));
      if (repairs.length === 0) expect(octets).toEqual(decodeXtextOctets(value));
    }),
  );
});

it('RFC 3461 §4: of each code the first hundred repairs are listed, and all are counted', () => {
  const { repairs, repairCount } = decodeXtextLenient(`${'+2b'.repeat(150)}=${' '.repeat(150)}`);
  expect(repairCount).toBe(301);
  expect(repairs.filter(({ code }) => code === 'lower-case-hexchar')).toHaveLength(100);
  expect(repairs.filter(({ code }) => code === 'bad-character')).toHaveLength(100);
  expect(repairs[100]).toEqual({ offset: 450, code: 'bad-character' });
});
