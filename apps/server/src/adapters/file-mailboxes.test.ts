import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Content } from '../model.ts';
import { FileMailboxes, folderName } from './file-mailboxes.ts';
import { SystemClock } from './system-clock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dsnkit-mail-'));
});
afterEach(() => rm(directory, { recursive: true }));

const octets = (text: string) => new TextEncoder().encode(text);
function content(pieces: readonly string[], inMemory: boolean): Content {
  const whole = octets(pieces.join(''));
  return {
    sizeOctets: whole.length,
    ...(inMemory ? { octets: whole } : {}),
    async *read() {
      for (const piece of pieces) yield await Promise.resolve(octets(piece));
    },
  };
}

describe('FileMailboxes', () => {
  it.each([true, false])('stores prefix and content to the octet (in memory: %s)', async (inMemory) => {
    const mailboxes = new FileMailboxes(new SystemClock());
    const root = join(directory, 'deep', 'mail');
    await mailboxes.deliver(
      root,
      'Bob@Ivory.EDU',
      octets('Return-Path: <a@b>\r\n'),
      content(['Subject: x\r\n', '\r\nbody\r\n'], inMemory),
    );
    const maildir = join(root, 'bob@ivory.edu');
    expect((await readdir(maildir)).sort()).toEqual(['cur', 'new', 'tmp']);
    expect(await readdir(join(maildir, 'tmp'))).toEqual([]);
    const [name = ''] = await readdir(join(maildir, 'new'));
    expect(name).toMatch(/^\d+\.M\d+P\d+Q\d+\.[^/:]+,S=40$/);
    expect(await readFile(join(maildir, 'new', name), 'utf8')).toBe('Return-Path: <a@b>\r\nSubject: x\r\n\r\nbody\r\n');
  });

  it('gives each message a name of its own', async () => {
    const mailboxes = new FileMailboxes({ now: () => 1_790_000_000_123, after: () => ({ cancel: () => undefined }) });
    await Promise.all(
      Array.from({ length: 20 }, () => mailboxes.deliver(directory, 'bob', octets(''), content(['x'], true))),
    );
    expect(await readdir(join(directory, 'bob', 'new'))).toHaveLength(20);
  });

  it('rejects and leaves nothing behind when the content breaks off or the folder is no directory', async () => {
    const mailboxes = new FileMailboxes(new SystemClock());
    const broken: Content = {
      sizeOctets: 10,
      async *read() {
        yield await Promise.resolve(octets('half'));
        throw new Error('the disk is gone');
      },
    };
    await expect(mailboxes.deliver(directory, 'bob', octets(''), broken)).rejects.toThrow('the disk is gone');
    expect(await readdir(join(directory, 'bob', 'tmp'))).toEqual([]);
    expect(await readdir(join(directory, 'bob', 'new'))).toEqual([]);
    await writeFile(join(directory, 'carol'), '');
    await expect(mailboxes.deliver(directory, 'carol', octets(''), content(['x'], true))).rejects.toThrow();
  });
});

describe('folderName', () => {
  it.each([
    ['Bob@Ivory.EDU', 'bob@ivory.edu'],
    ['bob+tag@ivory.edu', 'bob+tag@ivory.edu'],
    ['../../etc/passwd', '%2e.%2f..%2fetc%2fpasswd'],
    ['..', '%2e%2e'],
    ['.', '%2e'],
    ['a\0b', 'a%00b'],
    ['user%host@x', 'user%25host@x'],
    ['"a b"@x', '%22a b%22@x'],
    ['', '%'],
    ['e\u0301@x', '\u00e9@x'],
  ])('%j lies in %s', (address, name) => {
    expect(folderName(address)).toBe(name);
  });

  it('stays within what file systems allow, and apart', () => {
    const [a, b] = [folderName(`${'a'.repeat(300)}@x`), folderName(`${'a'.repeat(300)}@y`)];
    expect(a).not.toBe(b);
    expect(Buffer.byteLength(folderName('ü'.repeat(400)))).toBeLessThanOrEqual(200);
    expect(a).toHaveLength(200);
  });
});
