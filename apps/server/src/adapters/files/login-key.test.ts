import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { keepLoginKey, loginKey } from './login-key.ts';

function world() {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-login-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const troubles: unknown[] = [];
  return { folder, troubles, trouble: (error: unknown) => void troubles.push(error) };
}

it('makes a key once, for nobody else to read', () => {
  const { folder, troubles, trouble } = world();
  const key = loginKey(folder, trouble);
  expect(key).toHaveLength(32);
  expect(loginKey(folder, trouble)).toEqual(key);
  expect(statSync(join(folder, 'login.key')).mode & 0o777).toBe(0o600);
  expect(loginKey(world().folder, trouble)).not.toEqual(key);
  expect([readdirSync(folder), troubles]).toEqual([['login.key'], []]);
});

it('takes over the key of other nodes', () => {
  const { folder, trouble } = world();
  loginKey(folder, trouble);
  const shared = new Uint8Array(32).fill(3);
  keepLoginKey(folder, shared, trouble);
  expect(new Uint8Array(loginKey(folder, trouble))).toEqual(shared);
});

it('makes another one in place of one that is damaged, and goes on without a place for it', () => {
  const { folder, troubles, trouble } = world();
  writeFileSync(join(folder, 'login.key'), 'short');
  const key = loginKey(folder, trouble);
  expect(loginKey(folder, trouble)).toEqual(key);
  expect(troubles).toHaveLength(1);
  expect(loginKey(join(folder, 'nowhere'), trouble)).toHaveLength(32);
  expect(troubles).toHaveLength(2);
});
