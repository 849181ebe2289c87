import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Where the memory of the machine is a file system, thousands of syncs cost nothing; kill -9 spares it like a disk.
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Makes a directory for a queue of one test. */
export function newDirectory(): Promise<string> {
  return mkdtemp(join(parent, 'dsnkit-queue-'));
}
