import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Input } from './input.ts';
import { LineReader } from './line-reader.ts';
import { cut, cuts, latin1, octets, runs, single, wire } from '../test/octets.ts';

/** Lines in quotes, faults by name. */
function lines(pieces: readonly string[], limit = 20): string[] {
  const input = new Input();
  const reader = new LineReader();
  const found: string[] = [];
  for (const piece of pieces) {
    input.push(octets(piece));
    for (;;) {
      const line = reader.next(input, limit);
      if (line !== undefined) found.push(JSON.stringify(latin1(line)));
      else if (reader.fault !== undefined) found.push(reader.fault);
      else break;
    }
  }
  return found;
}

describe('RFC 5321 §2.3.8: lines end in CRLF', () => {
  it.each([
    ['one\r\ntwo\r\n', ['"one"', '"two"']],
    ['\r\n\r\n', ['""', '""']],
    ['a\rb\r\n', [String.raw`"a\rb"`]],
    ['a\r\r\n', [String.raw`"a\r"`]],
    ['a\nb\r\nc\r\n', ['bare-lf', '"c"']],
    ['\n\r\nc\r\n', ['bare-lf', '"c"']],
    ['a\nb\nc\n\r\nd\r\n', ['bare-lf', '"d"']],
    ['unfinished', []],
    ['unfinished\r', []],
    ['123456789012345678\r\nb\r\n', ['"123456789012345678"', '"b"']],
    ['1234567890123456789\r\nb\r\n', ['too-long', '"b"']],
    ['12345678901234567890\r\nb\r\n', ['too-long', '"b"']],
    ['123456789012345678901234567890\nx\r\nb\r\n', ['too-long', '"b"']],
    ['1234567890123456789\n2\r\nb\r\n', ['bare-lf', '"b"']],
    ['12345678901234567890', ['too-long']],
    [`${'\r'.repeat(50)}\nb\r\n`, ['too-long', '"b"']],
  ])('%j', (text, expected) => {
    expect(lines([text])).toEqual(expected);
    expect(lines(single(text))).toEqual(expected);
    expect(lines([text, 'tail'])).toEqual(expected);
  });
});

it('RFC 5321 §2.3.8: how the octets are cut never matters', () => {
  fc.assert(
    fc.property(wire('\r', '\n', '\r\n', 'a', 'bcd', 'x'.repeat(9)), cuts(60), (whole, at) => {
      expect(lines(cut(whole, at))).toEqual(lines([whole]));
    }),
    runs(2000),
  );
});

it('keeps no more than the limit of an endless line', () => {
  const input = new Input();
  const reader = new LineReader();
  const chunk = octets('x'.repeat(65_536));
  let faults = 0;
  for (let round = 0; round < 100; round++) {
    input.push(chunk);
    expect(reader.next(input, 512)).toBeUndefined();
    if (reader.fault !== undefined) faults++;
    expect(reader.next(input, 512)).toBeUndefined();
    expect(input.length).toBe(0);
  }
  expect(faults).toBe(1);
  expect(reader.begun).toBe(true);
});

it('refuses a line that began under a larger limit than it ends under', () => {
  const input = new Input();
  const reader = new LineReader();
  input.push(octets('0123456789\r'));
  expect(reader.next(input, 100)).toBeUndefined();
  input.push(octets('\nNOOP\r\n'));
  expect(reader.next(input, 5)).toBeUndefined();
  expect(reader.fault).toBe('too-long');
  expect(latin1(reader.next(input, 10)!)).toBe('NOOP');
});
