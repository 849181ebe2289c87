import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentReader } from './content-reader.ts';
import { Input } from './input.ts';
import { cut, cuts, latin1, octets, runs, single, wire } from '../test/octets.ts';

interface Read {
  readonly content: string;
  readonly flawed: boolean;
  /** What is left for commands; undefined: the end of data was not found. */
  readonly rest: string | undefined;
}

function read(pieces: readonly string[], options: { dots?: boolean; normalise?: boolean } = {}): Read {
  const reader = new ContentReader(options.dots ?? true, options.normalise ?? false);
  const input = new Input();
  let content = '';
  let rest = '';
  const left = (): number => (reader.ended ? Infinity : 0);
  for (const piece of pieces) {
    input.push(octets(piece));
    for (let slice = reader.read(input, Infinity); slice !== undefined; slice = reader.read(input, Infinity))
      content += latin1(slice);
    if (reader.ended)
      for (let slice = input.take(left()); slice !== undefined; slice = input.take(left())) rest += latin1(slice);
  }
  return { content, flawed: reader.flawed, rest: reader.ended ? rest : undefined };
}

/** The rules in their plainest form: split at CRLF, look at each line. */
function reference(text: string): Read {
  const lines = text.split('\r\n');
  const end = lines.findIndex((line, index) => line === '.' && index < lines.length - 1);
  const body = end < 0 ? lines : lines.slice(0, end);
  const flawed = body.some((line) => /[\r\n]/.test(line));
  const content = body.map((line) => line.replace(/^\./, '')).join('\r\n') + (end > 0 ? '\r\n' : '');
  return { content, flawed, rest: end < 0 ? undefined : lines.slice(end + 1).join('\r\n') };
}

const content = wire('\r', '\n', '.', '\r\n', '\r\n.', '\r\n.\r\n', 'a', 'bc');

describe('RFC 5321 §4.5.2 R5321-4.5.2-a: dots are un-stuffed', () => {
  it.each([
    ['.\r\n', ''],
    ['a\r\n.\r\n', 'a\r\n'],
    ['..\r\n.\r\n', '.\r\n'],
    ['...a\r\n.\r\n', '..a\r\n'],
    ['.a\r\n.\r\n', 'a\r\n'],
    ['a.\r\n.b.\r\n.\r\n', 'a.\r\nb.\r\n'],
    ['\r\n\r\n.\r\n', '\r\n\r\n'],
  ])('%j', (text, content) => {
    for (const pieces of [[text], single(text), [`${text}NOOP\r\n`]]) {
      expect(read(pieces)).toMatchObject({ content, flawed: false });
    }
  });
});

describe('RFC 5321 §4.1.1.4 R5321-4.1.1.4-b R5321-2.3.8-a: nothing but CRLF "." CRLF ends the data, and what looks like it is refused', () => {
  const fakes = [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\n\n.\r\n',
    '\r\r\n.\n',
    '\n.\r',
    '\r\n.\r.\r\n',
    '\r\n.\r\r\n',
    '\r\n.\n\r\n',
  ];
  it.each(fakes)('text%jMAIL', (fake) => {
    const text = `text${fake}MAIL FROM:<smuggled@x.example>\r\n`;
    for (const pieces of [[text], single(text)]) {
      const smuggled = read([...pieces, '\r\n.\r\n', 'NOOP\r\n']);
      expect(smuggled.flawed).toBe(true);
      expect(smuggled.rest).toBe('NOOP\r\n');
      expect(smuggled.content).not.toContain('smuggled');
    }
  });

  it.each(fakes)('text%jMAIL, normalised', (fake) => {
    const text = `text${fake}MAIL FROM:<smuggled@x.example>\r\n.\r\nNOOP\r\n`;
    const whole = read([text], { normalise: true });
    expect(read(single(text), { normalise: true })).toEqual(whole);
    expect(whole.flawed).toBe(false);
    expect(whole.rest).toBe('NOOP\r\n');
    expect(whole.content).toMatch(/smuggled@x.example>\r\n$/);
    expect(whole.content.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });
});

it('RFC 5321 §4.5.2: any octets in any pieces are read as by splitting at CRLF', () => {
  fc.assert(
    fc.property(content, cuts(40), (text, at) => {
      const expected = reference(text);
      const got = read(cut(text, at));
      expect(got.rest).toBe(expected.rest);
      expect(got.flawed).toBe(flawedBefore(text, expected));
      // Unfinished content may still hold a dot or a CR back.
      if (!got.flawed) expect(expected.content.startsWith(got.content)).toBe(true);
      if (!got.flawed && got.rest !== undefined) expect(got.content).toBe(expected.content);
    }),
    runs(2000),
  );
});

/** A last CR may still become CRLF, so it is no flaw yet. */
function flawedBefore(text: string, expected: Read): boolean {
  return expected.rest !== undefined || !text.endsWith('\r') ? expected.flawed : reference(text.slice(0, -1)).flawed;
}

it('RFC 5321 §2.3.8: normalised content is the same in any pieces and has no bare CR or LF', () => {
  fc.assert(
    fc.property(content, cuts(40), (text, at) => {
      const ended = `${text}\r\n.\r\n`;
      const whole = read([ended], { normalise: true });
      expect(read(cut(ended, at), { normalise: true })).toEqual(whole);
      expect(whole.content.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    }),
    runs(2000),
  );
});

it('RFC 3030 §2: in chunks dots mean nothing, and a CR held at the end is a flaw', () => {
  expect(read(['..\r\n.\r\n'], { dots: false })).toEqual({ content: '..\r\n.\r\n', flawed: false, rest: undefined });
  const input = new Input();
  input.push(octets('a\r'));
  const reader = new ContentReader(false, false);
  expect(latin1(reader.read(input, 2)!)).toBe('a');
  expect(reader.finish().length).toBe(0);
  expect(reader.flawed).toBe(true);
});

it('RFC 5321 §4.1.1.4: an array that is filled again is read again', () => {
  const reader = new ContentReader(true, false);
  const input = new Input();
  const buffer = octets('0123456789');
  input.push(buffer);
  expect(latin1(reader.read(input, Infinity)!)).toBe('0123456789');
  buffer.set(octets('a\r\n.\r\nQUIT'.slice(0, 10)));
  input.push(buffer);
  expect(latin1(reader.read(input, Infinity)!)).toBe('a\r\n');
  expect(reader.read(input, Infinity)).toBeUndefined();
  expect(reader.ended).toBe(true);
});

it('gives views of the chunk received, not copies', () => {
  const input = new Input();
  const chunk = octets('Subject: x\r\n\r\nlong text\r\n.\r\n');
  input.push(chunk);
  const slice = new ContentReader(true, false).read(input, Infinity)!;
  expect(slice.buffer).toBe(chunk.buffer);
  expect(latin1(slice)).toBe('Subject: x\r\n\r\nlong text\r\n');
});

it('takes time in proportion to hostile input', () => {
  for (const unit of ['\r', '\n', '.', '\r\n.', '\n.', '\r\n', '\n\r', '.\r']) {
    const input = new Input();
    input.push(octets(unit.repeat(300_000 / unit.length)));
    const reader = new ContentReader(true, true);
    let slices = 0;
    while (reader.read(input, Infinity) !== undefined) slices++;
    expect(slices).toBeLessThanOrEqual(600_000);
  }
});
