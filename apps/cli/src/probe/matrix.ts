import { readFileSync } from 'node:fs';
import { reasonOf } from '../input/reason.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { tally, type Card, type CheckResult } from './card.ts';

/** Sets report cards side by side as Markdown: one column for each server, then every deviation with its dialogue. */
export function matrix(files: readonly string[], { terminal }: Context): ExitCode {
  const cards = files.map((file) => readCard(file));
  terminal.out(`${tableOf(cards)}\n${cards.map(deviations).join('\n')}`);
  return EXIT.fine;
}

interface NamedCard extends Card {
  readonly name: string;
}

/** `postfix=card.json`, or the file alone: then the greeting names the server. */
function readCard(argument: string): NamedCard {
  const [, given, file = argument] = /^([^=/\\]+)=(.+)$/.exec(argument) ?? [];
  try {
    const card = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    if (!isCard(card)) throw new SyntaxError('no card');
    return { ...card, name: given ?? card.greeting };
  } catch (error) {
    throw new UsageError(
      `${file}: ${error instanceof SyntaxError ? 'not a card of dsn probe --json' : reasonOf(error)}`,
    );
  }
}

function isCard(value: unknown): value is Card {
  const card = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { results } = card;
  return areTexts(card, ['greeting', 'date']) && Array.isArray(results) && results.every(isResult);
}

function isResult(value: unknown): boolean {
  const result = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    areTexts(result, ['id', 'clause', 'title', 'detail']) &&
    Object.hasOwn(SIGNS, String(result['result'])) &&
    Array.isArray(result['transcript'])
  );
}

function areTexts(value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'string');
}

const SIGNS: Readonly<Record<CheckResult['result'], string>> = {
  pass: 'yes',
  fail: '**no**',
  note: 'partly',
  skip: '–',
};

function tableOf(cards: readonly NamedCard[]): string {
  const checks = new Map<string, CheckResult>();
  for (const { results } of cards)
    for (const result of results) if (!checks.has(result.id)) checks.set(result.id, result);
  const head = ['clause', 'check', ...cards.map(({ name }) => name)];
  const rows = [...checks.values()].map(({ id, clause, title }) => {
    const cells = cards.map(({ results }) => SIGNS[results.find((one) => one.id === id)?.result ?? 'skip']);
    return [clause, title, ...cells];
  });
  const totals = cards.map((card) => {
    const { pass, fail, note } = tally(card);
    return `${pass} yes, ${fail} no, ${note} partly`;
  });
  return [head, head.map(() => '---'), ...rows, ['', 'altogether', ...totals]]
    .map((cells) => `| ${cells.map(escaped).join(' | ')} |\n`)
    .join('');
}

function deviations({ name, greeting, date, results }: NamedCard): string {
  const found = results.filter(({ result }) => result === 'fail' || result === 'note');
  const items = found.map(({ clause, title, detail, transcript }) => {
    const dialogue = transcript.length === 0 ? '' : `\n${fenced(transcript.join('\n'))}`;
    return `- ${escaped(clause)}: ${escaped(title)}. ${escaped(detail)}\n${dialogue}`;
  });
  return `## ${escaped(name)}\n\n${escaped(greeting)}, ${date.slice(0, 10)}\n\n${items.length === 0 ? 'No deviations.\n' : items.join('\n')}`;
}

function fenced(text: string): string {
  return `  \`\`\`\n${text
    .replace(/[\u0000-\u0009\u000b-\u001f]/g, '?')
    .replaceAll('```', "'''")
    .replace(/^/gm, '  ')
    .trimEnd()}\n  \`\`\`\n`;
}

function escaped(text: string): string {
  return text.replace(/[\u0000-\u001f]+/g, ' ').replace(/(?<!\*)[|<>`_[\]](?!\*)/g, '\\$&');
}
