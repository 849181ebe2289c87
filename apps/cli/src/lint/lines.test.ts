import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { linesOf } from './lines.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

it('gives the lines of a message by their number, whatever ends them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\r', '\n', '\r\n', '\r\r\n', 'a', 'Ä', 'Field:', ' ', '\uFEFF'), { maxLength: 30 }),
      (parts) => {
        const text = parts.join('');
        // A byte order mark before all of it is no part of the first line; CR CR LF is one line end, of which a CR is seen.
        const expected = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r(?!\r?\n)/);
        const lines = linesOf(utf8(text));
        expect(expected.map((_, at) => lines.text(at + 1))).toEqual(expected);
        expect([lines.text(0), lines.text(expected.length + 1)]).toEqual(['', '']);
        const at = expected.findIndex((line) => line.toLowerCase().startsWith('field:'));
        expect(lines.find('FIELD:', 1000)).toBe(at < 0 ? undefined : at + 1);
        if (at >= 0) expect(lines.find('field:', at + 1)).toBeUndefined();
      },
    ),
  );
});

it('finds a line in any letter case, and none behind the last one', () => {
  const lines = linesOf(utf8('Subject: x\r\nFROM: y'));
  expect([lines.startsWith(2, 'From:'), lines.startsWith(1, 'From:'), lines.startsWith(3, '')]).toEqual([
    true,
    false,
    false,
  ]);
});

it('cuts no line out before it is asked for: a message may be of millions', () => {
  const octets = new Uint8Array(2 ** 20).fill(10);
  const cut = vi.spyOn(octets, 'subarray');
  const lines = linesOf(octets);
  expect(lines.find('x', 2 ** 21)).toBeUndefined();
  expect([lines.text(2 ** 20), cut.mock.calls.length]).toEqual(['', 1]);
});
