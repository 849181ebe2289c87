import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';
import * as index from '../src/index.ts';
import * as reader from '../src/reader.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(readme.matchAll(/^```ts\n([^]*?)^```$/gm), ([, code = '']) => code);

/** What a block prints; every import is of this package. */
function run(code: string): string[] {
  const printed: string[] = [];
  const body = stripTypeScriptTypes(code).replace(
    /^import (\{.*\}) from '@dsnkit\/multipart-report(?:\/reader)?';$/gm,
    'const $1 = api;',
  );
  const print = (...values: unknown[]): void => void printed.push(values.join(' ').trim());
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the point of this test
  new Function('api', 'console', body)({ ...index, ...reader }, { log: print });
  return printed;
}

it('has examples, and is 60 to 150 lines long', () => {
  expect(blocks.length).toBeGreaterThan(0);
  const lines = readme.split('\n').length;
  expect(lines).toBeGreaterThanOrEqual(60);
  expect(lines).toBeLessThanOrEqual(150);
});

it.each(blocks)('prints what its comments say: %#', (code) => {
  const expected = Array.from(code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, comment = '']) => comment);
  expect(run(code).join(', ')).toBe(expected.join(', '));
});
