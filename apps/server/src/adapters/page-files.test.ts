import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openPage } from './page-files.ts';

/** What a browser fetches in all. */
const BUDGET_OCTETS = 60_000;

const PATHS = ['/', '/page.js', '/page.css', '/icon.svg'];

describe('openPage', () => {
  it('bundles the page from source: four files, less than 60 kB gzipped', async () => {
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
    expect(files.reduce((sum, file) => sum + file!.gzip.length, 0)).toBeLessThan(BUDGET_OCTETS);
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

  it.skipIf(!existsSync(new URL('../../dist/main.js', import.meta.url)))(
    'the build holds all of it for the published server (skipped where nothing is built)',
    () => {
      for (const name of ['index.html', 'page.js', 'page.css', 'icon.svg'])
        expect(existsSync(new URL(`../../dist/page/${name}`, import.meta.url))).toBe(true);
    },
  );
});
