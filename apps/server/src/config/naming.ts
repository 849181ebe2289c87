import { parse } from 'smol-toml';
import { locateKeys, type KeyPath } from './locate.ts';
import { resolvePath } from './units.ts';

/** The key that names something outside of a configuration, and its line. */
export interface Naming {
  readonly key: string;
  readonly line: number;
}

/**
 * Finds the key by which a configuration names a file or a variable, for messages about it. Of several the first counts.
 *
 * @param text - The TOML text, which has been read.
 * @param folder - The folder from which relative paths in it count.
 * @example
 * ```ts
 * namingOf('[tls]\nkey = "key.pem"', '/etc/dsnd')('/etc/dsnd/key.pem') // { key: 'tls.key', line: 2 }
 * ```
 */
export function namingOf(text: string, folder: string): (name: string) => Naming | undefined {
  const found = new Map<string, KeyPath>();
  for (const [path, value] of stringsIn(parse(text), []))
    for (const name of [value, resolvePath(folder, value)]) if (!found.has(name)) found.set(name, path);
  const locate = locateKeys(text);
  return (name) => {
    const path = found.get(name);
    return path === undefined ? undefined : { key: keyName(path), line: locate(path) };
  };
}

/** `listen.role` for `['listen', 0, 'role']`: which of the tables is meant is told by the line. */
export function keyName(path: KeyPath): string {
  return path.filter((key) => typeof key === 'string').join('.');
}

function* stringsIn(value: unknown, path: KeyPath): Generator<readonly [KeyPath, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* stringsIn(one, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) yield* stringsIn(one, [...path, key]);
}
