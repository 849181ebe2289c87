import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
