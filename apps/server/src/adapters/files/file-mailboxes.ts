import { createHash } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Content } from '../../model.ts';
import type { Mailboxes } from '../../ports.ts';

/** Octets that a folder's name may have before its end is replaced by a digest: file systems allow 255. */
const maxNameOctets = 200;

/**
 * Maildirs on a file system: `DIRECTORY/FOLDER/{tmp,new,cur}`, one file per message.
 *
 * A message is written to `tmp` (under a name with the mark of this process), synced, moved to `new`, and `new` is synced. Its name comes from the key of the delivery
 * alone, so a delivery that a crash made twice replaces itself (unless a reader has moved it to `cur` meanwhile). Content is stored to the octet, with its
 * CRLF line ends, so that binary content survives; IMAP servers and mail readers take either line end.
 *
 * @example await new FileMailboxes().deliver({ directory: './mail', folder: 'bob@ivory.edu', key: '778000000.q1n0', prefix, content });
 */
export class FileMailboxes implements Mailboxes {
  // These two would end a name or start its flags.
  readonly #host = hostname().replaceAll('/', '\\057').replaceAll(':', '\\072');

  async deliver({ directory, folder, key, prefix, content }: Parameters<Mailboxes['deliver']>[0]): Promise<void> {
    const maildir = join(directory, folderName(folder));
    const name = `${key}.${this.#host},S=${prefix.length + content.sizeOctets}`;
    try {
      await store(maildir, name, prefix, content);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // It is not there yet, or a crash left half of it.
      await createMaildir(maildir);
      await store(maildir, name, prefix, content);
    }
    await syncDirectory(join(maildir, 'new'));
  }
}

/**
 * The folder of an address: the address in lower case and NFC, in which `%`, controls and characters that mean something
 * to a file system (`/ \ : * ? " < > |`), and a dot at the start or end, are written as `%` and two hex digits. A name
 * over 200 octets ends in `~` and a digest instead.
 *
 * @example folderName('../Bob@ivory.edu') // '%2e.%2fbob@ivory.edu'
 */
export function folderName(address: string): string {
  const safe = address
    .normalize('NFC')
    .toLowerCase()
    .replace(
      /[\x00-\x1f\x7f%/\\:*?"<>|]|^\.|\.$/g,
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  if (safe === '') return '%';
  if (Buffer.byteLength(safe) <= maxNameOctets) return safe;
  const digest = createHash('sha256').update(safe).digest('hex').slice(0, 32);
  let kept = safe.slice(0, maxNameOctets - digest.length - 1);
  while (Buffer.byteLength(kept) > maxNameOctets - digest.length - 1) kept = kept.slice(0, -1);
  return `${kept.toWellFormed().replace(/\ufffd$/, '')}~${digest}`;
}

async function store(maildir: string, name: string, prefix: Uint8Array, content: Content): Promise<void> {
  // Another process that has the same delivery, since this one lost its claim, writes a file of its own.
  const temporary = join(maildir, 'tmp', `${name},P=${process.pid}`);
  await write(temporary, prefix, content);
  try {
    await rename(temporary, join(maildir, 'new', name));
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function write(path: string, prefix: Uint8Array, content: Content): Promise<void> {
  // A file of this name can only be a piece that a crash left, of a process with the same number.
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(
      content.octets === undefined ? pieces(prefix, content) : Buffer.concat([prefix, content.octets]),
    );
    await file.datasync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

async function* pieces(prefix: Uint8Array, content: Content): AsyncGenerator<Uint8Array> {
  yield prefix;
  yield* content.read();
}

async function createMaildir(maildir: string): Promise<void> {
  const first = await mkdir(maildir, { recursive: true, mode: 0o700 });
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(maildir, part), { recursive: true, mode: 0o700 });
  await syncDirectory(maildir);
  // Each directory that is new must itself be found again after a power cut.
  for (let made = maildir; first !== undefined; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first || made === dirname(made)) break;
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories and keeps their entries itself.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
