import { closeSync, constants, fstatSync, openSync, readFileSync, type StatsBase } from 'node:fs';

/** A variable of the environment that a configuration names is not there. */
export class NotSetError extends Error {
  override readonly name = 'NotSetError';
}

/** What a configuration names is there, but no file: who reads a pipe waits for a writer, and a device may never end. */
export class NotAFileError extends Error {
  override readonly name = 'NotAFileError';
}

/** @throws {NotAFileError} for a pipe, a socket or a device; a folder can be read by nobody, which is told where it is tried */
export function assertFile(path: string, stats: StatsBase<number> | StatsBase<bigint>): void {
  if (stats.isFile() || stats.isDirectory()) return;
  const what = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new NotAFileError(`${path}: is ${what}; allowed: a file`);
}

/**
 * The text of a file, or, for `env:NAME`, the value of a variable of the environment: for secrets that come that way.
 *
 * @throws {NotSetError} where there is no such variable
 * @throws {NotAFileError} where it is no file
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
  // What the shell hands over, as in `check-config /dev/stdin`, is open already.
  if (/^\/dev\/(?:stdin|fd\/\d+)$/.test(path)) return readFileSync(path, 'utf8');
  try {
    // To open a pipe would wait for whoever writes into it.
    const file = openSync(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    try {
      assertFile(path, fstatSync(file));
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // Node names the file that it can't open, but not the folder that it can't read.
    const fault = error as NodeJS.ErrnoException;
    if (fault.path === undefined && fault.code !== undefined) fault.message += ` '${path}'`;
    throw fault;
  }
}
