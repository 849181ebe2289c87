import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StoreError } from '../../ports.ts';
import { openSqliteSuppression } from './suppression.ts';

it('refuses a file that is something else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-suppression-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 's.db');
  writeFileSync(file, 'this is no database, and nobody should make one of it');
  expect(() => openSqliteSuppression(file)).toThrow(StoreError);
});

it('names the file that is damaged, and what goes on without it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-suppression-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 's.db');
  await openSqliteSuppression(file).close();
  const octets = readFileSync(file);
  const told = (why: string): string =>
    `The suppression list ${file} can't be used: ${why}; move it away, and a new one is begun`;
  writeFileSync(file, octets.fill('garbage ', 4096));
  const list = openSqliteSuppression(file);
  await expect(list.all()).rejects.toThrow(told('database disk image is malformed'));
  await list.close();
  writeFileSync(file, octets.fill('garbage '));
  expect(() => openSqliteSuppression(file)).toThrow(told('file is not a database'));
});
