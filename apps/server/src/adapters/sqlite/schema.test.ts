import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { migrate, openDatabase, toStoreError } from './schema.ts';

const first = 'CREATE TABLE one (a TEXT) STRICT; INSERT INTO one VALUES (1)';
const second = "ALTER TABLE one ADD COLUMN b TEXT NOT NULL DEFAULT 'new'";
const third = 'CREATE TABLE three (c TEXT)';
const rows = (database: DatabaseSync) =>
  database
    .prepare('SELECT * FROM one')
    .all()
    .map((row) => ({ ...row }));
const version = (database: DatabaseSync) => database.prepare('PRAGMA user_version').get()?.['user_version'];

describe('openDatabase', () => {
  it('syncs the log with every commit: what has been committed a power cut can not take', () => {
    const directory = mkdtempSync(join(tmpdir(), 'dsnd-schema-'));
    const options = { maxDatabaseOctets: undefined, minFreeOctets: 0 };
    const database = openDatabase({ file: join(directory, 'queue.db'), ...options });
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name];
    // 2 is FULL: less would sync a log only when it is written back.
    expect([pragma('journal_mode'), pragma('synchronous')]).toEqual(['wal', 2]);
    database.close();
    rmSync(directory, { recursive: true });
  });
});

describe('migrate', () => {
  it('takes the steps that a database has not taken, in their order', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, [first]);
    expect(version(database)).toBe(1);
    migrate(database, [first, second, third]);
    expect(rows(database)).toEqual([{ a: '1', b: 'new' }]);
    expect(version(database)).toBe(3);
    migrate(database, [first, second, third]);
    expect(version(database)).toBe(3);
  });

  it('takes all steps for a new database', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, [first, second]);
    expect(rows(database)).toEqual([{ a: '1', b: 'new' }]);
  });

  it('takes none of the steps if one fails', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, [first]);
    expect(() => migrate(database, [first, second, 'CREATE TABLE one (again TEXT)'])).toThrow();
    database.exec('ROLLBACK');
    expect(version(database)).toBe(1);
    expect(rows(database)).toEqual([{ a: '1' }]);
  });

  it('refuses a later version, and leaves it as it is', () => {
    const database = new DatabaseSync(':memory:');
    migrate(database, [first, second]);
    expect(() => migrate(database, [first])).toThrow(/version 2, but this program knows only up to 1/);
    expect(version(database)).toBe(2);
  });
});

describe('toStoreError', () => {
  it.each([
    [5, 'locked'],
    [13, 'full'],
    [10, 'io'],
    [10 | (3 << 8), 'io'],
    [11, 'corrupt'],
    [26, 'corrupt'],
    [undefined, 'io'],
  ])('reads SQLite result %s as %s', (errcode, code) => {
    const error = toStoreError(Object.assign(new Error('over\ntwo lines'), { errcode }));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('\n');
  });

  it.each([3, 8, 14])('asks for the owner of the folder at result %s, which lacks a right', (errcode) => {
    expect(toStoreError(Object.assign(new Error('no'), { errcode })).message).toMatch(/no; does its folder belong to/);
    expect(toStoreError(Object.assign(new Error('no'), { errcode: 10 })).message).toBe('The store failed: no');
  });
});
