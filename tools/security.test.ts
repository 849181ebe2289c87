import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');
const links = [...text.matchAll(/\[`([^`]+)`\]\(([^)]+)\)/g)].map(([, name = '', path = '']) => ({ name, path }));

describe('SECURITY.md', () => {
  it('names tests that are there, by their names', () => {
    expect(links.length).toBeGreaterThan(20);
    for (const { name, path } of links) {
      expect([path, existsSync(new URL(path, root))]).toEqual([path, true]);
      expect(path.endsWith(`/${name}`)).toBe(true);
    }
  });

  it('shows each promise by at least one of them', () => {
    const [, promises = ''] = /## What is promised[^\n]*\n([\s\S]*?)\n## /.exec(text) ?? [];
    const items = promises.split(/\n(?=- |###|\| )/).filter((item) => item.startsWith('- '));
    expect(items.length).toBeGreaterThanOrEqual(10);
    for (const item of items) expect(item).toMatch(/\]\([^)]+\)/);
  });
});
