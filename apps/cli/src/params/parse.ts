import {
  commandLineLimit,
  EsmtpParameterError,
  MAIL_PARAMETERS,
  parseMailCommand,
  parseRcptCommand,
  RCPT_PARAMETERS,
  readMailParameters,
  readRcptParameters,
  type EsmtpParameter,
  type MailParameters,
  type Path,
  type PathVerb,
  type RcptParameters,
} from '@dsnkit/esmtp-parameters';
import { explainParameter } from '../explain/parameter.ts';

/** A MAIL or RCPT command as a server would read it. */
export interface ReadCommand {
  readonly line: string;
  readonly verb: PathVerb;
  readonly path: Path | undefined;
  readonly parameters: readonly EsmtpParameter[];
  readonly typed: MailParameters | RcptParameters | undefined;
  /** Octets with CRLF, and how many are allowed. RFC 5321 §4.5.3.1.4. */
  readonly octets: number;
  readonly limit: number;
  readonly fault: Fault | undefined;
}

/** Why a server would refuse the command, and with which reply. */
export interface Fault {
  readonly code: string;
  /** UTF-16 units from the begin of the line. */
  readonly offset: number;
  readonly keyword: string | undefined;
  readonly reply: string;
}

/** Every EHLO keyword that brings a parameter: a server that announced them all. */
export const EVERY_EXTENSION: ReadonlySet<string> = new Set(
  [...MAIL_PARAMETERS, ...RCPT_PARAMETERS].flatMap(({ extensions }) => extensions),
);

/** Reads one command line; undefined if it is neither MAIL nor RCPT. */
export function readCommandLine(
  line: string,
  announced: ReadonlySet<string>,
  smtputf8: boolean,
): ReadCommand | undefined {
  const verb = /^(MAIL|RCPT)\b/i.exec(line)?.[1]?.toUpperCase() as PathVerb | undefined;
  if (verb === undefined) return undefined;
  const limit = commandLineLimit(verb, announced);
  const octets = Buffer.byteLength(line) + 2;
  const base = { line, verb, octets, limit, path: undefined, parameters: [], typed: undefined };
  if (octets > limit)
    return { ...base, fault: { code: 'line-too-long', offset: 0, keyword: undefined, reply: '500 5.5.2' } };
  let path: Path | undefined;
  let parameters: readonly EsmtpParameter[] = [];
  try {
    ({ path, parameters } = verb === 'MAIL' ? mail(line) : rcpt(line, smtputf8));
    const typed =
      verb === 'MAIL'
        ? readMailParameters(parameters, announced)
        : readRcptParameters(parameters, announced, { smtputf8 });
    return { ...base, path, parameters, typed, fault: undefined };
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    return { ...base, path, parameters, fault: faultOf(error, line, path !== undefined) };
  }
}

function mail(line: string): { readonly path: Path; readonly parameters: readonly EsmtpParameter[] } {
  const { reversePath, parameters } = parseMailCommand(line);
  return { path: reversePath, parameters };
}

function rcpt(
  line: string,
  smtputf8: boolean,
): { readonly path: Path; readonly parameters: readonly EsmtpParameter[] } {
  const { forwardPath, parameters } = parseRcptCommand(line, { smtputf8 });
  return { path: forwardPath, parameters };
}

/** Typed readers count within the value of the parameter; people look at the line. */
function faultOf({ code, offset, keyword, reply }: EsmtpParameterError, line: string, typed: boolean): Fault {
  const start = typed && keyword !== undefined ? placeOf(line, keyword, code === 'duplicate') : 0;
  const withValue = typed && keyword !== undefined && line[start + keyword.length] === '=';
  const inValue = withValue && code !== 'duplicate' && code !== 'unknown' ? keyword.length + 1 : 0;
  return { code, offset: start + inValue + offset, keyword, reply: `${reply.code} ${reply.status}` };
}

function placeOf(line: string, keyword: string, last: boolean): number {
  const matches = [...line.matchAll(new RegExp(`(?<= )${keyword.replace(/[^\w-]/g, '')}(?=[= ]|$)`, 'gi'))];
  return (last ? matches.at(-1) : matches[0])?.index ?? 0;
}

/** What a parameter means, in a few words. */
export function meaningOf(parameter: EsmtpParameter): string {
  const facts = Object.fromEntries(explainParameter(parameter)?.facts ?? []);
  return String(facts['meaning'] ?? explainParameter({ keyword: parameter.keyword })?.headline ?? 'not registered');
}
