import { readFileSync } from 'node:fs';
import * as parameters from '@dsnkit/esmtp-parameters';
import { describe, expect, it } from 'vitest';
import * as policy from './index.ts';

const MODULES: Record<string, unknown> = { '@dsnkit/dsn-policy': policy, '@dsnkit/esmtp-parameters': parameters };
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);

/** Imports become constants, `expression; // value` an expectation. */
function run(code: string): number {
  let checked = 0;
  const check = (actual: unknown, expected: unknown): void => {
    checked++;
    expect(actual).toEqual(expected);
  };
  const body = code
    .replace(/^import (\{.*\}) from ('.*');$/gm, 'const $1 = modules[$2];')
    .replace(/^((?!const ).+); \/\/ (.+)$/gm, 'check($1, $2);');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the README is our own
  new Function('modules', 'check', body)(MODULES, check);
  return checked;
}

describe('the README', () => {
  it.each(blocks.map((code, index) => [index + 1, code] as const))('block %d does what it says', (_, code) => {
    expect(run(code)).toBeGreaterThan(2);
  });

  it('is about as long as a README should be', () => {
    expect(blocks).toHaveLength(3);
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  });
});
