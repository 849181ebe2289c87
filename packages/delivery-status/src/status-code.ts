import { endOfComment, splitComments } from './comments.ts';
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

/** What the value of a Status field was found to say. */
export interface StatusReading {
  status?: StatusCode;
  comment?: string;
  /** The departures, most telling first, each with what was read instead. */
  departures: readonly { readonly code: IssueCode; readonly message: string }[];
}

const NO_DEPARTURES: StatusReading['departures'] = [];

/** Read the value of a Status field from the wild. RFC 3464 §2.3.4. */
export function readStatus(value: string): StatusReading {
  const end = endOfStatus(value, 0);
  if (end === value.length) return { status: value as StatusCode, departures: NO_DEPARTURES };
  if (
    end > 0 &&
    value.charCodeAt(end) === 0x20 &&
    value.charCodeAt(end + 1) === 0x28 &&
    endOfComment(value, end + 1) === value.length
  ) {
    return {
      status: value.slice(0, end) as StatusCode,
      comment: splitComments(value).comments.join(' '),
      departures: NO_DEPARTURES,
    };
  }
  return readOddStatus(value);
}

function readOddStatus(value: string): StatusReading {
  const { text, comments, unclosedAt } = splitComments(value);
  const departures: { code: IssueCode; message: string }[] = [];
  if (unclosedAt !== undefined) departures.push({ code: 'unclosed-comment', message: 'the comment has no end' });
  const comment = comments.join(' ');
  const match = /^(\d{1,3})(\s*)\.(\s*)(\d{1,3})(\s*)\.(\s*)(\d{1,3})(?!\.?\d)\s*/.exec(text);
  const first = match?.[1] ?? '';
  if (match === null || (first !== '2' && first !== '4' && first !== '5')) {
    const code = match !== null && first.length === 1 ? 'status-class' : 'bad-status';
    const message = code === 'bad-status' ? 'not an enhanced status code' : `class ${first} is none of 2, 4 and 5`;
    departures.push({ code, message });
    return comment === '' ? { departures } : { comment, departures };
  }
  const [, , afterClass, beforeSubject, subject = '', afterSubject, beforeDetail, detail = ''] = match;
  const digit = Number(first) as StatusParts['class'];
  const status: StatusCode = `${digit}.${Number(subject)}.${Number(detail)}`;
  if (`${afterClass}${beforeSubject}${afterSubject}${beforeDetail}` !== '') {
    departures.push({ code: 'status-spacing', message: 'white space or a comment inside the code' });
  }
  if (String(Number(subject)) !== subject || String(Number(detail)) !== detail) {
    departures.push({ code: 'status-leading-zero', message: 'a number with leading zeros' });
  }
  // QUIRK: some senders put the reason after the code without parentheses (seen in mail from KumoMTA and others).
  const rest = text.slice(match[0].length);
  if (rest !== '') departures.push({ code: 'text-after-status', message: 'text after the code that is not a comment' });
  const said = [rest, comment].filter((part) => part !== '').join(' ');
  return said === '' ? { status, departures } : { status, comment: said, departures };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
