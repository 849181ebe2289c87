import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the memory of the machine is a file system, thousands of syncs cost nothing; kill -9 spares it like a disk. */
const inMemory = '/dev/shm';
const wantedOctets = 256 * 1_048_576;

/** Makes a directory for the queue of one test. */
export function newDirectory(): Promise<string> {
  return mkdtemp(join(hasRoom(inMemory) ? inMemory : tmpdir(), 'dsnkit-queue-'));
}

function hasRoom(directory: string): boolean {
  if (!existsSync(directory)) return false;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize > wantedOctets;
}
