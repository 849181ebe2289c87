/** Says which requirement is shown by which tests, for programs and for people. */
import { compareSections, LEVELS, type Level, type Requirement } from './spec.ts';

/** A title that names requirements, and where it stands. */
export interface Showing {
  readonly title: string;
  readonly file: string;
}

/** For each id what shows it. */
export type Coverage = ReadonlyMap<string, readonly Showing[]>;

/** spec/status.json: `{ID: {rfc, level, component, tests: [title]}}`. */
export function statusJson(requirements: readonly Requirement[], coverage: Coverage): string {
  const rows = requirements.map(({ id, rfc, level, component }) => {
    const tests = [...new Set((coverage.get(id) ?? []).map(({ title }) => title))];
    return `${JSON.stringify(id)}: ${JSON.stringify({ rfc, level, component, tests })}`;
  });
  return `{\n${rows.join(',\n')}\n}\n`;
}

/** spec/status.md: counts by RFC and component, then every requirement without a test, then every one with its tests. */
export function statusMarkdown(requirements: readonly Requirement[], coverage: Coverage): string {
  const shown = (requirement: Requirement): boolean => coverage.has(requirement.id);
  const strict = requirements.filter(({ level }) => level === 'MUST' || level === 'MUST NOT');
  const gaps = strict.filter((requirement) => !shown(requirement));
  return [
    '# What the tests show',
    '',
    'Written by `pnpm clauses --write` from the titles of the tests; the requirements stand in clauses.json.',
    `A test shows a requirement by naming its id. ${count(strict, shown)} MUST and MUST NOT have a test, ${count(requirements, shown)} of all.`,
    '',
    '## By RFC',
    '',
    ...table(
      'RFC',
      groups(requirements, ({ rfc }) => String(rfc)),
      shown,
    ),
    '',
    '## By component',
    '',
    ...table(
      'component',
      groups(requirements, ({ component }) => component),
      shown,
    ),
    '',
    '## MUST and MUST NOT without a test',
    '',
    ...(gaps.length === 0
      ? ['None.']
      : gaps.map(({ id, level, component, text }) => `- ${id} ${level} · ${component}: ${text}`)),
    '',
    ...requirements.flatMap((requirement, index) => [
      ...(requirements[index - 1]?.rfc === requirement.rfc ? [] : [`## RFC ${requirement.rfc}`, '']),
      `- **${requirement.id}** ${requirement.level}: ${requirement.text}`,
      ...(coverage.get(requirement.id) ?? []).map(({ title, file }) => `  - ${escapeMarkdown(title)} (${file})`),
      ...(requirements[index + 1]?.rfc === requirement.rfc ? [] : ['']),
    ]),
  ].join('\n');
}

/** Requirements in groups, the groups in the order of their names. */
function groups(
  requirements: readonly Requirement[],
  nameOf: (requirement: Requirement) => string,
): [string, Requirement[]][] {
  const found = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    const name = nameOf(requirement);
    found.set(name, [...(found.get(name) ?? []), requirement]);
  }
  return [...found].sort(([a], [b]) => compareSections(a, b));
}

function table(
  heading: string,
  rows: readonly [string, readonly Requirement[]][],
  shown: (requirement: Requirement) => boolean,
): string[] {
  const cells = (members: readonly Requirement[]): string[] => [
    ...LEVELS.map((level: Level) =>
      count(
        members.filter((requirement) => requirement.level === level),
        shown,
      ),
    ),
    count(members, shown),
  ];
  const all = rows.flatMap(([, members]) => members);
  const row = (name: string, members: readonly Requirement[]): string => `| ${[name, ...cells(members)].join(' | ')} |`;
  return [
    `| ${[heading, ...LEVELS, 'all'].join(' | ')} |`,
    `|${'---|'.repeat(LEVELS.length + 2)}`,
    ...rows.map(([name, members]) => row(name, members)),
    row('all', all),
  ];
}

function count(members: readonly Requirement[], shown: (requirement: Requirement) => boolean): string {
  return members.length === 0 ? '–' : `${members.filter(shown).length}/${members.length}`;
}

function escapeMarkdown(text: string): string {
  return visible(text.replace(/[\\`*_<>[\]|]/g, '\\$&'));
}

/** Titles of tables may hold what the test is about: control characters are written out, half characters replaced. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]/g, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
