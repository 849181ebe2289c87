import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../src/adapters/postgres/', import.meta.url));

/** Texts of statements, by file: what stands in quotes and has words of SQL. */
const statements = globSync('*.ts', { cwd: folder }).flatMap((file) => {
  const code = readFileSync(folder + file, 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    // What an engine may refuse.
    .replaceAll(/\btuning: \[[^]*?\n {4}\]|function vacuumed[^]*?\n\}/g, '');
  return [...code.matchAll(/`[^`]*`|'[^'\n]*'/g)]
    .map(([text]) => ({ file, text: text.slice(1, -1) }))
    .filter(({ text }) => /\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|SET|LISTEN|NOTIFY|WITH)\b/.test(text));
});

/** What CockroachDB or YugabyteDB do not have, or have under the same name without the same meaning. */
const LACKING: readonly (readonly [what: string, words: RegExp])[] = [
  ['places and times of rows', /\b(ctid|xmin|xmax|txid_\w+|pg_current_\w+|pg_snapshot\w*)\b/i],
  ['advisory locks, which hold nothing there', /\badvisory/i],
  ['locks of tables', /\bLOCK\s+TABLE\b/i],
  ['procedures and triggers', /\b(FUNCTION|PROCEDURE|TRIGGER|plpgsql|DO\s+\$)/i],
  ['extensions', /\bEXTENSION\b/i],
  ['tables of other kinds', /\b(UNLOGGED|TEMP|TEMPORARY|INHERITS|PARTITION\s+BY\s+RANGE)\b/i],
  ['indexes of other kinds', /\bUSING\s+(gin|gist|brin|hash|spgist)\b/i],
  ['constraints of other kinds', /\b(EXCLUDE\s+USING|DEFERRABLE)\b/i],
  ['cursors', /\b(DECLARE\s+\w+\s+CURSOR|WHERE\s+CURRENT\s+OF|FETCH\s+NEXT)\b/i],
  ['statements of other kinds', /\b(MERGE\s+INTO|COPY\s+\w+|TABLESAMPLE|VACUUM|CLUSTER\s)/],
  ['rules and settings of the planner for one table', /\b(autovacuum|fillfactor|toast\.)/i],
  ['numbers by SERIAL, which are times there', /\bSERIAL\b/i],
  ['types of other kinds', /::\s*(xml|money|hstore|cidr|macaddr|\w+range)\b|\b(xml|money|hstore)\s+NOT\b/i],
];

describe('statements keep to what the distributed engines that speak the language of PostgreSQL have', () => {
  it('are found', () => {
    expect(statements.length).toBeGreaterThan(80);
  });

  it.each(LACKING)('no %s', (_, words) => {
    expect(statements.filter(({ text }) => words.test(text))).toEqual([]);
  });

  it('notifications are asked for in two places only, which do without', () => {
    const asking = statements.filter(({ text }) => /\b(LISTEN|NOTIFY)\b/.test(text));
    expect(asking.map(({ file }) => file).sort()).toEqual(['cluster.ts', 'connections.ts']);
  });

  it('no statement changes one table twice', () => {
    const twice = statements.filter(({ text }) => {
      const changed = [...text.matchAll(/\b(?:INSERT INTO|DELETE FROM|(?<!FOR |DO )UPDATE)\s+(dsnkit_\w+)/g)];
      return new Set(changed.map(([, table]) => table)).size < changed.length;
    });
    expect(twice).toEqual([]);
  });
});
