import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

it('RFC 4648 §4: encodes as others do, and decodes what it encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (octets) => {
      const text = encodeBase64(octets);
      expect(text).toBe(Buffer.from(octets).toString('base64'));
      expect(decodeBase64(text)).toEqual(octets);
    }),
  );
});

it.each([
  'a',
  'ab',
  'abc',
  'a===',
  'ab=c',
  '====',
  'ab c',
  'abcd\n',
  'YWJj YWJj',
  'YR==',
  'YWI=\n',
  'é===',
  'YWJé',
  'YW-_',
  '*',
])('RFC 4648 §4: %j is not canonical base64', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
