import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMediaType } from './media-type.ts';

it.each<[string, string, string, Record<string, string>]>([
  ['RFC 2045 §5.1: type alone', 'Text/Plain', 'text/plain', {}],
  ['RFC 2045 §5.1: nothing', '', '', {}],
  [
    'RFC 2045 §5.1: names in any case, values as they are',
    'text/plain; CharSet=UTF-8',
    'text/plain',
    { charset: 'UTF-8' },
  ],
  ['RFC 2045 §5.1: quoted string', 'a/b; x="y;z=\\"q\\" \\\\"', 'a/b', { x: 'y;z="q" \\' }],
  ['RFC 2045 §5.1: unclosed quoted string', 'a/b; x="y', 'a/b', { x: 'y' }],
  ['RFC 2045 §5.1: a backslash at the end', 'a/b; x="y\\', 'a/b', { x: 'y' }],
  [
    'RFC 5322 §3.2.2: comments, nested and quoted',
    'a/b (c(d)\\)) ; (e) x = (f) "y" (g); z=1(h)',
    'a/b',
    { x: 'y', z: '1' },
  ],
  ['RFC 5322 §3.2.2: an unclosed comment', 'a/b; x=1 (c', 'a/b', { x: '1' }],
  ['RFC 2045 §5.1: the first of two counts', 'a/b; x=1; x=2', 'a/b', { x: '1' }],
  ['RFC 2045 §5.1: parameters without a value, stray semicolons', 'a/b;; x; y=2;', 'a/b', { y: '2' }],
  ['RFC 2045 §5.1: QUIRK boundary with = and blanks unquoted', 'a/b; boundary==_a b', 'a/b', { boundary: '=_a b' }],
  [
    'RFC 2231 §3 R2231-3-a: continuations are joined in order',
    'a/b; boundary*1="cd"; boundary*0=ab; boundary*2=e',
    'a/b',
    { boundary: 'abcde' },
  ],
  [
    'RFC 2231 §4 R2231-3-a: charset and percent octets',
    "a/b; report-type*=us-ascii''delivery%2Dstatus",
    'a/b',
    { 'report-type': 'delivery-status' },
  ],
  [
    'RFC 2231 §4.1: encoded and plain pieces together',
    "a/b; n*0*=utf-8'en'%C3%A9; n*1=%41; n*2*=%42%4",
    'a/b',
    { n: 'é%41B%4' },
  ],
  ['RFC 2231 §3: pieces that are not encoded', 'a/b; n*0="it\'s 100"; n*1="%41"', 'a/b', { n: "it's 100%41" }],
  ['RFC 2231 §4: no charset', 'a/b; n*=%41', 'a/b', { n: 'A' }],
  ['RFC 2231 §3: a section of no number', 'a/b; n*x=1', 'a/b', { n: '1' }],
])('%s', (_, value, mediaType, parameters) => {
  const parsed = parseMediaType(value);
  expect(parsed.mediaType).toBe(mediaType);
  expect(Object.fromEntries(parsed.parameters.toReversed().map(({ name, value: one }) => [name, one]))).toEqual(
    parameters,
  );
});

it('RFC 2045 §5.1: anything at all is read without a throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '/', ';', '=', '"', '\\', '(', ')', ' ', '*', '0', "'", '%', '4') }),
      (value) => void parseMediaType(value),
    ),
  );
});
