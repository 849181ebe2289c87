import { isStatusCode, parseSmtpReply, type SmtpReply, type StatusCode } from '@dsnkit/delivery-status';

/** A reply found in text. */
export interface FoundReply {
  readonly reply: SmtpReply;
  /** From where on the text is the reply. */
  readonly start: number;
  readonly end: number;
}

/** Longest quoted reply that is read. */
const LONGEST_REPLY = 2000;

/**
 * The SMTP reply that a text quotes: a refusing reply code where such a code can stand, and what follows up to the end of
 * the paragraph.
 */
export function findReply(text: string, from: number, to: number): FoundReply | undefined {
  CODE.lastIndex = from;
  for (let match = CODE.exec(text); match !== null && match.index < to; match = CODE.exec(text)) {
    const start = match.index + (match[0].length - 3);
    if (start + 3 > to) return undefined;
    if (isReplyCode(text, start)) {
      const end = endOfReply(text, start, Math.min(to, start + LONGEST_REPLY));
      return { reply: readReply(text.slice(start, end)), start, end };
    }
  }
  return undefined;
}

/** Reply code after what introduces one: start of line or sentence, brackets, quotes, `#`, `=`. */
const CODE = /(?:^|[\s:;,('"#=[|>])[45][0-5]\d(?=[\s\-:;,#.)'"\]]|$)/gm;

/** The code is one, and no piece of an address, a size, a time or a date. */
function isReplyCode(text: string, start: number): boolean {
  const next = text.charCodeAt(start + 3);
  if (next === 0x2e) return false;
  const before = text.charCodeAt(start - 1);
  const beyond = text.charCodeAt(start + 4);
  if (next === 0x3a || next === 0x2c)
    return !isDigit(beyond) && !(before === 0x3a && isDigit(text.charCodeAt(start - 2)));
  // "for 500 seconds", "after 450 hours" count something.
  return !/^ (?:seconds?|minutes?|hours?|days?|bytes?|messages?|recipients?|kb|mb|k\b|times?)\b/i.test(
    text.slice(start + 3, start + 16),
  );
}

function endOfReply(text: string, start: number, to: number): number {
  const blank = text.indexOf('\n\n', start);
  return blank >= 0 && blank < to ? blank : to;
}

/** Replies come folded by the report; Google and others write code and status before each line. */
export function readReply(text: string): SmtpReply {
  const folded = text.replace(/\s*\n\s*/g, ' ');
  const reply = parseSmtpReply(folded.replace(/^(\d{3})[:;,.)#]\s*/, '$1 ').replace(/^(\d{3}) \1(?=[ -])/, '$1'));
  if (reply.status !== undefined) return reply;
  const status = findStatus(folded, 3, Math.min(folded.length, 200), folded.charAt(0));
  return status === undefined ? reply : { ...reply, status };
}

/** The first enhanced status code of a refusing class in a text, of one class if that is given. */
export function findStatus(text: string, from: number, to: number, digit?: string): StatusCode | undefined {
  STATUS.lastIndex = from;
  for (let match = STATUS.exec(text); match !== null && match.index < to; match = STATUS.exec(text)) {
    const [, code = ''] = match;
    if (isStatusCode(code) && (digit === undefined || code.startsWith(digit))) return code;
  }
  return undefined;
}

/** Not within an address of the network or a version number. */
const STATUS = /(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![.\d]*\d)/g;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
