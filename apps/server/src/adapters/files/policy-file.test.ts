import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { KeptPolicy } from '../../ports.ts';
import { openPolicyFile } from './policy-file.ts';

const kept = (domain: string, mx: readonly string[] = ['mail.ivory.edu']): KeptPolicy => ({
  ...{ domain, id: '1', fetchedAtMs: 1, expiresAtMs: 2, policy: { mode: 'enforce', mx, maxAgeSeconds: 1 } },
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dsnd-policies-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it('gives back what was saved last, in its order; none where there is no file', async () => {
  const path = folder();
  const file = join(path, 'p.jsonl');
  expect(await openPolicyFile(file).load()).toEqual([]);
  await openPolicyFile(file).save([kept('a')]);
  await openPolicyFile(file).save([kept('c'), kept('b')]);
  expect(await openPolicyFile(file).load()).toEqual([kept('c'), kept('b')]);
  expect([readdirSync(path), statSync(file).mode & 0o777]).toEqual([['p.jsonl'], 0o600]);
});

it('believes nothing of a file that is damaged, and names the place', async () => {
  const file = join(folder(), 'p.jsonl');
  const store = openPolicyFile(file);
  await store.save([kept('a'), kept('b')]);
  truncateSync(file, statSync(file).size - 5);
  await expect(store.load()).rejects.toThrow(`${file}:2: is no MTA-STS policy`);
  for (const line of ['null', '{"domain":"a"}', '\u0000']) {
    writeFileSync(file, '');
    appendFileSync(file, `${line}\n`);
    await expect(store.load()).rejects.toThrow(`${file}:1: is no MTA-STS policy`);
  }
  await store.save([kept('a')]);
  expect(await store.load()).toEqual([kept('a')]);
});

it('keeps the last ones of very many, and reads no file that is larger', async () => {
  const file = join(folder(), 'p.jsonl');
  const store = openPolicyFile(file);
  const mx = Array.from({ length: 4_000 }, (_, i) => `mail-${i}.ivory.edu`);
  const many = Array.from({ length: 300 }, (_, i) => kept(`d${i}`, mx));
  await store.save(many);
  const found = await store.load();
  expect([found.length < 300, found.at(-1)?.domain]).toEqual([true, 'd299']);
  expect(statSync(file).size).toBeLessThanOrEqual(16 * 1024 * 1024);
  truncateSync(file, 17 * 1024 * 1024);
  await expect(store.load()).rejects.toThrow('larger');
});
