import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as smtp from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```$/gms), ([, code = '']) => code);

/** Imports become constants, a line `expression; // value` an expectation. */
function run(code: string): number {
  let checked = 0;
  const check = (actual: unknown, expected: unknown): void => {
    checked++;
    expect(actual).toEqual(expected);
  };
  const body = code
    .replace(/^import (\{.*\}) from '@dsnkit\/smtp';$/gm, 'const $1 = smtp;')
    .replace(/^((?!const )\w.+); \/\/ (.+)$/gm, 'check($1, $2);');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the README is our own
  new Function('smtp', 'check', body)(smtp, check);
  return checked;
}

describe('the README', () => {
  it.each(blocks.map((code, index) => [index + 1, code] as const))('block %d does what it says', (_, code) => {
    expect(run(code)).toBeGreaterThan(4);
  });

  it('is about as long as a README should be', () => {
    expect(blocks).toHaveLength(2);
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  });
});
