import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { generated } from '../../scripts/docs.ts';
import { modelTexts } from '../../scripts/model-texts.ts';
import { tablesOf } from '../../scripts/reference.ts';
import { configJsonSchema, describeConfig } from '../../src/config/describe.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const has = (program: string): boolean => spawnSync('which', [program]).status === 0;

describe('what is made from the schema', () => {
  it('is as it was last written: else run node --conditions=source apps/server/scripts/docs.ts', async () => {
    for (const [path, text] of await generated()) expect([path, read(path)]).toEqual([path, text]);
  });

  it('tells of every table and key', () => {
    const textOf = modelTexts();
    const untold = tablesOf(describeConfig()).flatMap(({ name, keys }) => [
      ...(name === '' || textOf(name) !== undefined ? [] : [name]),
      ...[...keys.keys()].filter((key) => (textOf(name, key) ?? '') === '').map((key) => `${name}.${key}`),
    ]);
    expect(untold).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** As much of JSON Schema as is used; gives the places of what is wrong. */
function faults(schema: Schema, value: unknown, at = ''): string[] {
  if (schema.anyOf !== undefined) return schema.anyOf.some((each) => faults(each, value).length === 0) ? [] : [at];
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [at];
  const { type, items = {}, properties = {}, required = [] } = schema;
  if (type === 'string' || type === 'boolean') return typeof value === type ? [] : [at];
  if (type === 'integer') {
    const isRight = typeof value === 'number' && Number.isInteger(value);
    return isRight && value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value) ? [] : [at];
  }
  if (type === 'array') {
    if (!Array.isArray(value) || value.length < (schema.minItems ?? 0)) return [at];
    return value.flatMap((each, i) => faults(items, each, `${at}[${i}]`));
  }
  if (type !== 'object') return [];
  const entries = Object.entries(value as Record<string, unknown>);
  return [
    ...required.filter((key) => !entries.some(([name]) => name === key)).map((key) => `${at}.${key} is missing`),
    ...entries.flatMap(([key, each]) => {
      const below = properties[key];
      return below === undefined ? [`${at}.${key} is unknown`] : faults(below, each, `${at}.${key}`);
    }),
  ];
}

describe('the JSON Schema', () => {
  const schema = configJsonSchema(() => undefined) as Schema;
  const samples = new URL('../../deploy/examples/', import.meta.url);

  it.each(readdirSync(samples))('holds %s to be right', (name) => {
    expect(faults(schema, parse(readFileSync(new URL(name, samples), 'utf8')))).toEqual([]);
  });

  it.each([
    ['store = "sqlite:q"', '.hostname is missing'],
    ['hostname = "a"\nstore = "sqlite:q"\n[retry]\ndelay = "1m"', '.retry.delay is unknown'],
    ['hostname = "a"\nstore = "sqlite:q"\n[[listen]]\naddress = "a:1"\nrole = "rely"', '.listen[0].role'],
    ['hostname = "a"\nstore = "sqlite:q"\n[limits]\nmax-hops = 0', '.limits.max-hops'],
    ['hostname = "a"\nstore = "sqlite:q"\n[[listen]]\naddress = "a:1"\ndsn = []', '.listen[0].dsn'],
    ['hostname = "a"\nstore = "sqlite:q"\n[report]\nhtml = "yes"', '.report.html'],
  ])('finds what is wrong in %j', (toml, fault) => {
    expect(faults(schema, parse(toml))).toEqual([fault]);
  });
});

describe('manual pages and completions', () => {
  const folder = fileURLToPath(new URL('../../', import.meta.url));

  it.skipIf(!has('mandoc'))('man(7): nothing is wrong with the pages (skips without mandoc)', () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', 'man/dsnd.8', 'man/dsnd.toml.5'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    const { stdout: page } = spawnSync('mandoc', ['-T', 'ascii', 'man/dsnd.toml.5'], { cwd: folder, encoding: 'utf8' });
    expect(page.replaceAll(/.\x08/g, '')).toContain('returned-max-octets');
  });

  it.each([
    ['dsnd ch', 'check-config'],
    ['dsnd store re', 'recover'],
    ['dsnd --ver', '--version'],
  ])('bash completes %j', (line, word) => {
    const words = line.split(' ');
    const script = `source completions/dsnd.bash; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _dsnd; echo "\${COMPREPLY[@]}"`;
    expect(spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' }).stdout).toBe(`${word}\n`);
  });

  it.each([
    ['zsh', 'completions/_dsnd'],
    ['fish', 'completions/dsnd.fish'],
  ])('%s takes its file (skips where it is not installed)', (shell, file) => {
    if (has(shell)) expect(spawnSync(shell, ['-n', file], { cwd: folder }).status).toBe(0);
  });
});
