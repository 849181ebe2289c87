import { existsSync, statSync } from 'node:fs';
import { isStatusCode } from '@dsnkit/delivery-status';
import { EsmtpParameterError } from '@dsnkit/esmtp-parameters';
import { jsonText } from '../terminal/json.ts';
import { printable, type Palette } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { explainAction } from './action.ts';
import type { Explanation } from './explanation.ts';
import { explainField } from './field.ts';
import { explainNotification, NOTIFY_VALUES, OUTCOME_NAMES, reportDue, type OutcomeName } from './notification.ts';
import { explainParameter } from './parameter.ts';
import { explainReply } from './reply.ts';
import { explainDetail, explainStatusCode } from './status.ts';

export interface ExplainOptions {
  readonly json?: true;
  readonly from: string;
}

/** Says what a word of mail systems means. */
export function explain(words: readonly string[], options: ExplainOptions, { terminal, paint }: Context): ExitCode {
  const found = explanationsOf(words, options);
  if (options.json === true) for (const one of found) terminal.out(`${jsonText(toJson(one))}\n`);
  else terminal.out(found.map((one) => inWords(one, paint, terminal.columns)).join('\n'));
  if (options.json !== true && isBareNotify(words)) terminal.out(`\n${notifyTable(paint)}`);
  return EXIT.fine;
}

function explanationsOf(words: readonly string[], { from }: ExplainOptions): readonly Explanation[] {
  const given = words.join(' ').trim();
  const several = eachOf(given, from);
  if (several !== undefined) return several;
  const text = lineOfReport(given);
  if (/^[2-5]\d\d(?:[ -]|$)/.test(text)) return [explainReply(text)];
  if (isStatusCode(text)) return [explainStatusCode(text)];
  // `5.1` without X may as well be a class and a subject.
  const detail = /^(?:X\.|(?![245]\.))(\d{1,3}\.\d{1,3})$/i.exec(text)?.[1];
  const details = detail === undefined ? [] : explainDetail(detail);
  if (details.length > 0) return details;
  const request = requestIn(text, from);
  if (request !== undefined) return [request];
  const [, keyword = '', value] = /^([A-Za-z0-9-]+)(?:=(.*))?$/s.exec(text) ?? [];
  const one =
    explainParameter(value === undefined ? { keyword } : { keyword, value }) ??
    explainAction(text) ??
    explainField(text);
  if (one !== undefined) return [one];
  // What its name quotes is not what it holds.
  const [file = ''] = words;
  if (isFile(file))
    throw new UsageError(`${JSON.stringify(file)} is a file; dsn inspect --explain says what a bounce means`);
  const [, reply] = QUOTED_REPLY.exec(text) ?? [];
  if (reply !== undefined) return [explainReply(reply)];
  const codes = text.match(QUOTED_CODE)?.filter(isStatusCode) ?? [];
  if (codes.length > 0) {
    const parameters = text.split(/\s+/).map(parameterIn);
    return [...[...new Set(codes)].map(explainStatusCode), ...parameters.filter((one) => one !== undefined)];
  }
  const field = explainField(given);
  if (field !== undefined) return [field];
  throw new UsageError(
    `nothing is known of ${JSON.stringify(text)}; expected a status code, a reply, a parameter, a field, an action, or NOTIFY=… and an outcome`,
  );
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Codes, parameters and requests with an outcome in a row, as `5.1.1 NOTIFY=NEVER`: each on its own. */
function eachOf(text: string, from: string): readonly Explanation[] | undefined {
  const things = text.match(THING) ?? [];
  if (things.length < 2) return undefined;
  const found = things.map((thing) => {
    if (isStatusCode(thing)) return explainStatusCode(thing);
    if (/^[2-5]\d\d(?:[ -][245]\.|$)/.test(thing)) return explainReply(thing);
    return requestIn(thing, from) ?? parameterIn(thing);
  });
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** A request and its outcome, a reply code and its status, or a word. */
const THING = new RegExp(`notify=\\S+\\s+(?:${OUTCOME_NAMES.join('|')})(?!\\S)|[2-5]\\d\\d[ -][245][.]\\S+|\\S+`, 'gi');

function requestIn(text: string, from: string): Explanation | undefined {
  const [, request, result] = NOTIFICATION.exec(text) ?? [];
  const outcome = outcomeOf(result);
  return request === undefined || outcome === undefined ? undefined : notificationOf(request, outcome, from);
}

function parameterIn(word: string): Explanation | undefined {
  const [, keyword, value] = /^([A-Za-z0-9-]+)=(.*)$/s.exec(word) ?? [];
  return keyword === undefined || value === undefined ? undefined : explainParameter({ keyword, value });
}

/** The value of a field that has a code, a reply or an action, where a line of a report was copied with its name. */
function lineOfReport(text: string): string {
  return text.replace(/^(?:(?:status|action)\s*:\s*|(?:diagnostic-code\s*:\s*)?smtp\s*;\s*)(?=\S)/i, '');
}

/** Words that quote a reply: `host mx.example.net said: 550 5.1.1 no such user`. */
const QUOTED_REPLY = /[\s:;("'<]([245]\d\d[ -]\S.*)$/s;

/** A code among other words, as in `#5.1.1` or `(5.1.1)`. */
const QUOTED_CODE = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/g;

/** `NOTIFY=SUCCESS failed`; the keyword may be left out, `absent` stands for a RCPT without it. */
const NOTIFICATION = /^(notify=\S+|absent|(?:never|success|failure|delay)[\w,]*)\s+([\w-]+)$/i;

function outcomeOf(word: string | undefined): OutcomeName | undefined {
  return OUTCOME_NAMES.find((name) => name === word?.toLowerCase());
}

function notificationOf(request: string, outcome: OutcomeName, from: string): Explanation {
  const value = request.replace(/^notify=/i, '');
  try {
    return explainNotification(value, outcome, from.replace(/^<(.*)>$/, '$1'));
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    throw new UsageError(`NOTIFY=${value}: expected absent, NEVER, or SUCCESS, FAILURE and DELAY joined by commas`);
  }
}

function isBareNotify(words: readonly string[]): boolean {
  return words.length === 1 && words[0]?.toUpperCase() === 'NOTIFY';
}

/** Each request against each outcome. */
function notifyTable(paint: Palette): string {
  const head = ['NOTIFY', ...OUTCOME_NAMES].map((name, column) => name.padEnd(column === 0 ? 23 : 16));
  const rows = NOTIFY_VALUES.map((value) => {
    const cells = OUTCOME_NAMES.map((name) => (reportDue(value, name) ?? '-').padEnd(16));
    return `${value.padEnd(23)}${cells.join('')}`.trimEnd();
  });
  return `${paint.bold(head.join('').trimEnd())}\n${rows.join('\n')}\n`;
}

function inWords({ subject, headline, facts }: Explanation, paint: Palette, columns: number): string {
  const lines = wrapped(`${paint.bold(printable(subject))}: ${headline}`, 0, columns);
  const width = Math.max(...facts.map(([name]) => label(name).length)) + 3;
  for (const [name, value] of facts) {
    const text = printable(typeof value === 'string' ? value : value.join(', '));
    const [first = '', ...rest] = wrapped(text, width + 2, columns);
    lines.push(`  ${paint.dim(`${label(name)}:`.padEnd(width))}${first.trimStart()}`, ...rest);
  }
  return `${lines.join('\n')}\n`;
}

/** `seenWith` is `seen with`. */
function label(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Lines that fit, all but the first one indented. */
function wrapped(text: string, indent: number, columns: number): string[] {
  const room = Math.max(40, Math.min(columns, 120)) - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one, at) => (at === 0 ? one : `${' '.repeat(indent === 0 ? 2 : indent)}${one}`));
}

function toJson({ kind, subject, headline, facts }: Explanation): object {
  return { kind, subject, headline, ...Object.fromEntries(facts) };
}
