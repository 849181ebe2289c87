import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mail } from './support/folder.ts';
import { dsn } from './support/terminal.ts';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

it('the README shows what the commands say', async () => {
  const [, shown = ''] = /\$ dsn inspect failed\.eml\n([^`]*)```/.exec(readme) ?? [];
  const { stdout } = await dsn(['inspect', join(mail, 'failed.eml')]);
  expect(stdout.replace(`${join(mail, 'failed.eml')}:`, 'failed.eml:').startsWith(shown)).toBe(true);
});

it('the README names every command, and every name of the JSON output', async () => {
  const { stdout: help } = await dsn(['--help']);
  const names = [...help.matchAll(/^ {2}([a-z]+) (?:\[|<|  )/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect(readme).toMatch(new RegExp(`\`dsn ${name}\\b`));
  const { stdout } = await dsn(['inspect', '--json', join(mail, 'faulty.eml')]);
  const keysOf = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(keysOf);
    return typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])
      : [];
  };
  for (const key of keysOf(JSON.parse(stdout))) expect(readme).toMatch(new RegExp(`\\b${key}\\b`));
});
