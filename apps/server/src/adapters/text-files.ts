import { readFileSync } from 'node:fs';

/** A variable of the environment that a configuration names is not there. */
export class NotSetError extends Error {
  override readonly name = 'NotSetError';
}

/**
 * The text of a file, or, for `env:NAME`, the value of a variable of the environment: for secrets that come that way.
 *
 * @throws {NotSetError} where there is no such variable
 * @throws {Error} which names the file, where it can't be read
 */
export function readText(path: string): string {
  const name = /^env:(\w+)$/.exec(path)?.[1];
  if (name === undefined) return readNamed(path);
  const value = process.env[name];
  if (value === undefined) throw new NotSetError(`${path}: ${name} is not set in the environment`);
  return value;
}

function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // Node names the file that it can't open, but not the folder that it can't read.
    const fault = error as NodeJS.ErrnoException;
    if (fault.path === undefined) fault.message += ` '${path}'`;
    throw fault;
  }
}
