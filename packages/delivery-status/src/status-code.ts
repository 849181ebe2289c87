import { splitComments } from './comments.ts';
import { decodeWords } from './encoded-word.ts';
import { DeliveryStatusError } from './error.ts';
import type { IssueCode, StatusCode } from './types.ts';

/** The three numbers of an enhanced status code. RFC 3463 §2. */
export interface StatusParts {
  /** 2 success, 4 persistent transient failure, 5 permanent failure. */
  readonly class: 2 | 4 | 5;
  readonly subject: number;
  readonly detail: number;
}

/**
 * Read an enhanced status code, and nothing but one.
 *
 *     status-code = ("2" / "4" / "5") "." 1*3DIGIT "." 1*3DIGIT   ; no leading zeros, no white space, no comments
 *
 * RFC 3463 §2, RFC 3464 §2.3.4.
 *
 * @throws {DeliveryStatusError} `bad-status`, with the offset where the text leaves the grammar.
 * @example parseStatusCode('5.7.26') // { class: 5, subject: 7, detail: 26 }
 */
export function parseStatusCode(text: string): StatusParts {
  const end = endOfStatus(text, 0);
  if (end !== text.length) {
    throw new DeliveryStatusError('bad-status', `not an enhanced status code: ${JSON.stringify(text.slice(0, 40))}`, {
      offset: end < 0 ? -end - 1 : end,
    });
  }
  const dot = text.indexOf('.', 2);
  return {
    class: (text.charCodeAt(0) - 48) as StatusParts['class'],
    subject: Number(text.slice(2, dot)),
    detail: Number(text.slice(dot + 1)),
  };
}

/**
 * Whether a text is an enhanced status code and nothing else. RFC 3463 §2.
 *
 * @example isStatusCode('5.1') // false
 */
export function isStatusCode(text: string): text is StatusCode {
  return endOfStatus(text, 0) === text.length;
}

/**
 * Where a status code that starts at `at` ends. If none does, the offset of the misfit as `-offset - 1`.
 * A digit right after the third number is a misfit: `5.1.1000` does not hold `5.1.100`.
 */
export function endOfStatus(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first !== 0x32 && first !== 0x34 && first !== 0x35) return -at - 1;
  if (text.charCodeAt(at + 1) !== 0x2e) return -at - 2;
  const subject = endOfNumber(text, at + 2);
  if (subject < 0) return subject;
  if (text.charCodeAt(subject) !== 0x2e) return -subject - 1;
  return endOfNumber(text, subject + 1);
}

function endOfNumber(text: string, at: number): number {
  let end = at;
  while (end < at + 4 && isDigit(text.charCodeAt(end))) end++;
  if (end === at) return -at - 1;
  if (end === at + 4) return -at - 4;
  return end > at + 1 && text.charCodeAt(at) === 0x30 ? -at - 1 : end;
}

/** What the value of a Status field was found to say, and the issues against it. */
export interface StatusReading {
  readonly status?: StatusCode;
  readonly comment?: string;
  readonly departures: readonly IssueCode[];
}

/** Read the value of a Status field from the wild. RFC 3464 §2.3.4. */
export function readStatus(value: string): StatusReading {
  if (isStatusCode(value)) return { status: value, departures: [] };
  const { text, comments, unclosedAt } = splitComments(value);
  const departures: IssueCode[] = unclosedAt === undefined ? [] : ['unclosed-comment'];
  const comment = decodeWords(comments.join(' '));
  const match = /^(\d)(\s{0,9})\.(\s{0,9})(\d{1,3})(\s{0,9})\.(\s{0,9})(\d{1,3})(?!\.?\d)/.exec(text);
  const digit = Number(match?.[1]);
  if (match === null || (digit !== 2 && digit !== 4 && digit !== 5)) {
    if (value !== '') departures.push(match === null ? 'bad-status' : 'status-class');
    return comment === '' ? { departures } : { comment, departures };
  }
  const [whole, , afterClass, beforeSubject, subject = '', afterSubject, beforeDetail, detail = ''] = match;
  if (`${afterClass}${beforeSubject}${afterSubject}${beforeDetail}` !== '') departures.push('status-spacing');
  if (hasLeadingZero(subject) || hasLeadingZero(detail)) departures.push('status-leading-zero');
  // QUIRK: the reason after the code without parentheses (KumoMTA and others).
  const rest = text.slice(whole.length).trim();
  if (rest !== '') departures.push('text-after-status');
  const said = [rest, comment].filter((part) => part !== '').join(' ');
  const status: StatusCode = `${digit}.${Number(subject)}.${Number(detail)}`;
  return said === '' ? { status, departures } : { status, comment: said, departures };
}

function hasLeadingZero(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0');
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
