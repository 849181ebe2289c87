import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StoreError, type SuppressionRecord } from '../ports.ts';
import { openSqliteSuppression } from './sqlite-suppression.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dsnd-suppression-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const record = (address: string, failures = 1): SuppressionRecord => ({
  ...{ address, reason: 'who?', status: '5.1.1', sinceMs: 1, failures, listed: true },
});

it('keeps records over an end, the last one of each address', async () => {
  const file = join(folder(), 's.db');
  const store = openSqliteSuppression(file);
  await store.change([record('b@x'), record('a@x'), record('c@x')], []);
  await store.change([record('b@x', 2)], ['c@x']);
  await store.close();
  const again = openSqliteSuppression(file);
  onTestFinished(() => again.close());
  expect(await again.all()).toEqual([record('a@x'), record('b@x', 2)]);
});

it('forgets records that are as they were, not those that were changed meanwhile', async () => {
  const file = join(folder(), 's.db');
  const store = openSqliteSuppression(file);
  await store.change([record('a@x'), record('b@x')], []);
  const [a, b] = await store.all();
  await store.change([record('b@x', 2)], []);
  await store.forget([a!, b!, record('c@x')]);
  await store.close();
  const again = openSqliteSuppression(file);
  onTestFinished(() => again.close());
  expect(await again.all()).toEqual([record('b@x', 2)]);
});

it('refuses a file that is something else', () => {
  const file = join(folder(), 's.db');
  writeFileSync(file, 'this is no database, and nobody should make one of it');
  expect(() => openSqliteSuppression(file)).toThrow(StoreError);
});
