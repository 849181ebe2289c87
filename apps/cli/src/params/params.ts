import { formatMailCommand, formatRcptCommand, EsmtpParameterError } from '@dsnkit/esmtp-parameters';
import { readAll } from '../input/read-all.ts';
import { planEnvelope, type EnvelopeOptions } from '../send/plan.ts';
import { jsonText } from '../terminal/json.ts';
import { printable } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { pad } from '../terminal/width.ts';
import { UsageError } from '../usage-error.ts';
import { EVERY_EXTENSION, meaningOf, readCommandLine, type ReadCommand } from './parse.ts';

export interface ParseOptions {
  readonly announced?: string;
  readonly smtputf8?: true;
  readonly json?: true;
}

/** Reads command lines as a server would. */
export async function parseParams(
  lines: readonly string[],
  options: ParseOptions,
  context: Context,
): Promise<ExitCode> {
  const { terminal } = context;
  const announced = options.announced === undefined ? EVERY_EXTENSION : keywords(options.announced);
  let smtputf8 = options.smtputf8 === true;
  let faulty = false;
  for (const line of await expand(lines, context)) {
    const command = readCommandLine(line, announced, smtputf8);
    if (command === undefined) throw new UsageError(`neither MAIL FROM:<…> nor RCPT TO:<…>: ${JSON.stringify(line)}`);
    // RFC 6531 §3.4: what MAIL said holds for the RCPT commands that follow it.
    if (command.verb === 'MAIL') smtputf8 = options.smtputf8 === true || saysSmtputf8(command);
    faulty ||= command.fault !== undefined;
    terminal.out(options.json === true ? `${jsonText(toJson(command))}\n` : inWords(command, context));
  }
  return faulty ? EXIT.findings : EXIT.fine;
}

async function expand(lines: readonly string[], { terminal }: Context): Promise<readonly string[]> {
  if (lines.length !== 1 || lines[0] !== '-') return lines;
  const text = new TextDecoder().decode(await readAll(terminal.input()));
  return text.split(/\r?\n/).filter((line) => line !== '');
}

function keywords(list: string): ReadonlySet<string> {
  return new Set(
    list
      .toUpperCase()
      .split(/[\s,]+/)
      .filter((keyword) => keyword !== ''),
  );
}

function saysSmtputf8({ parameters }: ReadCommand): boolean {
  return parameters.some(({ keyword }) => keyword.toUpperCase() === 'SMTPUTF8');
}

function inWords(command: ReadCommand, { paint }: Context): string {
  const { line, verb, path, parameters, octets, limit, fault } = command;
  const lines = [paint.bold(printable(line))];
  if (fault !== undefined) {
    const { code, offset, keyword, reply } = fault;
    lines.push(`${' '.repeat(offset)}${paint.red('^')}`);
    lines.push(`  ${paint.red(code)}${keyword === undefined ? '' : ` in ${keyword}`}; a server answers ${reply}`);
  }
  if (path !== undefined)
    lines.push(`  ${pad(verb === 'MAIL' ? 'sender' : 'recipient', 12)} ${pathWords(path.kind, path.address)}`);
  for (const parameter of fault === undefined ? parameters : []) {
    lines.push(`  ${pad(parameter.keyword, 12)} ${printable(meaningOf(parameter))}`);
  }
  lines.push(`  ${pad('length', 12)} ${octets} octets with CRLF, ${limit} are allowed`);
  return `${lines.join('\n')}\n`;
}

function pathWords(kind: string, address: string): string {
  if (kind === 'null') return 'nobody: the null reverse-path of reports';
  return kind === 'postmaster' ? 'the postmaster of the server' : printable(address);
}

function toJson({ line, verb, path, parameters, typed, octets, limit, fault }: ReadCommand): object {
  return { line, verb, path: path ?? null, parameters, typed: typed ?? null, octets, limit, fault: fault ?? null };
}

/** Writes the command lines of an envelope. */
export function buildParams(options: EnvelopeOptions, { terminal }: Context): ExitCode {
  const { reversePath, mailParameters, recipients } = planEnvelope(options);
  const utf8 = [reversePath, ...recipients.map(({ forwardPath }) => forwardPath)].some((path) =>
    /[^\u0000-\u007f]/.test(path),
  );
  const said = mailParameters.some(({ keyword }) => keyword.toUpperCase() === 'SMTPUTF8');
  const parameters = utf8 && !said ? [{ keyword: 'SMTPUTF8' }, ...mailParameters] : mailParameters;
  try {
    const lines = [
      formatMailCommand({ reversePath, parameters }),
      ...recipients.map((recipient) => formatRcptCommand(recipient, { smtputf8: utf8 || said })),
    ];
    terminal.out(`${lines.join('\n')}\n`);
  } catch (error) {
    if (error instanceof EsmtpParameterError) throw new UsageError(`no such command can be written: ${error.message}`);
    throw error;
  }
  return EXIT.fine;
}
