import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as deliveryStatus from './index.ts';
import * as registry from './registry/index.ts';

const MODULES: Record<string, unknown> = {
  '@dsnkit/delivery-status': deliveryStatus,
  '@dsnkit/delivery-status/registry': registry,
};
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);

/** Imports become constants, `expression; // value` an expectation; gives how many it met. */
function run(code: string): number {
  let checked = 0;
  const check = (actual: unknown, expected: unknown): void => {
    checked++;
    expect(actual).toEqual(expected);
  };
  const body = code
    .replace(/^import (\{[^}]*\}) from ('.*');$/gm, 'const $1 = modules[$2];')
    .replace(/^((?!const |\/\/).+); \/\/ (.+)$/gm, 'check($1, $2);');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the README is our own
  new Function('modules', 'check', body)(MODULES, check);
  return checked;
}

describe('the README', () => {
  it.each([
    [1, 6],
    [2, 3],
  ])('block %d says %d true things', (number, count) => {
    expect(blocks).toHaveLength(2);
    expect(run(blocks[number - 1] ?? '')).toBe(count);
  });

  it('names every function, and is about as long as a README should be', () => {
    for (const name of Object.keys({ ...deliveryStatus, ...registry })) expect(readme).toContain(name);
    const lines = readme.split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(60);
    expect(lines).toBeLessThanOrEqual(150);
  });
});
