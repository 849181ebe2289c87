import { describe, expect, it } from 'vitest';
import { formatComment, splitComments } from './index.ts';

describe('taking comments out', () => {
  it.each([
    ['4.2.2', '4.2.2', []],
    ['4.2.2 (disk quota exceeded)', '4.2.2', ['disk quota exceeded']],
    ['5.1.1 (bad (nested) \\) x)', '5.1.1', ['bad (nested) ) x']],
    ['(a)b(c)d(e)', 'b d', ['a', 'c', 'e']],
    ['a (b (c (d)))', 'a', ['b (c (d))']],
    ['mail.a.example (192.0.2.7)', 'mail.a.example', ['192.0.2.7']],
    ['"(not a comment)" (one)', '"(not a comment)"', ['one']],
    ['"a \\" (b" (c)', '"a \\" (b"', ['c']],
    ['"never closed (', '"never closed (', []],
    ['a\\(b (c)', 'a\\(b', ['c']],
    ['()', '', ['']],
    ['  x  ', 'x', []],
  ])('RFC 3464 §2.1.1 R3464-2.1.1-b: %j is %j', (value, text, comments) => {
    expect(splitComments(value)).toEqual({ text, comments });
  });

  it('RFC 3464 §2.1.1 R3464-2.1.1-b: a comment without an end is named, and the value before it saved', () => {
    expect(splitComments('5.1.1 (no end')).toEqual({ text: '5.1.1', comments: ['no end'], unclosedAt: 6 });
    expect(splitComments('a (b) (c (d)')).toEqual({ text: 'a', comments: ['b', 'c (d)'], unclosedAt: 6 });
  });
});

describe('writing comments', () => {
  it.each(['see queue', 'see (queue', 'a) b', 'back\\slash', '((()', ''])('RFC 5322 §3.2.2: %j comes back', (text) => {
    expect(splitComments(`x ${formatComment(text)}`)).toEqual({ text: 'x', comments: [text] });
  });

  it.each([
    ['a\r\nX-Evil: 1', 1],
    ['a\nb', 1],
    ['\0', 0],
    ['ab\x7f', 2],
  ])('RFC 5322 §3.2.2: %j would begin another field, or is no text', (text, offset) => {
    expect(() => formatComment(text)).toThrow(expect.objectContaining({ code: 'control-character', offset }));
  });

  it('RFC 5322 §3.2.2: a tab is white space of a comment', () => {
    expect(formatComment('a\tb')).toBe('(a\tb)');
  });
});
