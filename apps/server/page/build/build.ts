/** Writes the page to dist/page, where the published server reads it; fails if it has outgrown its budget. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bundlePage } from './bundle.ts';

/** What a browser fetches in all, gzipped. */
const BUDGET_OCTETS = 60_000;

const target = new URL('../../dist/page/', import.meta.url);
mkdirSync(target, { recursive: true });
let octets = 0;
for (const [path, content] of await bundlePage()) {
  writeFileSync(new URL(path === '/' ? 'index.html' : path.slice(1), target), content);
  octets += gzipSync(content, { level: 9 }).length;
}
console.log(`page: ${octets} of ${BUDGET_OCTETS} octets, gzipped`);
if (octets > BUDGET_OCTETS) process.exitCode = 1;
