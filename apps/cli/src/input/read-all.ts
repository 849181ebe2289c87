import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';
import { reasonOf } from './reason.ts';

/** Everything that comes, as one piece. */
export async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/**
 * A file as a whole, or standard input if it is `-`.
 *
 * @throws {UsageError} one line that names the file
 */
export async function readInput(file: string, stdin: () => AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (file === '-') return await readAll(stdin());
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file}: ${reasonOf(error)}`);
  }
}
