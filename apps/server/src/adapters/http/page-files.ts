import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Page } from '../../admin/api.ts';
import type { PageFile } from '../../admin/page-response.ts';

const TYPES = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
]);

/** What may be one of its files: the name of a script that is fetched later holds a digest of it. */
const PATH = /^\/(?:[\w-]{1,40}\.(?:js|css|svg))?$/;

/** The page as the build left it; in a checkout it is bundled when it is first asked for, so that no build is needed. */
export function openPage(): Page {
  const read = import.meta.url.endsWith('.ts') ? bundle : readBuilt;
  let files: Promise<ReadonlyMap<string, PageFile>> | undefined;
  return async (path) => {
    if (!PATH.test(path)) return undefined;
    files ??= read().then(prepare);
    // What failed once may work the next time.
    files.catch(() => (files = undefined));
    return (await files).get(path);
  };
}

async function readBuilt(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = new URL('../../page/', import.meta.url);
  const entries = (await readdir(folder)).map(async (name): Promise<[string, Uint8Array]> => {
    return [name === 'index.html' ? '/' : `/${name}`, await readFile(new URL(name, folder))];
  });
  return new Map(await Promise.all(entries));
}

async function bundle(): Promise<ReadonlyMap<string, Uint8Array>> {
  const bundler = new URL('../../../page/build/bundle.ts', import.meta.url).href;
  const { bundlePage } = (await import(bundler)) as { bundlePage: () => Promise<ReadonlyMap<string, Uint8Array>> };
  return await bundlePage();
}

function prepare(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, PageFile> {
  const page = new Map<string, PageFile>();
  for (const [path, octets] of files) {
    const digest = createHash('sha256').update(octets).digest('base64url').slice(0, 22);
    const type = TYPES.get(path === '/' ? 'html' : path.slice(path.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
    page.set(path, { type, octets, gzip: gzipSync(octets, { level: 9 }), etag: `"${digest}"` });
  }
  return page;
}
