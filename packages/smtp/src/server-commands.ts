import {
  EsmtpParameterError,
  type EsmtpParameterErrorCode,
  parseMailCommand,
  parseRcptCommand,
  readMailParameters,
  readRcptParameters,
} from '@dsnkit/esmtp-parameters';
import { decodeBase64 } from './base64.ts';
import { caught } from './error.ts';
import type { Reply } from './reply.ts';
import { IncomingContent, RefusedChunk } from './server-content.ts';
import * as replies from './server-replies.ts';
import type { Transaction } from './server-transaction.ts';
import { AUTH_LIMIT, COMMAND_LIMIT, type PausingEvent, type ServerState } from './server-state.ts';
import { decodeUtf8 } from './text.ts';
import { readXclient } from './xclient.ts';

/** What a command leads to: a reply, a question to the owner, content, or a move of the session. */
export type Outcome =
  | Reply
  | PausingEvent
  | IncomingContent
  | RefusedChunk
  | { readonly kind: 'rset' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'bad-chunk' };

/**
 * Read one command line, given without its CRLF.
 *
 * The text is strict UTF-8 without control characters; beyond ASCII only where SMTPUTF8 allows it. RFC 5321 §2.4, §4.1.1,
 * RFC 6531 §3.3.
 */
export function readCommand(octets: Uint8Array, state: ServerState): Outcome {
  const text = decodeUtf8(octets);
  if (text === undefined) return replies.NOT_ASCII;
  const plain = !/[^ -~]/.test(text);
  const line = plain ? text : trimEnd(text);
  if (!plain && /[\x00-\x1F\x7F]/.test(line)) return replies.BAD_CHARACTER;
  const space = line.indexOf(' ');
  const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  if (octets.length + 2 > limitOf(verb, state)) return replies.LINE_TOO_LONG;
  if (state.refusals >= (state.options.maxRefusals ?? 10_000) && verb !== 'QUIT') return replies.TOO_MANY_COMMANDS;
  if (state.noService && verb !== 'QUIT') return replies.NO_SERVICE;
  if (state.offer.tlsFirst === true && !state.secure && !BEFORE_TLS.has(verb)) return replies.TLS_FIRST;
  const command = COMMANDS.get(verb);
  if (command === undefined) return replies.UNKNOWN_COMMAND;
  if (!plain && command.utf8?.(state, line) !== true && /[^ -~]/.test(line)) return replies.NOT_ASCII;
  const argument = space < 0 ? '' : line.slice(space + 1).trim();
  for (const guard of command.guards) {
    const refusal = guard(state, argument);
    if (refusal !== undefined) return refusal;
  }
  if ('run' in command) return command.run(state, argument, line);
  const { transaction } = state;
  return transaction === undefined ? noTransactionFor(state) : command.inside(transaction, state, line);
}

/** RFC 3207 §4. BDAT too, though it is refused: its octets have to be thrown away. */
const BEFORE_TLS: ReadonlySet<string> = new Set(['EHLO', 'HELO', 'LHLO', 'STARTTLS', 'NOOP', 'QUIT', 'BDAT']);

/** The longest line any command may have now. */
export function longestLine(state: ServerState): number {
  return state.announced.has('AUTH') ? AUTH_LIMIT : Math.max(state.mailLimit, state.rcptLimit);
}

type Guard = (state: ServerState, argument: string) => Reply | undefined;

interface Checks {
  /** The first that objects gives the reply. */
  readonly guards: readonly Guard[];
  /** When the argument may go beyond ASCII; else never. */
  readonly utf8?: (state: ServerState, line: string) => boolean;
}
interface Anywhere extends Checks {
  readonly run: (state: ServerState, argument: string, line: string) => Outcome;
}
/** 503 outside a mail transaction. */
interface Inside extends Checks {
  readonly inside: (transaction: Transaction, state: ServerState, line: string) => Outcome;
}

const noArgument: Guard = (_, argument) => (argument === '' ? undefined : replies.NO_ARGUMENT);
const greeted: Guard = (state) => (state.greeted ? undefined : replies.HELLO_FIRST);
const noTransaction: Guard = (state) => (state.transaction === undefined ? undefined : replies.NOT_IN_TRANSACTION);
const noSender: Guard = (state) => (state.transaction === undefined ? undefined : replies.ALREADY_SENDER);
const clear: Guard = (state) => (state.secure ? replies.ALREADY_SECURE : undefined);
const notAuthenticated: Guard = (state) => (state.authenticated ? replies.ALREADY_AUTHENTICATED : undefined);
const offered =
  (keyword: string): Guard =>
  (state) =>
    state.announced.has(keyword) ? undefined : replies.NOT_OFFERED;
const authOffered: Guard = (state) =>
  state.announced.has('AUTH') || inTls(state).length > 0 ? undefined : replies.NOT_OFFERED;
const notIdle: Guard = (state) =>
  ++state.idleCommands > (state.options.maxIdleCommands ?? 100) ? replies.TOO_MANY_COMMANDS : undefined;

/** RFC 5321 §4.1.4, the order of commands, in one table. */
const COMMANDS: ReadonlyMap<string, Anywhere | Inside> = new Map<string, Anywhere | Inside>([
  ['EHLO', { guards: [notIdle], run: (state, name) => hello('EHLO', name, state) }],
  ['HELO', { guards: [notIdle], run: (state, name) => hello('HELO', name, state) }],
  ['LHLO', { guards: [notIdle], run: (state, name) => hello('LHLO', name, state) }],
  ['MAIL', { guards: [greeted, noSender], run: mail, utf8: () => true }],
  ['RCPT', { guards: [], inside: rcpt, utf8: () => true }],
  ['DATA', { guards: [noArgument], inside: data }],
  ['BDAT', { guards: [offered('CHUNKING')], run: bdat }],
  ['RSET', { guards: [noArgument, notIdle], run: () => ({ kind: 'rset' }) }],
  ['NOOP', { guards: [notIdle], run: () => replies.NOOP_OK }],
  ['HELP', { guards: [notIdle], run: () => replies.HELP }],
  ['VRFY', { guards: [notIdle], run: (state, text) => verify('VRFY', text, state), utf8 }],
  ['EXPN', { guards: [notIdle, offered('EXPN')], run: (state, text) => verify('EXPN', text, state), utf8 }],
  ['STARTTLS', { guards: [noArgument, clear, offered('STARTTLS'), noTransaction], run: () => ({ kind: 'starttls' }) }],
  ['AUTH', { guards: [authOffered, notAuthenticated, noTransaction], run: auth }],
  ['XCLIENT', { guards: [offered('XCLIENT'), noTransaction, notIdle], run: xclient }],
  ['QUIT', { guards: [noArgument], run: () => ({ kind: 'quit' }) }],
]);

/** RFC 2033 §4.1: each protocol has its own hello and refuses the other's. RFC 2034 §3: no status in these replies. */
function hello(verb: 'EHLO' | 'HELO' | 'LHLO', name: string, state: ServerState): Outcome {
  if ((verb === 'LHLO') !== state.lmtp) return replies.WRONG_HELLO;
  return /^[!-~]{1,255}$/.test(name) ? { kind: 'hello', verb, name } : replies.BAD_NAME;
}

function mail(state: ServerState, _: string, raw: string): Outcome {
  state.mailRefused = true;
  try {
    const { reversePath, parameters } = parseMailCommand(raw);
    const typed = readMailParameters(parameters, state.announced);
    const limit = state.offer.size ?? 0;
    // RFC 1870 §6.1.
    if (typed.size !== undefined && limit > 0 && typed.size > limit) return replies.TOO_LARGE;
    return { kind: 'mail', path: reversePath, parameters, typed, raw };
  } catch (error) {
    return refuse(error);
  }
}

function rcpt(transaction: Transaction, state: ServerState, raw: string): Outcome {
  if (transaction.chunked) return replies.CHUNKS_BEGUN;
  try {
    const context = { smtputf8: transaction.smtputf8 };
    const { forwardPath, parameters } = parseRcptCommand(raw, context);
    const typed = readRcptParameters(parameters, state.announced, context);
    if (transaction.accepted >= Math.max(100, state.options.maxRecipients ?? 1000)) return replies.TOO_MANY_RECIPIENTS;
    return { kind: 'rcpt', path: forwardPath, parameters, typed, raw };
  } catch (error) {
    return refuse(error);
  }
}

function data(transaction: Transaction, state: ServerState): Outcome {
  if (transaction.chunked) return replies.CHUNKS_BEGUN;
  const refusal = recipientsMissing(transaction, state);
  if (refusal !== undefined) return refusal;
  return transaction.binary ? replies.BDAT_NEEDED : new IncomingContent(transaction);
}

/**
 *     bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ] CRLF
 *
 * RFC 3030 §2.
 */
function bdat(state: ServerState, argument: string): Outcome {
  const { transaction } = state;
  const [, digits, last] = /^(\d{1,15})( LAST)?$/i.exec(argument) ?? [];
  if (digits === undefined) return { kind: 'bad-chunk' };
  const octets = Number(digits);
  const tooMany = octets === 0 && last === undefined ? notIdle(state, argument) : undefined;
  if (tooMany !== undefined) return tooMany;
  if (transaction === undefined) return new RefusedChunk(octets, noTransactionFor(state));
  const refusal = transaction.refusal === undefined ? recipientsMissing(transaction, state) : replies.CHUNK_FAILED;
  if (refusal === undefined) return new IncomingContent(transaction, { octets, last: last !== undefined });
  if (state.lmtp && last !== undefined) return refusedLast(transaction, octets, refusal, state);
  return new RefusedChunk(octets, refusal);
}

/** RFC 2033 §4.3: one reply for each accepted recipient, none where there is none. */
function refusedLast(transaction: Transaction, octets: number, refusal: Reply, state: ServerState): Outcome {
  const { accepted } = transaction;
  if (accepted === 0) return notIdle(state, '') ?? new RefusedChunk(octets, refusal, 0);
  // Over, so that a client can't have them all said again: RFC 3030 §2 has 503 for what follows.
  state.transaction = undefined;
  return new RefusedChunk(octets, refusal, accepted);
}

function noTransactionFor({ greeted, mailRefused }: ServerState): Reply {
  if (!greeted) return replies.HELLO_FIRST;
  return mailRefused ? replies.NO_SENDER : replies.MAIL_FIRST;
}

/** RFC 2920 §3.2: only with a valid recipient. RFC 2033 §4.2 wants 503 where RFC 5321 §3.3 leaves a choice. */
function recipientsMissing({ accepted, tried }: Transaction, { lmtp }: ServerState): Reply | undefined {
  if (accepted > 0) return undefined;
  if (tried === 0) return replies.RCPT_FIRST;
  return lmtp ? replies.NO_RECIPIENTS : replies.NO_VALID_RECIPIENTS;
}

const SMTPUTF8 = / SMTPUTF8$/i;

/** RFC 6531 §3.7.4.2: VRFY and EXPN carry the parameter themselves. */
function utf8(state: ServerState, line: string): boolean {
  return state.announced.has('SMTPUTF8') && SMTPUTF8.test(line);
}

/** RFC 5321 §3.5.3: 252 where nothing is said about the address. */
function verify(verb: 'VRFY' | 'EXPN', text: string, state: ServerState): Outcome {
  const smtputf8 = utf8(state, text);
  const argument = smtputf8 ? text.replace(SMTPUTF8, '') : text;
  if (argument === '') return replies.BAD_ARGUMENT;
  return state.announced.has(verb) ? { kind: 'verify', verb, argument, smtputf8 } : replies.WILL_TRY;
}

/**
 *     auth-command = "AUTH" SP sasl-mech [ SP ( base64 / "=" ) ] CRLF
 *
 * RFC 4954 §4.
 */
function auth(state: ServerState, argument: string): Outcome {
  const [, name, initial] = /^([\w-]{1,20})(?: (\S+))?$/.exec(argument) ?? [];
  if (name === undefined) return replies.BAD_ARGUMENT;
  const mechanism = name.toUpperCase();
  const mechanisms = state.announced.get('AUTH')?.toUpperCase().split(' ');
  if (mechanisms?.includes(mechanism) !== true)
    return inTls(state).includes(mechanism) ? replies.MECHANISM_NEEDS_TLS : replies.UNKNOWN_MECHANISM;
  if (initial === undefined) return { kind: 'auth', mechanism };
  const initialResponse = decodeBase64(initial === '=' ? '' : initial);
  return initialResponse === undefined ? replies.BAD_BASE64 : { kind: 'auth', mechanism, initialResponse };
}

/** Mechanisms that would be offered if the client had begun TLS, as it may. */
function inTls(state: ServerState): readonly string[] {
  if (state.secure || !state.greeted) return [];
  return (state.offer.authInTls ?? []).map((mechanism) => mechanism.toUpperCase());
}

function xclient(state: ServerState, argument: string): Outcome {
  const attributes = readXclient(argument, state.announced.get('XCLIENT'));
  return attributes === undefined ? replies.BAD_ARGUMENT : { kind: 'xclient', attributes };
}

function limitOf(verb: string, state: ServerState): number {
  if (verb === 'MAIL') return state.mailLimit;
  if (verb === 'RCPT') return state.rcptLimit;
  return verb === 'AUTH' ? AUTH_LIMIT : COMMAND_LIMIT;
}

/** RFC 5321 §4.1.1: white space before the CRLF is tolerated. A loop, since hostile lines are mostly white space. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line.charCodeAt(end - 1) === 32 || line.charCodeAt(end - 1) === 9)) end--;
  return line.slice(0, end);
}

const TEXTS: Readonly<Record<EsmtpParameterErrorCode, string>> = {
  'bad-command': 'Syntax error',
  'bad-path': 'Syntax error in address',
  'needs-smtputf8': 'UTF-8 needs SMTPUTF8',
  syntax: 'Syntax error in parameters',
  duplicate: 'Parameter given twice',
  unknown: 'Parameter not known here',
  'bad-value': 'Bad parameter value',
  'too-long': 'Parameter too long',
  conflict: 'Parameters exclude each other',
};

function refuse(error: unknown): Reply {
  const { code, keyword, reply } = caught(error, EsmtpParameterError);
  // A keyword has letters, digits and hyphens; anything else is not repeated to the client.
  const which = keyword !== undefined && /^[\w-]{1,40}$/.test(keyword) ? `: ${keyword}` : '';
  return { code: reply.code, status: reply.status, lines: [TEXTS[code] + which] };
}
