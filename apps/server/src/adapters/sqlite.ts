import type * as Sqlite from 'node:sqlite';

/** The SQLite of Node, without the word of Node 22 that it is experimental: operators can do nothing about it. */
export const DatabaseSync: typeof Sqlite.DatabaseSync = withoutWarning('SQLite is an experimental feature', () =>
  process.getBuiltinModule('node:sqlite'),
).DatabaseSync;
export type DatabaseSync = Sqlite.DatabaseSync;

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
