import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as bounce from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [code = ''] = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, block = '']) => block);

describe('the README', () => {
  it('does what it says', () => {
    let checked = 0;
    const check = (actual: unknown, expected: unknown): void => {
      checked++;
      expect(actual).toEqual(expected);
    };
    const body = code
      .replace(/^import (\{[^}]*\}) from '.*';$/gm, 'const $1 = library;')
      .replace(/^((?!const |\/\/).+); \/\/ (.+)$/gm, 'check($1, $2);');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the README is our own
    new Function('library', 'check', body)(bounce, check);
    expect(checked).toBe(11);
  });

  it('docs/reasons.md holds the table of reasons', () => {
    const table = readFileSync(new URL('../docs/reasons.md', import.meta.url), 'utf8');
    for (const [name, { definition, statuses, nature, advice, sisimai, kumomta }] of Object.entries(bounce.REASONS)) {
      const row = [
        `\`${name}\``,
        definition,
        statuses.map((detail) => `X.${detail}`).join(' '),
        nature,
        advice,
        sisimai.join(' '),
        kumomta.join(' '),
      ];
      const found = table.split('\n').find((line) => line.startsWith(`| \`${name}\` `));
      expect(
        found
          ?.split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ).toEqual(row);
    }
  });
});
