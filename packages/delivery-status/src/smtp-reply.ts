import { DeliveryStatusError } from './error.ts';
import { endOfStatus } from './status-code.ts';
import type { StatusCode, TypedValue } from './types.ts';

/** An SMTP reply as a diagnostic quotes it. */
export interface SmtpReply {
  /** Three digits, 200 to 599 in practice; absent if the text names none. */
  readonly replyCode?: number;
  /** The enhanced status code of the reply. RFC 2034 §4. */
  readonly status?: StatusCode;
  /** The text of each line, without code and status. */
  readonly lines: readonly string[];
}

/**
 * Read an SMTP reply in any form in which reports quote it: lines with CRLF or LF, or folded into one.
 *
 *     reply = *( 3DIGIT "-" text CRLF ) 3DIGIT [ SP text ]
 *
 * RFC 3461 §9.2, RFC 5321 §4.2. Never throws: a text without a reply code is one line.
 *
 * @example parseSmtpReply('550-5.1.1 no such user 550 5.1.1 see the list') // { replyCode: 550, status: '5.1.1', lines: ['no such user', 'see the list'] }
 */
export function parseSmtpReply(text: string): SmtpReply {
  const parts = splitReply(text);
  const code = replyCodeOf(parts[0]);
  let status: StatusCode | undefined;
  const lines = parts.map((line, index) => {
    let from = code >= 0 && replyCodeOf(line) === code ? 3 : 0;
    if (from === 3 && line.charCodeAt(3) === DASH) from = 4;
    while (isBlank(line.charCodeAt(from))) from++;
    const own = code >= 0 || index === 0 ? statusAt(line, from) : undefined;
    // RFC 2034 §4: the class of the enhanced code is the one of the reply; another number is text.
    if (own !== undefined && (code < 0 || own.charCodeAt(0) - 48 === Math.floor(code / 100))) {
      status ??= own;
      from += own.length;
    }
    return line.slice(from).trim();
  });
  const reply: { -readonly [K in keyof SmtpReply]: SmtpReply[K] } = { lines };
  if (code >= 0) reply.replyCode = code;
  if (status !== undefined) reply.status = status;
  return reply;
}

/**
 * Read a Diagnostic-Code. Only type `smtp` holds a reply; of others, and of none, what looks like a reply code is still read,
 * since senders put replies under their own types. RFC 3464 §2.3.6.
 *
 * @example parseDiagnostic({ type: 'smtp', value: '452 4.2.2 mailbox full' }).status // '4.2.2'
 */
export function parseDiagnostic(diagnostic: TypedValue): SmtpReply {
  return parseSmtpReply(diagnostic.value);
}

/**
 * The Diagnostic-Code for a reply, transcribed line by line as it came. Control characters, which a field cannot carry, become `?`.
 *
 * RFC 3461 §9.2.
 *
 * @param lines The whole lines of the reply: `['550-5.1.1 no such user', '550 5.1.1 see the list']`.
 * @throws {DeliveryStatusError} `bad-reply` if there is no line, or the lines are not the lines of one reply.
 * @example formatSmtpDiagnostic(['550 5.1.1 <u@x>: no such user']) // { type: 'smtp', value: '550 5.1.1 <u@x>: no such user' }
 */
export function formatSmtpDiagnostic(lines: readonly string[]): TypedValue {
  const code = replyCodeOf(lines[0] ?? '');
  lines.forEach((line, index) => {
    const mark = line.charCodeAt(3);
    const last = index === lines.length - 1;
    if (code >= 0 && replyCodeOf(line) === code && (last ? mark === SPACE || line.length === 3 : mark === DASH)) return;
    throw new DeliveryStatusError('bad-reply', `line ${index + 1} is not part of one SMTP reply`, { offset: index });
  });
  if (code < 0) throw new DeliveryStatusError('bad-reply', 'an SMTP reply has at least one line');
  return {
    type: 'smtp',
    value: lines.map((line) => line.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '?').trimEnd()).join(' '),
  };
}

/** When in the transaction a reply came: a refusal of RCPT speaks of an address, one of the content of a policy. */
export type SmtpStage = 'connect' | 'hello' | 'auth' | 'mail' | 'rcpt' | 'data' | 'content';

/**
 * The best status for a reply: its own enhanced code; else what the reply code means at that stage; else X.0.0.
 * Only X.0.0 is certain to be right for a bare reply code; the finer ones are what receivers use them for.
 *
 * RFC 3461 §6.3(g), RFC 2034 §6, RFC 5248 §2.
 *
 * @example statusForReply({ replyCode: 550, lines: ['no such user'] }, 'rcpt') // '5.1.1'
 */
export function statusForReply(reply: SmtpReply, stage?: SmtpStage): StatusCode {
  const { replyCode, status } = reply;
  const digit = replyCode === undefined ? undefined : Math.floor(replyCode / 100);
  // RFC 2034 §4: the class of the enhanced code must be the one of the reply; a reply that contradicts itself is not trusted.
  if (status !== undefined && (digit === undefined || status.startsWith(String(digit)))) return status;
  if (replyCode === undefined) return '5.0.0';
  return (
    (stage && STAGE_STATUS[stage]?.[replyCode]) ??
    REPLY_STATUS[replyCode] ??
    (digit === 2 || digit === 4 ? `${digit}.0.0` : '5.0.0')
  );
}

/** Our reading, cross-checked with what deployed servers send. RFC 5321 §4.2.2 gives the meaning of the reply codes. */
const REPLY_STATUS: Readonly<Record<number, StatusCode>> = {
  421: '4.3.2', 432: '4.7.12', 450: '4.2.0', 451: '4.3.0', 452: '4.3.1', 454: '4.7.0', 455: '4.3.0',
  500: '5.5.2', 501: '5.5.4', 502: '5.5.1', 503: '5.5.1', 504: '5.5.4', 521: '5.3.2', 523: '5.7.10', 525: '5.7.13',
  530: '5.7.0', 534: '5.7.9', 535: '5.7.8', 538: '5.7.11', 551: '5.1.6', 552: '5.2.2', 553: '5.1.3', 555: '5.5.4', 556: '5.1.10',
}; // prettier-ignore

const STAGE_STATUS: Partial<Record<SmtpStage, Readonly<Record<number, StatusCode>>>> = {
  connect: { 554: '5.3.2' },
  mail: { 452: '4.3.1', 501: '5.1.7', 550: '5.7.1', 552: '5.3.4', 553: '5.1.7' },
  rcpt: { 250: '2.1.5', 251: '2.1.5', 452: '4.5.3', 501: '5.1.3', 550: '5.1.1' },
  data: { 552: '5.3.4' },
  content: { 550: '5.7.1', 552: '5.3.4', 554: '5.6.0' },
};

const DASH = 0x2d;
const SPACE = 0x20;

/** Cut a quoted reply into its lines, where it has line ends and where "NNN-" starts a line that folding joined to the last. */
export function splitReply(text: string): [string, ...string[]] {
  const parts: string[] = [];
  // Most come folded into one line.
  for (const line of /[\r\n]/.test(text) ? text.trim().split(/\r\n|[\r\n]/) : [text]) {
    const whole = line.trim();
    const code = replyCodeOf(whole);
    let from = 0;
    let search = 4;
    while (code >= 0 && whole.charCodeAt(from + 3) === DASH) {
      const next = nextReplyLine(whole, code, search);
      if (next < 0) break;
      parts.push(whole.slice(from, next));
      from = next;
      search = next + 4;
    }
    parts.push(whole.slice(from));
  }
  return parts as [string, ...string[]];
}

function nextReplyLine(text: string, code: number, from: number): number {
  const digits = String(code);
  for (let at = text.indexOf(digits, from); at >= 0; at = text.indexOf(digits, at + 1)) {
    const mark = text.charCodeAt(at + 3);
    if (text.charCodeAt(at - 1) <= SPACE && (mark === DASH || isBlank(mark) || at + 3 === text.length)) return at;
  }
  return -1;
}

/** A line may have been folded with a tab where the reply had its space. */
function isBlank(code: number): boolean {
  return code === SPACE || code === 0x09;
}

/** The code that a line begins with; -1 if it begins with none. */
function replyCodeOf(line: string): number {
  const a = line.charCodeAt(0) - 48;
  const b = line.charCodeAt(1) - 48;
  const c = line.charCodeAt(2) - 48;
  if (!(a >= 1 && a <= 9 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return -1;
  const mark = line.charCodeAt(3);
  // A longer number, or "550.1", is no reply code.
  return (mark >= 48 && mark <= 57) || mark === 0x2e ? -1 : a * 100 + b * 10 + c;
}

function statusAt(text: string, at: number): StatusCode | undefined {
  const end = endOfStatus(text, at);
  return end > 0 ? (text.slice(at, end) as StatusCode) : undefined;
}
