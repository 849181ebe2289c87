import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clauseList, sectionsOf } from './clauses/import.ts';
import { faultsIn, idsIn, knownOf, titlesIn } from './clauses/scan.ts';
import { compareSections, readSpec, type Requirement } from './clauses/spec.ts';
import { statusJson, statusMarkdown } from './clauses/status.ts';
import { survey } from './clauses.ts';

// The tool reads this file too, so what is wrong on purpose is put together from pieces.
const R = 'R';
const RFC = 'RFC';
const IT = 'it';

const requirement = (id: string, rest: Partial<Requirement> = {}): Requirement => ({
  id, rfc: 3461, section: '5.2.6', level: 'MUST', actor: 'server', component: 'server', text: 'Do it.', ...rest,
}); // prettier-ignore

const known = knownOf([requirement('R3461-5.2.6-a')], { '3461': { '5.2.6': 'a b c', '5.2': '', '4.1': '', A: '' } }, [
  '8461',
]);

describe('titles', () => {
  const texts = (source: string, file = 'x.test.ts'): string[] => titlesIn(source, file).map(({ text }) => text);

  it.each([
    ['a plain string', `${IT}('one', f)`, ['one']],
    ['double quotes and escapes', `${IT}("it's \\"one\\"", f)`, ['it\'s "one"']],
    ['a template', `${IT}(\`one \${two} three\`, f)`, ['one … three']],
    ['a template with text put in', `${IT}(\`one \${'two'} three\`, f)`, ['one two three']],
    ['a template over lines', `${IT}(\`one\n   two\`, f)`, ['one two']],
    ['a sum over lines', `${IT}('one ' +\n 'two ' + three + (\`four\`), f)`, ['one two …four']],
    [
      'a group and what is in it',
      `describe('one', () => { ${IT}('two', f); test('three', f); })`,
      ['one', 'two', 'three'],
    ],
    [
      'modifiers',
      `${IT}.concurrent.only('one', f); ${IT}.skipIf(x)('two', f); ${IT}.runIf(x).fails('three', f)`,
      ['one', 'two', 'three'],
    ],
    ['something else named alike', `emit('one'); ${IT}.only(); x.${IT}('two'); ${IT}[0]('three')`, []],
    ['a title that is no text', `${IT}(name, f)`, []],
    ['a comment', `// ${IT}('one', f)\n/* ${IT}('two', f) */ '${IT}(3)'`, []],
    [
      'what is skipped',
      `${IT}.skip('one', f); ${IT}.todo('two'); describe.skip('three', () => { ${IT}('four', f) })`,
      [],
    ],
  ])('are read from %s', (_, source, expected) => {
    expect(texts(source)).toEqual(expected);
  });

  it.each([
    ['arrays', `${IT}.each([['a', 1], ['b', x]])('%s: %d', f)`, ['a: 1', 'b: …']],
    ['single values', `${IT}.each(['a', 'b'] as const)('%s!', f)`, ['a!', 'b!']],
    ['objects', `${IT}.for([{ id: 'a', n: 1, ...more }, { id: x }])('$id $n', f)`, ['a 1', '… …']],
    ['a constant of the file', `${IT}.each(rows)('%# %s', f); const rows = ([['a'], ...more]) satisfies X;`, ['… a']],
    ['a table made at run time', `${IT}.each(make())('%s', f); ${IT}.each(rows)('%s', f);`, ['%s', '%s']],
    ['a title without marks', `${IT}.each([1, 2])('same', f)`, ['same']],
    ['a tagged template', `${IT}.each\`a\n\${1}\`('$a', f)`, ['$a']],
    ['more marks than cells', `${IT}.each([['a']])('%s %s', f)`, ['a …']],
  ])('are filled in from a table of %s', (_, source, expected) => {
    expect(texts(source)).toEqual(expected);
  });

  it('of transcripts stand in their comment lines', () => {
    expect(titlesIn('# one\n#\nS: 220 hi\n## two \nC: EHLO # three\n', 'x.smtp')).toEqual([
      { text: 'one', line: 1 },
      { text: 'two', line: 4 },
    ]);
  });

  it('know their lines', () => {
    expect(titlesIn(`\n\n${IT}(\n'one', f)`, 'x.test.ts')).toEqual([{ text: 'one', line: 4 }]);
  });
});

describe('ids and clauses', () => {
  it('are found in a title, each once', () => {
    expect(idsIn('RFC 3461 §5.2.6(a) R3461-5.2.6-a R3464-2.3.3-f1: R3461-5.2.6-a, not R1 or XR3461-4-a')).toEqual([
      'R3461-5.2.6-a',
      'R3464-2.3.3-f1',
    ]);
  });

  it.each([
    ['an id', `x\ny ${R}3461-5.2.6-z`, 2, `${R}3461-5.2.6-z is no requirement (spec/clauses.json)`],
    ['a section', `${RFC} 3461 §9.9`, 1, `${RFC} 3461 has no §9.9`],
    ['a section later in a list', `${RFC} 3461 §4.1, §5.2.6(b) and §7`, 1, `${RFC} 3461 has no §7`],
    ['an item', `${RFC} 3461 §5.2.6(d)`, 1, `${RFC} 3461 §5.2.6 has no (d)`],
    ['an item where there is none', `${RFC} 3461 §4.1(a)`, 1, `${RFC} 3461 §4.1 has no (a)`],
    ['an RFC', `${RFC} 9999 §1`, 1, `${RFC} 9999 is in neither spec/sections.json nor spec/unread.json`],
  ])('that name %s which does not exist are faults', (_, source, line, message) => {
    expect(faultsIn(source, 'a.ts', known)).toEqual([{ file: 'a.ts', line, message }]);
  });

  it.each([
    'R3461-5.2.6-a',
    'RFC 3461 §5.2.6(a), §5.2; §4.1 or §5.2.6. Then §99',
    'RFC 3461 §5.2.6(a)(1)',
    'RFC 8461 §99',
    'RFC 9999 in general',
  ])('that exist, or name no section, are none: %s', (source) => {
    expect(faultsIn(source.replace('9999', '9' + '999'), 'a.ts', known)).toEqual([]);
  });
});

describe('the section table', () => {
  const text = [
    'Table of Contents',
    '   4.10  Ways  . . . . . . . . . . . .  7',
    '   Appendix A. Samples .............. 9',
    '1.  Introduction',
    '   In 2003. 7 things happened',
    '5.2.6 Failure of a conforming MTA',
    '   (a)  first',
    '   b. second',
    '   (see section 3)',
    'RFC 3461                  SMTP DSN',
    'Appendix B - Guidelines',
    'B.1.  More',
    'C. Change log',
  ].join('\n');

  it('has sections from headings and contents, with what they lie in, in order', () => {
    expect(sectionsOf(text)).toEqual({
      '1': '',
      '4': '',
      '4.10': '',
      '5': '',
      '5.2': '',
      '5.2.6': 'a b',
      B: '',
      'B.1': '',
      C: '',
    });
    expect(Object.keys(sectionsOf(text)).filter((section) => section.includes('.'))).toEqual([
      '4.10',
      '5.2',
      '5.2.6',
      'B.1',
    ]);
  });

  it('orders numbers by value and letters after them', () => {
    expect(['B', '4.10', '4.2', '10', '4', 'A.2', '4.2.1'].sort(compareSections)).toEqual([
      '4',
      '4.2',
      '4.2.1',
      '4.10',
      '10',
      'A.2',
      'B',
    ]);
  });
});

describe('the status', () => {
  const list = [
    requirement('R3461-5.2.6-a'),
    requirement('R3461-5.2.6-b1', { level: 'MUST NOT', text: 'Never do it.' }),
    requirement('R3464-2-a', { rfc: 3464, level: 'FACT', component: 'cli' }),
  ];
  const coverage = new Map([
    [
      'R3461-5.2.6-a',
      [
        { title: 'a *bold* claim', file: 'a.test.ts' },
        { title: 'a *bold* claim', file: 'b.test.ts' },
      ],
    ],
    ['R3464-2-a', [{ title: 'two', file: 'a.test.ts' }]],
  ]);

  it('for programs has every requirement with its titles, each once', () => {
    expect(JSON.parse(statusJson(list, coverage))).toEqual({
      'R3461-5.2.6-a': { rfc: 3461, level: 'MUST', component: 'server', tests: ['a *bold* claim'] },
      'R3461-5.2.6-b1': { rfc: 3461, level: 'MUST NOT', component: 'server', tests: [] },
      'R3464-2-a': { rfc: 3464, level: 'FACT', component: 'cli', tests: ['two'] },
    });
  });

  it('for people counts, names the gaps, and lists the tests', () => {
    const text = statusMarkdown(list, coverage);
    expect(text).toContain('1/2 MUST and MUST NOT have a test, 2/3 of all');
    expect(text).toContain('| 3461 | 1/1 | 0/1 | – | – | – | – | 1/2 |');
    expect(text).toContain('| cli | – | – | – | – | – | 1/1 | 1/1 |');
    expect(text).toContain('| all | 1/1 | 0/1 | – | – | – | 1/1 | 2/3 |');
    expect(text).toContain('- R3461-5.2.6-b1 MUST NOT · server: Never do it.\n');
    expect(text).toContain(
      '- **R3461-5.2.6-a** MUST: Do it.\n  - a \\*bold\\* claim (a.test.ts)\n  - a \\*bold\\* claim (b.test.ts)\n',
    );
    expect(statusMarkdown(list.slice(2), coverage)).toContain('None.');
  });
});

describe('a run', () => {
  const here = dirname(fileURLToPath(import.meta.url));
  let root = '';
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, 'clauses.ts'), root, ...args], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'clauses-'));
    put('spec/clauses.json', clauseList([{ ...requirement('R3461-5.2.6-a'), lines: 'rfc3461.txt:859-861' }]));
    put('spec/sections.json', JSON.stringify({ '3461': { '5.2.6': 'a b c' } }));
    put('spec/unread.json', '{}');
    put('packages/one/src/one.test.ts', `${IT}('RFC 3461 §5.2.6(a) R3461-5.2.6-a: fails', f);`);
    put('packages/one/dist/two.test.ts', `${IT}('${R}3461-0-a', f);`);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('fails while the status is stale, writes it when told to, and then writes nothing more', () => {
    expect(run()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('spec/status.md: out of date; run: pnpm clauses --write'),
    });
    expect(existsSync(join(root, 'spec/status.md'))).toBe(false);
    expect(run('--write')).toEqual({ status: 0, stdout: '1 titles read, 0 faults; see spec/status.md\n', stderr: '' });
    expect(run().status).toBe(0);
    expect(JSON.parse(readFileSync(join(root, 'spec/status.json'), 'utf8'))).toEqual({
      'R3461-5.2.6-a': {
        rfc: 3461,
        level: 'MUST',
        component: 'server',
        tests: ['RFC 3461 §5.2.6(a) R3461-5.2.6-a: fails'],
      },
    });
    expect(survey(root).stale.size).toBe(0);
  });

  it('names each fault with its file and line, in titles, comments and pages', () => {
    put('apps/two/src/two.ts', `\n// ${RFC} 3461 §5.2.6(x)\n`);
    put('examples/three.interop.test.ts', `${IT}('${R}3461-5.2.6-q', f);`);
    put('docs/page.md', `${RFC} 3461 §1`);
    const { status, stderr } = run('--write');
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      `apps/two/src/two.ts:2: ${RFC} 3461 §5.2.6 has no (x)`,
      `docs/page.md:1: ${RFC} 3461 has no §1`,
      `examples/three.interop.test.ts:1: ${R}3461-5.2.6-q is no requirement (spec/clauses.json)`,
    ]);
  });

  it('gives the same files whatever order the tests come in', () => {
    put('packages/zero/src/a.test.ts', `${IT}('Z R3461-5.2.6-a', f); ${IT}('A R3461-5.2.6-a', f);`);
    const first = survey(root).stale.get('status.json');
    put('packages/zero/src/a.test.ts', `${IT}('A R3461-5.2.6-a', f); ${IT}('Z R3461-5.2.6-a', f);`);
    expect(survey(root).stale.get('status.json')).toBe(first);
  });
});

describe('the clause list of this repository', () => {
  const spec = join(dirname(fileURLToPath(import.meta.url)), '../spec');
  const { requirements, sections } = readSpec(spec);

  it('has each id once, under a section that exists', () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
    expect(requirements.filter(({ rfc, section }) => sections[String(rfc)]?.[section] === undefined)).toEqual([]);
    expect(requirements.filter(({ id, rfc, section }) => !id.startsWith(`R${rfc}-${section}-`))).toEqual([]);
  });

  const notes = join(spec, '../../shared/spec/requirements.json');
  it.skipIf(!existsSync(notes))('is the one that the notes beside the repository give', () => {
    const source = JSON.parse(readFileSync(notes, 'utf8')) as (Requirement & { lines: string })[];
    expect(readFileSync(join(spec, 'clauses.json'), 'utf8')).toBe(clauseList(source));
  });
});
