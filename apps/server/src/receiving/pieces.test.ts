import { describe, expect, it } from 'vitest';
import { Pieces } from './pieces.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Pieces', () => {
  it('is one piece as it came, and any number of them in their order', () => {
    const pieces = new Pieces();
    expect(pieces.whole()).toEqual(new Uint8Array(0));
    const only = octets('one');
    pieces.add(only);
    expect(pieces.whole()).toBe(only);
    let text = 'one';
    for (let at = 0; at < 1_000; at++) {
      const more = 'x'.repeat(at % 7) + String(at);
      pieces.add(octets(more));
      text += more;
      expect(pieces.whole().length).toBe(text.length);
    }
    expect(new TextDecoder().decode(pieces.whole())).toBe(text);
    expect(pieces.sizeOctets).toBe(text.length);
  });

  it('holds on to no more than a few of those that came: the others are copies', () => {
    const pieces = new Pieces();
    const came = Array.from({ length: 200 }, () => Uint8Array.of(1));
    for (const piece of came) pieces.add(piece);
    for (const piece of came) piece[0] = 2;
    const held = pieces.whole().filter((octet) => octet === 2).length;
    expect(held).toBeLessThanOrEqual(8);
    expect(pieces.whole().length).toBe(200);
  });
});
