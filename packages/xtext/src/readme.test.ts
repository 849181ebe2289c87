import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as xtext from './index.ts';

const MODULES = { '@dsnkit/xtext': xtext };
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);

/** Runs a block in which imports become constants and `expression; // value` an expectation; gives how many it met. */
function run(code: string): number {
  let checked = 0;
  const check = (actual: unknown, expected: unknown): void => {
    checked++;
    expect(actual).toEqual(expected);
  };
  const body = stripTypeScriptTypes(code)
    .replace(/^import (\{.*\}) from ('.*');$/gm, 'const $1 = modules[$2];')
    .replace(/^((?!const |\/\/).+); \/\/ (.+)$/gm, 'check($1, $2);');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the README is our own
  new Function('modules', 'check', body)(MODULES, check);
  return checked;
}

describe('the README', () => {
  it.each(blocks.map((code, index) => [index + 1, code] as const))('block %i does what it says', (_, code) => {
    expect(run(code)).toBeGreaterThan(1);
  });

  it('is about as long as a README should be', () => {
    expect(blocks).toHaveLength(3);
    expect(readme.split('\n').length).toBeGreaterThanOrEqual(60);
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  });
});
