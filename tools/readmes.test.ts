import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';

const packages = new URL('../packages/', import.meta.url);

/** How many things each block of a README says of its values: `expression; // value`. */
const SAID: Readonly<Record<string, readonly number[]>> = {
  bounce: [11, 4],
  'delivery-status': [6, 3],
  'dsn-policy': [3, 8, 6],
  'esmtp-parameters': [5, 8, 4],
  smtp: [5, 7],
  xtext: [7, 5, 2],
};

type Check = (actual: unknown, expected: unknown) => void;
type Modules = Readonly<Record<string, unknown>>;

describe.each(Object.entries(SAID))('the README of @dsnkit/%s', (name, said) => {
  const readme = readFileSync(new URL(`${name}/README.md`, packages), 'utf8');
  const blocks = Array.from(readme.matchAll(/^```[jt]s\n(.*?)^```$/gms), ([, code = '']) => code);

  it('is about as long as a README should be', () => {
    expect(blocks).toHaveLength(said.length);
    const lines = readme.split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(60);
    expect(lines).toBeLessThanOrEqual(150);
  });

  it.each(said.map((count, index) => [index + 1, count] as const))(
    'block %i says %i true things',
    async (number, count) => {
      expect(await run(blocks[number - 1] ?? '')).toBe(count);
    },
  );
});

/** Runs a block in which imports become constants and `expression; // value` an expectation; gives how many it met. */
async function run(code: string): Promise<number> {
  const modules: Record<string, unknown> = {};
  for (const [, name = ''] of code.matchAll(/ from '(.*)';$/gm)) modules[name] = await import(sourceOf(name));
  let checked = 0;
  const check: Check = (actual, expected) => {
    checked++;
    expect(actual).toEqual(expected);
  };
  const body = stripTypeScriptTypes(code)
    .replace(/^import (\{[^}]*\}) from ('.*');$/gm, 'const $1 = modules[$2];')
    .replace(/^((?!const )[\w([].+); \/\/ (.+)$/gm, 'check($1, $2);');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is our own
  const block = new Function('modules', 'check', body) as (modules: Modules, check: Check) => void;
  block(modules, check);
  return checked;
}

/** The source of an entry of one of our packages. */
function sourceOf(specifier: string): string {
  const [, name = '', path = ''] = /^@dsnkit\/([^/]+)(.*)$/.exec(specifier) ?? [];
  const text = readFileSync(new URL(`${name}/package.json`, packages), 'utf8');
  const { exports } = JSON.parse(text) as { exports: Readonly<Record<string, { readonly source: string }>> };
  return new URL(`${name}/${exports[`.${path}`]?.source ?? ''}`, packages).href;
}
