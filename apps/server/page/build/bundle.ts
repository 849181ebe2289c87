import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';

/** The files of the page by path, as they are served. */
export type BundledPage = ReadonlyMap<string, Uint8Array>;

const page = new URL('../', import.meta.url);

/** What is fetched only when a bounce is to be explained. */
export function isReader(path: string): boolean {
  return path.startsWith('/reader-');
}

/** Makes the page: a script, a style sheet, the reader of bounces apart, and nothing that is fetched from elsewhere. */
export async function bundlePage(): Promise<BundledPage> {
  const [{ outputFiles }, html, icon] = await Promise.all([
    bundle({
      entryPoints: [
        { in: fileURLToPath(new URL('src/main.tsx', page)), out: 'page' },
        { in: fileURLToPath(new URL('src/style/page.css', page)), out: 'page' },
      ],
      outdir: 'bundle',
      bundle: true,
      splitting: true,
      chunkNames: '[name]-[hash]',
      minify: true,
      write: false,
      platform: 'browser',
      target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
      format: 'esm',
      conditions: ['source'],
      tsconfig: fileURLToPath(new URL('tsconfig.json', page)),
      plugins: [shortRegistry],
      legalComments: 'none',
      logLevel: 'silent',
    }),
    readFile(new URL('index.html', page)),
    readFile(new URL('icon.svg', page)),
  ]);
  const files = new Map<string, Uint8Array>([
    ['/', html],
    ['/icon.svg', icon],
  ]);
  for (const { path, contents } of outputFiles) files.set(`/${basename(path)}`, contents);
  return files;
}

/** The page shows the sentences of the register of status codes; what it says for operators would be a tenth of the page. */
const shortRegistry: Plugin = {
  name: 'short-registry',
  setup(build) {
    build.onLoad({ filter: /registry[\\/]entries\.ts$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8');
      return { contents: code.replace(/^ {4}(?:name|description|basicCodes|reference): .*,$\n/gm, ''), loader: 'ts' };
    });
  },
};
