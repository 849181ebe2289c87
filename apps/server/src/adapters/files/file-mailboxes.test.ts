import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Content } from '../../model.ts';
import { FileMailboxes, folderName } from './file-mailboxes.ts';

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

function delivery(directory: string, folder: string, content: Content, key = '1.q1n0') {
  return { directory, folder, key, prefix: octets(''), content };
}

describe('FileMailboxes', () => {
  it.each([true, false])('stores prefix and content to the octet (in memory: %s)', async (inMemory) => {
    const mailboxes = new FileMailboxes();
    const root = join(directory, 'deep', 'mail');
    await mailboxes.deliver({
      directory: root,
      folder: 'Bob@Ivory.EDU',
      key: '778000000.q1n0',
      prefix: octets('Return-Path: <a@b>\r\n'),
      content: content(['Subject: x\r\n', '\r\nbody\r\n'], inMemory),
    });
    const maildir = join(root, 'bob@ivory.edu');
    expect((await readdir(maildir)).sort()).toEqual(['cur', 'new', 'tmp']);
    expect(await readdir(join(maildir, 'tmp'))).toEqual([]);
    const [name = ''] = await readdir(join(maildir, 'new'));
    expect(name).toMatch(/^778000000\.q1n0\.[^/:]+,S=40$/);
    expect(await readFile(join(maildir, 'new', name), 'utf8')).toBe('Return-Path: <a@b>\r\nSubject: x\r\n\r\nbody\r\n');
  });

  it('keeps deliveries apart by their key, and takes one made twice for one', async () => {
    const mailboxes = new FileMailboxes();
    const deliver = (key: string) => mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), key));
    await Promise.all(Array.from({ length: 20 }, (_, index) => deliver(`1.q${index}n0`)));
    await deliver('1.q7n0');
    expect(await readdir(join(directory, 'bob', 'new'))).toHaveLength(20);
  });

  it('writes over what a crash left half-written', async () => {
    const mailboxes = new FileMailboxes();
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q1n0'));
    const [name = ''] = await readdir(join(directory, 'bob', 'new'));
    const left = name.replace('q1n0', 'q2n0');
    const temporary = (pid: number) => join(directory, 'bob', 'tmp', `${left},P=${pid}`);
    await writeFile(temporary(process.pid), 'a longer half of something');
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q2n0'));
    expect(await readFile(join(directory, 'bob', 'new', left), 'utf8')).toBe('x');
  });

  it('leaves alone what another process is writing of the same delivery', async () => {
    const mailboxes = new FileMailboxes();
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q1n0'));
    const [name = ''] = await readdir(join(directory, 'bob', 'new'));
    const others = join(directory, 'bob', 'tmp', `${name},P=${process.pid + 1}`);
    await writeFile(others, 'half');
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q1n0'));
    expect(await readFile(others, 'utf8')).toBe('half');
    expect(await readdir(join(directory, 'bob', 'new'))).toEqual([name]);
  });

  it.each(['tmp', 'new', 'cur'])('completes a Maildir that a crash left without %s', async (missing) => {
    const mailboxes = new FileMailboxes();
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q1n0'));
    await rm(join(directory, 'bob', missing), { recursive: true });
    await mailboxes.deliver(delivery(directory, 'bob', content(['x'], true), '1.q2n0'));
    expect((await readdir(join(directory, 'bob'))).includes('new')).toBe(true);
    expect((await readdir(join(directory, 'bob', 'new'))).some((name) => name.startsWith('1.q2n0'))).toBe(true);
  });

  it('rejects and leaves nothing behind when the content breaks off or the folder is no directory', async () => {
    const mailboxes = new FileMailboxes();
    const broken: Content = {
      sizeOctets: 10,
      async *read() {
        yield await Promise.resolve(octets('half'));
        throw new Error('the disk is gone');
      },
    };
    await expect(mailboxes.deliver(delivery(directory, 'bob', broken))).rejects.toThrow('the disk is gone');
    expect(await readdir(join(directory, 'bob', 'tmp'))).toEqual([]);
    expect(await readdir(join(directory, 'bob', 'new'))).toEqual([]);
    await writeFile(join(directory, 'carol'), '');
    await expect(mailboxes.deliver(delivery(directory, 'carol', content(['x'], true)))).rejects.toThrow();
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
