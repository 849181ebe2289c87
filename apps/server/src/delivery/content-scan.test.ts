import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Content } from '../model.ts';
import { scanContent } from './content-scan.ts';

function content(octets: Uint8Array, size?: number): Content {
  return {
    sizeOctets: octets.length,
    ...(size === undefined ? { octets } : {}),
    async *read() {
      for (let at = 0; at < octets.length; at += size ?? octets.length)
        yield await Promise.resolve(octets.subarray(at, at + (size ?? octets.length)));
    },
  };
}
const utf8 = (text: string) => new TextEncoder().encode(text);

it.each([
  ['Subject: x\r\n\r\nplain\r\n', false, false],
  ['Subject: x\r\n\r\nnaïve\r\n', true, false],
  ['Subject: naïve\r\n\r\nplain\r\n', true, true],
  ['\r\nnaïve', true, false],
  ['Subject: x\r\n\r\r\n\nnaïve', true, true],
  ['Subject: x\r\n \r\n naïve', true, true],
  ['ï', true, true],
  ['', false, false],
])('RFC 6152 §2: %j has 8-bit octets: %s, in the header: %s', async (text, eightBit, eightBitHeader) => {
  for (const size of [undefined, 1, 2, 3, 7]) {
    expect(await scanContent(content(utf8(text), size))).toMatchObject({ eightBit, eightBitHeader });
  }
});

it('finds an octet wherever it stands, however memory is aligned', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.nat(8), async (octets, offset) => {
      const shifted = new Uint8Array(octets.length + offset).subarray(offset);
      shifted.set(octets);
      expect((await scanContent(content(shifted))).eightBit).toBe(octets.some((octet) => octet >= 128));
    }),
  );
});
