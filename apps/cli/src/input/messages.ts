import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { isMbox, splitMbox } from './mbox.ts';

/** One message of the input. */
export interface InputMessage {
  /** The file as named on the command line or found below it; `-` is the standard input. */
  readonly file: string;
  /** Place in an mbox, from 1; absent for a file of one message. */
  readonly index?: number;
  readonly octets: Uint8Array;
}

/**
 * Reads the messages of files, mbox files, Maildir folders and other folders, and of standard input (`-`), one file in
 * memory at a time.
 *
 * @throws {UsageError} one line that names the file
 */
export function* readMessages(paths: readonly string[]): Generator<InputMessage> {
  for (const path of paths) yield* readPath(path);
}

function* readPath(path: string): Generator<InputMessage> {
  if (path !== '-' && isFolder(path)) {
    for (const name of filesOf(path)) yield* readFile(join(path, name));
  } else yield* readFile(path);
}

function* readFile(file: string): Generator<InputMessage> {
  const octets = read(file);
  if (!isMbox(octets)) {
    yield { file, octets };
    return;
  }
  let index = 0;
  for (const message of splitMbox(octets)) yield { file, index: ++index, octets: message };
}

/** A Maildir has its messages in new and cur; any other folder is read with all that lies below it. */
function filesOf(folder: string): string[] {
  const names = readdirSync(folder).sort();
  const maildir = names.includes('cur') || names.includes('new');
  const inside = maildir ? names.filter((name) => name === 'cur' || name === 'new') : names.filter(isVisible);
  return inside.flatMap((name) => {
    const path = join(folder, name);
    if (!isFolder(path)) return [name];
    return filesOf(path).map((below) => join(name, below));
  });
}

function isVisible(name: string): boolean {
  return !name.startsWith('.');
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new UsageError(`${path}: ${reason(error)}`);
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new UsageError(`${file}: ${reason(error)}`);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES') return 'may not be read';
  return error instanceof Error ? error.message : String(error);
}
