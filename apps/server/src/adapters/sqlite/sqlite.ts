import { closeSync, openSync } from 'node:fs';
import type * as Sqlite from 'node:sqlite';

/** The SQLite of Node, without the word of Node 22 that it is experimental: operators can do nothing about it. */
export const DatabaseSync: typeof Sqlite.DatabaseSync = withoutWarning('SQLite is an experimental feature', () =>
  process.getBuiltinModule('node:sqlite'),
).DatabaseSync;
export type DatabaseSync = Sqlite.DatabaseSync;

/** Opens a database of mail. A new one is for its owner only, whatever its folder is, and so is its log, which gets its mode. */
export function openPrivate(file: string): DatabaseSync {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch {
    // It is there already, or SQLite tells what is wrong.
  }
  return new DatabaseSync(file);
}

/** Loads something; a warning about it that begins so is not told, any other is. */
export function withoutWarning<T>(beginning: string, load: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (...args: readonly unknown[]): void => {
    if (!String(args[0]).startsWith(beginning)) Reflect.apply(emitWarning, undefined, args);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
