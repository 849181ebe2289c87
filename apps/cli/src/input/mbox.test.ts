import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMboxFile, mboxGroups } from './mbox-file.ts';
import { MboxSplitter, isMbox } from './mbox.ts';

const FROM = 'From alice@example.org Thu Mar  7 09:12:44 2024';
const octets = (text: string): Uint8Array => Buffer.from(text);

/** The messages of an mbox that comes in pieces of a size. */
function split(text: string, size = Number.MAX_SAFE_INTEGER): string[] {
  const splitter = new MboxSplitter();
  const messages: Uint8Array[] = [];
  const all = octets(text);
  for (let at = 0; at < all.length; at += size) messages.push(...splitter.push(all.subarray(at, at + size)));
  messages.push(...splitter.end());
  return messages.map((message) => Buffer.from(message).toString());
}

const filler = `${'x'.repeat(70)}\n`.repeat(60);

describe('splitting an mbox', () => {
  it.each([
    ['one message', `${FROM}\nSubject: a\n\nbody\n`, ['Subject: a\n\nbody\n']],
    ['two messages', `${FROM}\nA: 1\n\nx\n\n${FROM}\nB: 2\n\ny\n`, ['A: 1\n\nx\n', 'B: 2\n\ny\n']],
    ['CRLF', `${FROM}\r\nA: 1\r\n\r\nx\r\n\r\n${FROM}\r\nB: 2\r\n`, ['A: 1\r\n\r\nx\r\n', 'B: 2\r\n']],
    ['empty lines before the first', `\n\r\n${FROM}\nA: 1\n\n${FROM}\nB: 2\n`, ['A: 1\n', 'B: 2\n']],
    ['a byte order mark', `\ufeff${FROM}\nA: 1\n\n${FROM}\nB: 2\n`, ['A: 1\n', 'B: 2\n']],
    [
      'From lines without a sender',
      'From  Thu Mar  7 09:12:44 2024\nA: 1\n\nFrom  Thu Mar  7 09:12:45 2024\nB: 2\n',
      ['A: 1\n', 'B: 2\n'],
    ],
    ['From in a text', `${FROM}\nA: 1\n\nFrom here on\n\nFrom here too\n`, ['A: 1\n\nFrom here on\n\nFrom here too\n']],
    ['From without an empty line before it', `${FROM}\nA: 1\n\nx\n${FROM}\n`, [`A: 1\n\nx\n${FROM}\n`]],
    ['quoted once', `${FROM}\nA: 1\n\n>From you\n>>From me\n> From\n`, ['A: 1\n\nFrom you\n>From me\n> From\n']],
    ['an empty message', `${FROM}\n\n${FROM}\nB: 2\n`, ['', 'B: 2\n']],
    ['no line end at the end', `${FROM}\nA: 1\n\nx`, ['A: 1\n\nx']],
    ['a long message', `${FROM}\n${filler}\n${FROM}\n${filler}`, [filler, filler]],
    [
      'a From line that never ends',
      `${FROM}\nA: 1\n\n${FROM}${'x'.repeat(5000)}\n`,
      [`A: 1\n\n${FROM}${'x'.repeat(5000)}\n`],
    ],
  ])('RFC 4155 appendix A: %s', (_, text, messages) => {
    expect(split(text)).toEqual(messages);
    for (const size of [1, 2, 3, 7, 1023, 1024, 1025]) expect(split(text, size)).toEqual(messages);
  });

  it('is linear where a hostile file is all quotes', () => {
    // With the square of it this would take hours.
    const text = `${FROM}\n${'>'.repeat(4_000_000)}From a\n${'>From '.repeat(2_000_000)}`;
    expect(split(text, 65_536)).toHaveLength(1);
  });

  it.each([
    [`${FROM}\nA: 1\n`, true],
    [`\n\r\n${FROM}\nA: 1\n`, true],
    [`\ufeff${FROM}\nA: 1\n`, true],
    ['From  Thu Mar  7 09:12:44 2024\nA: 1\n', true],
    ['\nFrom here on all is well.\n', false],
    ['From here on all is well.\n', false],
    ['From: alice@example.org\n', false],
    ['Subject: a\n', false],
    ['', false],
  ])('knows an mbox by its first line: %j', (text, mbox) => {
    expect(isMbox(octets(text))).toBe(mbox);
  });
});

describe('an mbox file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsn-mbox-'));
  const path = join(folder, 'all.mbox');
  const entries = Array.from({ length: 300 }, (_, at) => `N: ${at}\n\n>From me\n${'x'.repeat((at * 37) % 4000)}\n`);
  writeFileSync(path, entries.map((entry) => `${FROM}\n${entry}`).join('\n'));

  it.each([1100, 1500, 4096, 65_536, undefined])('is read through memory of %s octets', (room) => {
    const messages = [...mboxGroups(path, room)].flatMap((group) => group.map((octets) => octets.length));
    expect(messages).toEqual(entries.map(({ length }) => length - 1));
    let at = 0;
    for (const group of mboxGroups(path, room))
      for (const message of group) expect(Buffer.from(message).toString()).toBe(entries[at++]?.replace('>', ''));
    expect(at).toBe(300);
  });

  it('is known by its first line', () => {
    const letter = join(folder, 'letter.eml');
    writeFileSync(letter, 'Subject: a\n');
    expect([path, letter, join(folder, 'missing'), folder].map(isMboxFile)).toEqual([true, false, false, false]);
    rmSync(folder, { recursive: true });
  });
});
