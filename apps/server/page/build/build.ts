/** Writes the page to dist/page, where the published server reads it; fails if it has outgrown its budgets. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bundlePage, isReader } from './bundle.ts';

/** What a browser fetches in all, gzipped: at first, and to explain bounces. */
const BUDGETS = { page: 60_000, reader: 64_000 };

const target = new URL('../../dist/page/', import.meta.url);
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const octets = { page: 0, reader: 0 };
for (const [path, content] of await bundlePage()) {
  writeFileSync(new URL(path === '/' ? 'index.html' : path.slice(1), target), content);
  octets[isReader(path) ? 'reader' : 'page'] += gzipSync(content, { level: 9 }).length;
}
for (const part of ['page', 'reader'] as const) {
  console.log(`${part}: ${octets[part]} of ${BUDGETS[part]} octets, gzipped`);
  if (octets[part] > BUDGETS[part]) process.exitCode = 1;
}
