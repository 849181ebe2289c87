import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as bounce from './index.ts';

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
