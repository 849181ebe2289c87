import { readFileSync } from 'node:fs';

/** A variable of the environment that a configuration names is not there. */
export class NotSetError extends Error {
  override readonly name = 'NotSetError';
}

/**
 * The text of a file, or, for `env:NAME`, the value of a variable of the environment: for secrets that come that way.
 *
 * @throws {NotSetError} where there is no such variable
 */
export function readText(path: string): string {
  const name = /^env:(\w+)$/.exec(path)?.[1];
  if (name === undefined) return readFileSync(path, 'utf8');
  const value = process.env[name];
  if (value === undefined) throw new NotSetError(`${path}: ${name} is not set in the environment`);
  return value;
}
