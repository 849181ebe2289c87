import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openPrivate, withoutWarning } from './sqlite.ts';

it.skipIf(process.platform === 'win32')('makes databases that nobody else may read, in whatever folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  const database = openPrivate(join(folder, 'queue.db'));
  onTestFinished(() => database.close());
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE mail (octets BLOB) STRICT');
  const files = readdirSync(folder);
  expect(files).toContain('queue.db-wal');
  for (const file of files) expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, 0o600]);
  // One that is there is opened as it is.
  chmodSync(join(folder, 'queue.db'), 0o640);
  const again = openPrivate(join(folder, 'queue.db'));
  onTestFinished(() => again.close());
  expect(again.prepare('SELECT count(*) AS rows FROM mail').get()).toEqual({ rows: 0 });
  expect(statSync(join(folder, 'queue.db')).mode & 0o777).toBe(0o640);
});

it('keeps one warning from being told, while it loads, and no other', () => {
  const told: unknown[][] = [];
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void told.push(args));
  const warn = (): string => {
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
    process.emitWarning('WASI is an experimental feature', 'ExperimentalWarning');
    return 'loaded';
  };
  expect(withoutWarning('SQLite is', warn)).toBe('loaded');
  expect(told).toEqual([['WASI is an experimental feature', 'ExperimentalWarning']]);
  const fault = (): never => {
    throw new Error('no such module');
  };
  expect(() => withoutWarning('SQLite is', fault)).toThrow('no such module');
  warn();
  expect(told).toHaveLength(3);
  spy.mockRestore();
});
