import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../admin/api.ts';
import { openPage } from './page-files.ts';

const PATHS = ['/', '/page.js', '/page.css', '/icon.svg'];

/** The scripts that a script names: one is fetched with it, one when a bounce is to be explained. */
async function scriptsOf(page: Page): Promise<{ readonly atFirst: string[]; readonly reader: string[] }> {
  const code = new TextDecoder().decode((await page('/page.js'))?.octets);
  const named = [...new Set(code.match(/(?<=["']\.)\/[\w-]+\.js(?=["'])/g))];
  const isReader = (path: string): boolean => code.includes(`import(".${path}")`);
  return { atFirst: named.filter((path) => !isReader(path)), reader: named.filter(isReader) };
}

describe('openPage', () => {
  it('bundles the page from source: less than 60 kB gzipped, and 64 more to read bounces', async () => {
    const page = openPage();
    const files = await Promise.all(PATHS.map((path) => page(path)));
    expect(files.map((file) => file?.type)).toEqual([
      'text/html; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/css; charset=utf-8',
      'image/svg+xml',
    ]);
    for (const file of files) {
      expect(file!.etag).toMatch(/^"[\w-]{22}"$/);
      expect(gunzipSync(file!.gzip)).toEqual(Buffer.from(file!.octets));
    }
    const { atFirst, reader } = await scriptsOf(page);
    expect(reader).toHaveLength(1);
    const sizeOf = async (paths: readonly string[]): Promise<number> => {
      const found = await Promise.all(paths.map((path) => page(path)));
      expect(found.map((file) => file?.type)).toEqual(paths.map(() => 'text/javascript; charset=utf-8'));
      return found.reduce((sum, file) => sum + file!.gzip.length, 0);
    };
    const size = files.reduce((sum, file) => sum + file!.gzip.length, 0);
    expect(size + (await sizeOf(atFirst))).toBeLessThan(60_000);
    expect(await sizeOf(reader)).toBeLessThan(64_000);
  });

  it('knows no other path', async () => {
    const page = openPage();
    expect(await page('/page.ts')).toBeUndefined();
    expect(await page('/../package.json')).toBeUndefined();
  });

  it('names nothing that lies elsewhere, and holds no inline script or style', async () => {
    const page = openPage();
    const html = new TextDecoder().decode((await page('/'))?.octets);
    expect(html.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="icon.svg"', 'href="page.css"', 'src="page.js"']);
    expect(html).not.toMatch(/<style|<script>|style=|\son\w+=/);
    expect(new TextDecoder().decode((await page('/page.css'))?.octets)).not.toMatch(/url\(|@import/);
  });

  it.skipIf(!existsSync(new URL('../../../dist/main.js', import.meta.url)))(
    'the build holds all of it for the published server (skipped where nothing is built)',
    () => {
      for (const name of ['index.html', 'page.js', 'page.css', 'icon.svg'])
        expect(existsSync(new URL(`../../../dist/page/${name}`, import.meta.url))).toBe(true);
    },
  );
});
