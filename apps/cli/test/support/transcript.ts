import { readFileSync } from 'node:fs';
import { dsn } from './terminal.ts';

/** One command line of a transcript, and what follows it. */
export interface Step {
  readonly title: string;
  /** Behind `$ `. */
  readonly line: string;
  readonly expected: string;
}

/**
 * The steps of a transcript.
 *
 *     # what the next step shows
 *     $ dsn lint - < faulty.eml
 *     output
 *     ! a line on standard error
 *     [1]                          (the exit code, unless it is 0)
 */
export function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let title = '';
  let current: { title: string; line: string; expected: string } | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      title = line.slice(2);
      current = undefined;
    } else if (line.startsWith('$ ')) steps.push((current = { title, line: line.slice(2), expected: '' }));
    else if (current !== undefined) current.expected += `${line}\n`;
  }
  return steps.map((step) => ({ ...step, expected: step.expected.replace(/\n+$/, '\n').replace(/^\n$/, '') }));
}

/** Runs the line of a step; gives what a transcript would say. */
export async function play(line: string): Promise<string> {
  const [name, ...words] = wordsOf(line);
  if (name !== 'dsn') throw new Error(`a transcript runs dsn only: ${line}`);
  const redirect = words.indexOf('<');
  const stdin = redirect < 0 ? undefined : readFileSync(words[redirect + 1] ?? '');
  const { screen, code } = await dsn(redirect < 0 ? words : words.slice(0, redirect), stdin && { stdin });
  // What differs from release to release, and line ends, which a checkout may change.
  const steady = screen.replaceAll('\r\n', '\n').replace(/("name":"dsn lint","version":)"[^"]*"/, '$1"0.0.0"');
  const output = steady === '' || steady.endsWith('\n') ? steady : `${steady}\n`;
  return `${output}${code === 0 ? '' : `[${code}]\n`}`.replace(/\n+$/, '\n');
}

/** Words as a shell sees them: blanks part them, quotes of both kinds keep them together. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}
