import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';
import type { Utf8Context } from './orcpt.ts';
import { type EsmtpParameter, asciiUpper, formatParameters, scanParameters } from './parameter.ts';
import { type Path, PATH_REPLIES, type PathVerb, scanPath } from './path.ts';

/** A MAIL command, its path read and its parameters as sent. */
export interface MailCommand {
  readonly reversePath: Path;
  readonly parameters: readonly EsmtpParameter[];
}

/** A RCPT command, its path read and its parameters as sent. */
export interface RcptCommand {
  readonly forwardPath: Path;
  readonly parameters: readonly EsmtpParameter[];
}

/**
 * Read a MAIL command line, given without its CRLF. UTF-8 in it needs the SMTPUTF8 parameter on the same line.
 *
 *     mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
 *
 * RFC 5321 §4.1.1.2, RFC 6531 §3.4. White space at the end of the line is tolerated (RFC 5321 §4.1.1), none around the
 * colon (RFC 5321 §3.3).
 *
 * @throws {EsmtpParameterError} with the reply to give: 501 5.5.2 before the path, 501 5.1.7 in it, 501 5.5.4 behind it,
 * 550 5.6.7 for an address that needs SMTPUTF8.
 *
 * @example
 * ```ts
 * parseMailCommand('MAIL FROM:<alice@example.org> RET=HDRS').reversePath.address; // 'alice@example.org'
 * ```
 */
export function parseMailCommand(line: string): MailCommand {
  try {
    return mailCommand(line, false);
  } catch (error) {
    // What allows UTF-8 stands behind what needs it, so only now is there a reason to look for it.
    if (error instanceof EsmtpParameterError && error.code === 'needs-smtputf8') {
      const command = mailCommand(line, true);
      if (command.parameters.some(({ keyword }) => asciiUpper(keyword) === 'SMTPUTF8')) return command;
    }
    throw error;
  }
}

/**
 * Read a RCPT command line, given without its CRLF. UTF-8 in it needs a transaction begun with SMTPUTF8.
 *
 *     rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
 *
 * RFC 5321 §4.1.1.3, RFC 6531 §3.4; white space as in {@link parseMailCommand}.
 *
 * @throws {EsmtpParameterError} with the reply to give: 501 5.5.2 before the path, 501 5.1.3 in it, 501 5.5.4 behind it,
 * 553 5.6.7 for an address that needs SMTPUTF8.
 *
 * @example
 * ```ts
 * parseRcptCommand('RCPT TO:<bob@example.com> NOTIFY=NEVER').parameters; // [{ keyword: 'NOTIFY', value: 'NEVER' }]
 * ```
 */
export function parseRcptCommand(line: string, context: Utf8Context = { smtputf8: false }): RcptCommand {
  const { path, parameters } = readCommand(line, 'RCPT TO:', 'RCPT', context.smtputf8);
  return { forwardPath: path, parameters };
}

/**
 * Write a MAIL command line without CRLF; the reverse-path without angle brackets, '' for the null one.
 * RFC 5321 §4.1.1.2.
 *
 * @throws {EsmtpParameterError} rather than emit a line that {@link parseMailCommand} would refuse.
 *
 * @example
 * ```ts
 * formatMailCommand({ reversePath: '', parameters: [] }); // 'MAIL FROM:<>'
 * ```
 */
export function formatMailCommand(command: {
  readonly reversePath: string;
  readonly parameters: readonly EsmtpParameter[];
}): string {
  const line = joinCommand('MAIL FROM:', command.reversePath, command.parameters);
  expectPath(line, 'MAIL FROM:', 'MAIL', command.reversePath);
  parseMailCommand(line);
  return line;
}

/**
 * Write a RCPT command line without CRLF; the forward-path without angle brackets. RFC 5321 §4.1.1.3.
 *
 * @throws {EsmtpParameterError} rather than emit a line that {@link parseRcptCommand} would refuse.
 *
 * @example
 * ```ts
 * formatRcptCommand({ forwardPath: 'bob@example.com', parameters: [{ keyword: 'NOTIFY', value: 'NEVER' }] });
 * ```
 */
export function formatRcptCommand(
  command: { readonly forwardPath: string; readonly parameters: readonly EsmtpParameter[] },
  context: Utf8Context = { smtputf8: false },
): string {
  const line = joinCommand('RCPT TO:', command.forwardPath, command.parameters);
  expectPath(line, 'RCPT TO:', 'RCPT', command.forwardPath);
  parseRcptCommand(line, context);
  return line;
}

function joinCommand(prefix: string, path: string, parameters: readonly EsmtpParameter[]): string {
  return parameters.length === 0 ? `${prefix}<${path}>` : `${prefix}<${path}> ${formatParameters(parameters)}`;
}

/** A path that ends before its text does would say the rest as parameters: it is the path that is at fault then. */
function expectPath(line: string, prefix: string, verb: PathVerb, path: string): void {
  const { wire } = scanPath(line, prefix.length, verb, true);
  if (wire !== path) throw new EsmtpParameterError('bad-path', prefix.length + 1 + wire.length, PATH_REPLIES[verb]);
}

function mailCommand(line: string, utf8: boolean): MailCommand {
  const { path, parameters } = readCommand(line, 'MAIL FROM:', 'MAIL', utf8);
  return { reversePath: path, parameters };
}

interface Read {
  readonly path: Path;
  readonly parameters: readonly EsmtpParameter[];
}

function readCommand(line: string, prefix: string, verb: PathVerb, utf8: boolean): Read {
  expectPrefix(line, prefix);
  const path = scanPath(line, prefix.length, verb, utf8);
  const end = trimmedEnd(line);
  const at = prefix.length + path.wire.length + 2;
  if (at >= end) return { path, parameters: [] };
  if (line.charCodeAt(at) !== SPACE) throw new EsmtpParameterError('syntax', at, BAD_PARAMETER);
  return { path, parameters: scanParameters(line, at + 1, end, utf8) };
}

const SPACE = 0x20;
const TAB = 0x09;

/** "MAIL FROM:" or "RCPT TO:" in any letter case. */
function expectPrefix(line: string, prefix: string): void {
  if (line.startsWith(prefix)) return;
  for (let at = 0; at < prefix.length; at++) {
    const code = line.charCodeAt(at);
    if ((code >= 0x61 && code <= 0x7a ? code - 0x20 : code) === prefix.charCodeAt(at)) continue;
    const verbEnd = prefix.indexOf(' ');
    throw at < verbEnd || (at === verbEnd && code > SPACE) ? unknownCommand(at) : badCommand(at);
  }
}

function unknownCommand(offset: number): EsmtpParameterError {
  return new EsmtpParameterError('bad-command', offset, { code: 500, status: '5.5.1' });
}

function badCommand(offset: number): EsmtpParameterError {
  return new EsmtpParameterError('bad-command', offset, { code: 501, status: '5.5.2' });
}

/** RFC 5321 §4.1.1: receivers SHOULD tolerate white space before the CRLF. */
function trimmedEnd(line: string): number {
  let end = line.length;
  while (line.charCodeAt(end - 1) === SPACE || line.charCodeAt(end - 1) === TAB) end--;
  return end;
}
