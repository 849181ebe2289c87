import { expect, it } from 'vitest';
import { hasEightBit } from './eight-bit.ts';

it.each([
  ['nothing', [], false],
  ['the whole of ASCII', [0, 10, 65, 127], false],
  ['the first octet', [128, 65, 65], true],
  ['the last octet', [65, 65, 255], true],
])('looks at every octet: %s', (_, octets, expected) => {
  expect(hasEightBit(Uint8Array.from(octets))).toBe(expected);
});
