import { describe, expect, it } from 'vitest';
import { fit, pad, widthOf, wrapped } from './width.ts';

describe('widths in a terminal', () => {
  it.each([
    ['abc', 3],
    ['例え', 4],
    ['e\u0301', 1],
    ['👍', 2],
  ])('%s takes %d columns', (text, columns) => {
    expect(widthOf(text)).toBe(columns);
    expect(pad(text, 5)).toBe(text + ' '.repeat(5 - columns));
  });

  it('texts are cut between characters', () => {
    expect(fit('例え.example', 6)).toBe('例え.…');
    expect(fit('abc', 3)).toBe('abc');
    expect(fit('abcdef', 4)).toBe('abc…');
  });

  it('lines are broken between words, below the text behind a label', () => {
    expect(wrapped('  status: one two three\nshort', 16)).toBe('  status: one\n          two\n          three\nshort');
    expect(wrapped('no label at all', 8)).toBe('no label\nat all');
    expect(wrapped('    abcdefghijkl mn', 8)).toBe('    abcdefghijkl\n    mn');
    expect(wrapped('  status: one two', Infinity)).toBe('  status: one two');
    expect(wrapped('\u001b[31mlong and red\u001b[39m', 8)).toBe('\u001b[31mlong and red\u001b[39m');
  });
});
