import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'login.key';
const OCTETS = 32;

/**
 * The key from which SCRAM answers are made for names that nobody has: it lies beside the queue, so that they are the same
 * after a restart. It is made when it is missing, or damaged. One that can't be kept is good for this process, and `trouble`
 * is told.
 */
export function loginKey(directory: string, trouble: (error: unknown) => void): Uint8Array {
  try {
    const key = readFileSync(join(directory, FILE));
    if (key.length === OCTETS) return key;
    trouble(new Error(`${join(directory, FILE)}: is no key of ${OCTETS} octets; another one is made`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') trouble(error);
  }
  const key = randomBytes(OCTETS);
  keepLoginKey(directory, key, trouble);
  return key;
}

/** Makes a key that nodes share this node's. */
export function keepLoginKey(directory: string, key: Uint8Array, trouble: (error: unknown) => void): void {
  const file = join(directory, FILE);
  try {
    // A crash leaves the old one, or the new one whole.
    writeFileSync(`${file}.new`, key, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
    syncFolder(directory);
  } catch (error) {
    trouble(error);
  }
}

function syncFolder(directory: string): void {
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
