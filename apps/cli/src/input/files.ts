import { opendirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from './reason.ts';

/** A file to read. */
export interface InputFile {
  /** As named on the command line or found below it; `-` is the standard input. */
  readonly path: string;
  /** Octets; undefined where only reading tells (standard input, pipes). */
  readonly size: number | undefined;
}

/** Folders up to this size are read in the order of their names, larger ones in that of the file system: memory stays bounded. */
const SORTED_ENTRIES = 20_000;

/**
 * The files that paths stand for: themselves, all below a folder, the messages of a Maildir.
 *
 * A folder with `cur` and `new` is a Maildir and only they are read. Hidden files and links to folders below a folder are
 * passed over; so is what is neither file nor folder, since reading a pipe could wait for ever.
 */
export function* filesOf(paths: readonly string[], complain: (message: string) => void): Generator<InputFile> {
  for (const path of paths) {
    if (path === '-') {
      yield { path, size: undefined };
      continue;
    }
    const stats = statsOf(path, complain);
    if (stats === undefined) continue;
    if (stats.isDirectory()) yield* filesBelow(path, complain);
    else yield { path, size: stats.isFile() ? stats.size : undefined };
  }
}

function* filesBelow(folder: string, complain: (message: string) => void): Generator<InputFile> {
  try {
    const maildir = isFolder(join(folder, 'cur')) && isFolder(join(folder, 'new'));
    for (const entry of maildir ? ['cur', 'new'] : entriesOf(folder)) {
      if (typeof entry === 'string') {
        yield* filesBelow(join(folder, entry), complain);
        continue;
      }
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) yield* filesBelow(path, complain);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const stats = statsOf(path, complain);
        if (stats?.isFile() === true) yield { path, size: stats.size };
      }
    }
  } catch (error) {
    complain(`${folder}: ${reasonOf(error)}`);
  }
}

function* entriesOf(folder: string): Generator<Dirent> {
  const open = opendirSync(folder, { bufferSize: 1024 });
  try {
    const first: Dirent[] = [];
    let entry = open.readSync();
    for (; entry !== null && first.length < SORTED_ENTRIES; entry = open.readSync()) first.push(entry);
    if (entry === null) first.sort((a, b) => (a.name < b.name ? -1 : 1));
    yield* first;
    for (; entry !== null; entry = open.readSync()) yield entry;
  } finally {
    open.closeSync();
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function statsOf(path: string, complain: (message: string) => void): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    complain(`${path}: ${reasonOf(error)}`);
    return undefined;
  }
}
