import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentReader } from './content-reader.ts';
import { ContentWriter } from './content-writer.ts';
import { Input } from './input.ts';
import { cut, cuts, latin1, octets, runs, single, wire } from '../test/octets.ts';

function write(pieces: readonly string[]): string {
  const writer = new ContentWriter();
  let wire = '';
  const emit = (slice: Uint8Array): void => void (wire += latin1(slice));
  for (const piece of pieces) writer.write(octets(piece), emit);
  writer.end(emit);
  return wire;
}

describe('RFC 5321 §4.5.2 R5321-4.5.2-a: dots are stuffed, the last line gets its CRLF', () => {
  it.each([
    ['', '.\r\n'],
    ['.', '..\r\n.\r\n'],
    ['a', 'a\r\n.\r\n'],
    ['a\r\n', 'a\r\n.\r\n'],
    ['.x\r\n..\r\na.b\r\n', '..x\r\n...\r\na.b\r\n.\r\n'],
    ['\r\n.\r\n', '\r\n..\r\n.\r\n'],
  ])('%j', (content, wire) => {
    expect(write([content])).toBe(wire);
    expect(write(single(content))).toBe(wire);
  });
});

describe('RFC 5321 §2.3.8 R5321-2.3.8-a: no bare CR or LF goes out, so no receiver sees another end of data', () => {
  it.each([
    ['a\n.\r\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\r\r\n', 'a\r\n\r\n.\r\n'],
    ['a\r', 'a\r\n.\r\n'],
    ['\n\r\n\r', '\r\n\r\n\r\n.\r\n'],
  ])('%j', (content, wire) => {
    expect(write([content])).toBe(wire);
    expect(write(single(content))).toBe(wire);
  });
});

it('RFC 5321 §4.5.2: NUL goes out as a space, so that who drops it sees no lone dot', () => {
  expect(write(['a\r\n\0.\0\r\nb\r\n'])).toBe('a\r\n . \r\nb\r\n.\r\n');
});

const contents = wire('\r', '\n', '.', '\r\n', '\r\n.', 'a', 'bc');

it('RFC 5321 §4.5.2: what is written in any pieces is read back by the server, in lines', () => {
  fc.assert(
    fc.property(contents, cuts(30), (text, at) => {
      const written = write(cut(text, at));
      expect(written).toBe(write([text]));
      const input = new Input();
      input.push(octets(written));
      const reader = new ContentReader(true, false);
      let back = '';
      for (let slice = reader.read(input, Infinity); slice !== undefined; slice = reader.read(input, Infinity))
        back += latin1(slice);
      const lines = text.replace(/\r\n|\r|\n/g, '\r\n');
      expect(back).toBe(lines === '' || lines.endsWith('\r\n') ? lines : `${lines}\r\n`);
      expect(reader.ended && !reader.flawed && input.length === 0).toBe(true);
    }),
    runs(2000),
  );
});

it('passes on views of what it was given', () => {
  const chunk = octets('Subject: x\r\n\r\n.dot\r\nrest\r\n');
  const slices: Uint8Array[] = [];
  new ContentWriter().write(chunk, (slice) => slices.push(slice));
  expect(slices.map(latin1)).toEqual(['Subject: x\r\n\r\n', '.', '.dot\r\nrest\r\n']);
  expect(slices[2]!.buffer).toBe(chunk.buffer);
});
