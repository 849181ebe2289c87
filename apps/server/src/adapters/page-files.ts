import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Page, PageFile } from '../admin/api.ts';

const TYPES = new Map([
  ['/', 'text/html; charset=utf-8'],
  ['/page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'image/svg+xml'],
]);

/** The page as the build left it; in a checkout it is bundled when it is first asked for, so that no build is needed. */
export function openPage(): Page {
  const read = import.meta.url.endsWith('.ts') ? bundle : readBuilt;
  let files: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return async (path) => {
    if (!TYPES.has(path)) return undefined;
    files ??= read().then(prepare);
    // What failed once may work the next time.
    files.catch(() => (files = undefined));
    return (await files).get(path);
  };
}

async function readBuilt(): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = [...TYPES.keys()].map(async (path): Promise<[string, Uint8Array]> => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    return [path, await readFile(new URL(`../page/${name}`, import.meta.url))];
  });
  return new Map(await Promise.all(entries));
}

async function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  const bundler = new URL('../../page/build/bundle.ts', import.meta.url).href;
  const { bundlePage } = (await import(bundler)) as { bundlePage: () => Promise<ReadonlyMap<string, Uint8Array>> };
  return await bundlePage();
}

function prepare(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, PageFile> {
  const page = new Map<string, PageFile>();
  for (const [path, octets] of files) {
    const digest = createHash('sha256').update(octets).digest('base64url').slice(0, 22);
    const type = TYPES.get(path) ?? 'application/octet-stream';
    page.set(path, { type, octets, gzip: gzipSync(octets, { level: 9 }), etag: `"${digest}"` });
  }
  return page;
}
