import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { readMessages, type InputMessage } from './messages.ts';

let folder = '';
const complaints: string[] = [];
const FROM = 'From a@b.example Thu Mar  7 09:12:44 2024\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsn-input-'));
  mkdirSync(join(folder, 'tree', 'below'), { recursive: true });
  writeFileSync(join(folder, 'tree', 'b.eml'), 'B: 1\n');
  writeFileSync(join(folder, 'tree', 'a.eml'), 'A: 1\n');
  writeFileSync(join(folder, 'tree', '.hidden'), 'H: 1\n');
  writeFileSync(join(folder, 'tree', 'below', 'c.eml.gz'), gzipSync('C: 1\n'));
  writeFileSync(join(folder, 'cut.gz'), gzipSync(Buffer.alloc(5000, 'a')).subarray(0, 20));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(paths: readonly string[], stdin: readonly string[] = []): Promise<InputMessage[]> {
  complaints.length = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of stdin) yield await Promise.resolve(Buffer.from(piece, 'latin1'));
  }
  const all: InputMessage[] = [];
  const input = { stdin: pieces, complain: (message: string) => void complaints.push(message) };
  for await (const message of readMessages(paths, input)) all.push(message);
  return all;
}

const texts = (messages: readonly InputMessage[]): string[] =>
  messages.map(({ octets }) => Buffer.from(octets).toString());

describe('reading messages', () => {
  it('reads a folder in the order of names, with what lies below, without hidden files', async () => {
    expect(texts(await read([join(folder, 'tree')]))).toEqual(['A: 1\n', 'B: 1\n', 'C: 1\n']);
  });

  it.skipIf(process.platform === 'win32')('follows links to files, not to folders', async () => {
    symlinkSync(join(folder, 'tree'), join(folder, 'tree', 'below', 'loop'));
    symlinkSync(join(folder, 'tree', 'a.eml'), join(folder, 'tree', 'below', 'link.eml'));
    expect(texts(await read([join(folder, 'tree')]))).toEqual(['A: 1\n', 'B: 1\n', 'C: 1\n', 'A: 1\n']);
  });

  it.each([
    ['one message', ['A: ', '1\n'], ['A: 1\n']],
    ['nothing', [], ['']],
    ['an mbox', [`${FROM}A: 1\n`, `\n${FROM}B: 1\n`], ['A: 1\n', 'B: 1\n']],
    ['a long mbox', [FROM, 'x'.repeat(3000), `\n\n${FROM}B: 1\n`], [`${'x'.repeat(3000)}\n`, 'B: 1\n']],
    [
      'an mbox with lines that end in CR',
      [`${FROM}A: 1\n\n${FROM}B: 1\n`.replaceAll('\n', '\r')],
      ['A: 1\n', 'B: 1\n'],
    ],
    ['a long message', ['x'.repeat(600), 'y'.repeat(600)], ['x'.repeat(600) + 'y'.repeat(600)]],
  ])('standard input: %s', async (_, stdin, wanted) => {
    expect(texts(await read(['-'], stdin))).toEqual(wanted);
    const packed = gzipSync(stdin.join('')).toString('latin1');
    expect(texts(await read(['-'], [packed.slice(0, 1), packed.slice(1)]))).toEqual(wanted);
  });

  it.each(['utf-16le', 'utf-16be'])('reads what a shell or an editor wrote as %s', async (encoding) => {
    const file = join(folder, encoding);
    const octets = Buffer.from(`\ufeff${FROM}A: é\n\n`, 'utf16le');
    writeFileSync(file, encoding === 'utf-16le' ? octets : octets.swap16());
    expect(texts(await read([file]))).toEqual(['A: é\n\n']);
  });

  it('tells of a message that is longer than what is kept of one', async () => {
    const piece = `${'x'.repeat(2 ** 20 - 1)}\n`;
    const long = Array.from({ length: 66 }, () => piece);
    const seen = (messages: readonly InputMessage[]): unknown => messages.map(({ index, cut }) => [index, cut]);
    expect(seen(await read(['-'], ['A: 1\n\n', ...long]))).toEqual([[undefined, true]]);
    const mbox = [`${FROM}A: 1\n\n${' '.repeat(2000)}\n`, ...long, `\n${FROM}B: 1\n\n`];
    expect(seen(await read(['-'], mbox))).toEqual([
      [1, true],
      [2, undefined],
    ]);
  });

  it('tells what can not be read, and reads the rest', async () => {
    const missing = join(folder, 'missing.eml');
    expect(texts(await read([missing, join(folder, 'cut.gz'), join(folder, 'tree', 'a.eml')]))).toEqual(['A: 1\n']);
    expect(complaints).toEqual([
      `${missing}: no such file or folder`,
      `${join(folder, 'cut.gz')}: damaged gzip data (unexpected end of file)`,
    ]);
  });
});
