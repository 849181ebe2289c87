import { writeFileSync } from 'node:fs';
import { readMessages, type InputMessage } from '../input/messages.ts';
import { reasonOf } from '../input/reason.ts';
import { nameOf, placeOf } from '../report/describe.ts';
import { jsonText } from '../terminal/json.ts';
import { printable } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { pad } from '../terminal/width.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';
import { check, checkAll, type Checked, type CheckedMessage } from './check.ts';
import { clauseCard, type ClauseResult } from './clauses.ts';
import { excerpt, spanOf } from './excerpt.ts';
import type { Finding } from './finding.ts';
import { repair } from './repair.ts';
import { SarifLog } from './sarif.ts';

export interface LintOptions {
  readonly json?: true;
  readonly sarif?: true;
  readonly clauses?: true;
  readonly strict?: true;
  readonly fix?: true;
  readonly output?: string;
}

/** Checks messages and tells every departure. */
export async function lint(files: readonly string[], options: LintOptions, context: Context): Promise<ExitCode> {
  const { terminal, complain } = context;
  const told: string[] = [];
  const tell = (message: string): void => {
    told.push(message);
    complain(message);
  };
  const input = readMessages(files, { stdin: () => terminal.input(), complain: tell });
  if (options.output !== undefined && options.fix !== true) throw new UsageError('--output needs --fix');
  if (options.fix === true) {
    const code = await fix(input, options, context);
    if (code === undefined && told.length === 0) complain(`${files.join(' ')}: no message to repair`);
    return code ?? EXIT.wrong;
  }
  const sarif = options.sarif === true ? new SarifLog(version()) : undefined;
  let departs = false;
  let read = 0;
  for await (const message of input) {
    read++;
    if (message.cut) complain(cutWords(message));
    for (const checked of checkAll(message)) {
      departs ||= checked.findings.some((finding) => counts(finding, options));
      if (sarif !== undefined)
        sarif.add({ ...message, index: message.index, attached: checked.message.attached, ...checked });
      else if (options.json === true) terminal.out(`${jsonText(toJson(checked, options))}\n`);
      else terminal.out(inWords(checked, options, context));
      await terminal.drained();
    }
  }
  if (sarif !== undefined) terminal.out(`${sarif.toString()}\n`);
  // Silence would mean that all is fine.
  if (read === 0 && told.length === 0 && !context.quiet) terminal.err('no message there\n');
  return departs ? EXIT.findings : EXIT.fine;
}

function fullNameOf({ file, index }: InputMessage): string {
  return nameOf({ file, index: index ?? null });
}

function cutWords(message: InputMessage): string {
  return `${fullNameOf(message)}: longer than 64 MiB; the rest was not read`;
}

function counts({ level }: Finding, { strict }: LintOptions): boolean {
  return level === 'error' || strict === true;
}

/** As `inspect` names it; the place comes behind the colon, where it does not stand in the way of file and line. */
function inWords(checked: CheckedMessage, options: LintOptions, context: Context): string {
  const { paint, quiet } = context;
  const { message, report, findings } = checked;
  const name = fullNameOf(message);
  const place = placeOf(message);
  if (options.clauses === true && report !== undefined && checked.kind === 'dsn') {
    return `${paint.bold(place === '' ? name : `${name}: ${place.slice(0, -2)}`)}\n${clauseCard(report, findings)
      .map((result) => clauseLine(result, context))
      .join('')}`;
  }
  if (findings.length === 0) return quiet ? '' : `${name}: ${place}${paint.green('fine')}\n`;
  return findings.map((finding) => findingLines(name, finding, checked, context)).join('');
}

function findingLines(
  name: string,
  finding: Finding,
  { lines, message: checked }: CheckedMessage,
  { terminal, paint }: Context,
): string {
  const { line, level, field, message, code, clause, repaired } = finding;
  const { column } = spanOf(finding, lines);
  const word = level === 'error' ? paint.red('error') : paint.blue('note');
  const about = printable(`${field === null ? '' : `${field}: `}${message}`);
  const made = repaired === null ? '' : `; read as: ${printable(repaired)}`;
  return (
    `${paint.bold(`${name}:${line}:${column}:`)} ${placeOf(checked)}${word}: ${about} (${code})\n` +
    excerpt(finding, lines, paint, terminal.columns) +
    `        ${paint.dim(`${clause}${made}`)}\n`
  );
}

function clauseLine({ clause, requirement, result, findings }: ClauseResult, { paint }: Context): string {
  const word = {
    ok: paint.green('ok   '),
    note: paint.blue('note '),
    error: paint.red('FAIL '),
    absent: paint.dim('-    '),
  }[result];
  const head = `  ${word} ${pad(clause, 18)} ${requirement}\n`;
  return (
    head +
    findings
      .map(
        ({ line, field, message }) =>
          `${' '.repeat(27)}line ${line}: ${printable(`${field === null ? '' : `${field}: `}${message}`)}\n`,
      )
      .join('')
  );
}

function toJson(
  { message: { file, index, attached }, kind, report, findings, lines }: CheckedMessage,
  options: LintOptions,
): object {
  const issues = findings.map((finding) => ({ ...finding, ...spanOf(finding, lines) }));
  const card = options.clauses === true && report !== undefined ? clauseCard(report, findings) : undefined;
  const clauses = card?.map(({ clause, requirement, result }) => ({ clause, requirement, result }));
  return {
    file,
    index: index ?? null,
    ...(attached !== undefined && { attached }),
    kind,
    issues,
    ...(clauses && { clauses }),
  };
}

/** Undefined: there is no message. */
async function fix(
  input: AsyncIterable<InputMessage>,
  options: LintOptions,
  { terminal, quiet }: Context,
): Promise<ExitCode | undefined> {
  const messages: InputMessage[] = [];
  for await (const message of input)
    if (messages.push(message) > 1) throw new UsageError('--fix repairs one message at a time');
  const [message] = messages;
  if (message === undefined) return undefined;
  // What was not read would be missing from the repaired report.
  if (message.cut) throw new UsageError(cutWords(message));
  const name = fullNameOf(message);
  const reports = checkAll(message);
  const [before] = reports;
  if (before?.kind !== 'dsn' || before.report === undefined)
    throw new UsageError(`${name}: not a delivery status notification, nothing to repair`);
  if (reports.length > 1)
    throw new UsageError(`${name}: ${reports.length} reports are attached; --fix repairs one message at a time`);
  const octets = before.findings.length === 0 ? before.message.octets : repaired(name, before);
  const after = check({ file: message.file, octets });
  write(octets, options.output, terminal);
  const left = after.findings.filter((finding) => counts(finding, options));
  if (!quiet) terminal.err(`${name}: ${before.findings.length} findings before, ${after.findings.length} after\n`);
  for (const { line, message: what, clause } of left)
    terminal.err(`${name}: left: line ${line}: ${what} (${clause})\n`);
  return left.length === 0 ? EXIT.fine : EXIT.findings;
}

function repaired(name: string, { report }: Checked): Uint8Array {
  try {
    return report === undefined ? new Uint8Array(0) : repair(report);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}

function write(octets: Uint8Array, file: string | undefined, terminal: Context['terminal']): void {
  if (file === undefined || file === '-') {
    terminal.out(octets);
    return;
  }
  try {
    writeFileSync(file, octets);
  } catch (error) {
    throw new UsageError(`--output ${file}: ${reasonOf(error)}`);
  }
}
