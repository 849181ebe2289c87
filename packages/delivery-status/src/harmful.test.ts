import { describe, expect, it } from 'vitest';
import { escapeHarmful, replaceHarmful } from './index.ts';

/** By code point: C0, DEL, C1, ALM, LRM, RLM, LS, PS, embeddings and overrides, isolates, BOM. */
const BAD = [0, 9, 10, 13, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x61c, 0x200e, 0x200f]
  .concat([0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff])
  .map((code) => String.fromCodePoint(code));

/** Their neighbours, and joiners, which scripts and emoji need. */
const GOOD = [0x20, 0x7e, 0xa0, 0x61b, 0x61d, 0x200c, 0x200d, 0x2010, 0x2027, 0x202f, 0x2065, 0x206a, 0xfefe, 0x1f600]
  .map((code) => String.fromCodePoint(code)); // prettier-ignore

describe('text of strangers', () => {
  it.each(BAD)('RFC 3464 §4.1: %j does no harm where it is shown', (character) => {
    expect(replaceHarmful(`a${character}b`, () => '?')).toBe('a?b');
    const json = JSON.stringify({ text: `a${character}b` });
    for (const each of escapeHarmful(json)) expect(BAD).not.toContain(each);
    expect(JSON.parse(escapeHarmful(json))).toEqual({ text: `a${character}b` });
  });

  it.each(GOOD)('%j stays', (character) => {
    expect(replaceHarmful(`a${character}b`, () => '?')).toBe(`a${character}b`);
    expect(escapeHarmful(JSON.stringify(character))).toBe(JSON.stringify(character));
  });

  it('says which character it was, and may keep it', () => {
    expect(replaceHarmful('a\tb\u009b', (character) => (character === '\t' ? character : `<${character.charCodeAt(0)}>`))).toBe('a\tb<155>'); // prettier-ignore
  });

  it('leaves the white space between values', () => {
    expect(escapeHarmful('{\n\t"a": 1\r\n}\n')).toBe('{\n\t"a": 1\r\n}\n');
  });
});
