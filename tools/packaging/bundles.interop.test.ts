import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { exercise, type Exercise } from './exercise.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isBuilt = existsSync(`${root}packages/multipart-report/dist/index.js`);
const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Bundles code that imports the packages as published, for browsers and without any shim; gives minified ESM. */
async function bundle(code: string, external: readonly string[] = [], format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format,
    external: [...external],
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/** The budgets in octets, minified and gzipped. Workspace dependencies are counted where the budget does not leave them out. */
const BUDGETS = [
  { name: 'xtext', octets: 2_000, external: [] },
  { name: 'esmtp-parameters', octets: 8_000, external: ['@dsnkit/xtext'] },
  { name: 'delivery-status', octets: 16_000, external: ['@dsnkit/xtext'] },
  { name: 'multipart-report', octets: 12_288, external: ['@dsnkit/delivery-status', '@dsnkit/xtext'] },
  {
    name: 'bounce',
    octets: 49_000,
    external: [
      '@dsnkit/multipart-report',
      '@dsnkit/multipart-report/message',
      '@dsnkit/delivery-status',
      '@dsnkit/xtext',
    ],
  },
] as const;

describe.runIf(isBuilt)('bundles', () => {
  it.each(BUDGETS)(
    '@dsnkit/$name bundles for browsers in less than $octets octets',
    async ({ name, octets, external }) => {
      const size = gzipSync(await bundle(`export * from '@dsnkit/${name}';`, external)).length;
      console.log(`@dsnkit/${name}: ${size} of ${octets} octets, minified and gzipped`);
      expect(size).toBeLessThan(octets);
    },
  );

  it.each([
    ['xtext', 'encodeXtext'],
    ['esmtp-parameters', 'parseNotify'],
    ['delivery-status', 'parseStatusCode'],
    ['multipart-report', 'decodeHeaderText'],
  ])('@dsnkit/%s shakes: %s alone costs less than half of the whole', async (name, one) => {
    const all = ['@dsnkit/xtext', '@dsnkit/delivery-status'];
    const external = all.filter((each) => each !== `@dsnkit/${name}`);
    const whole = (await bundle(`export * from '@dsnkit/${name}';`, external)).length;
    const part = (await bundle(`export { ${one} } from '@dsnkit/${name}';`, external)).length;
    expect(part).toBeLessThan(whole / 2);
  });
});

describe.runIf(isBuilt && browser !== undefined)('in a browser', () => {
  it('the libraries do in a page and in a worker what they do here', async () => {
    const code = await bundle(`import { exercise } from './exercise.ts'; globalThis.result = exercise();`, [], 'iife');
    const worker = await bundle(`import { exercise } from './exercise.ts'; postMessage(exercise());`, [], 'iife');
    const launched = await chromium.launch({
      executablePath: browser!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    try {
      const page = await launched.newPage();
      await page.setContent('<!doctype html><title>dsnkit</title>');
      await page.addScriptTag({ content: code });
      const inPage = await page.evaluate<Exercise>('globalThis.result');
      const inWorker = await page.evaluate<Exercise>(`new Promise((resolve, reject) => {
        const source = new Blob([${JSON.stringify(worker)}], { type: 'text/javascript' });
        const worker = new Worker(URL.createObjectURL(source));
        worker.onmessage = (event) => resolve(event.data);
        worker.onerror = (event) => reject(new Error(event.message));
      })`);
      expect(inPage).toEqual(exercise());
      expect(inWorker).toEqual(exercise());
    } finally {
      await launched.close();
    }
  });
});

it.skipIf(isBuilt && browser !== undefined)(
  'skipped: needs built packages (npm test) and Chromium (a Debian package)',
  () => undefined,
);
