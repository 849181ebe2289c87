import { western } from './charset.ts';
import { encodeUtf8, isAsciiText } from './source.ts';

/** What can be delimited: a multipart. */
interface Bounded {
  /** One character per octet. */
  readonly boundary: string;
}

/** A line that begins with the delimiter of a multipart. */
export interface Delimiter<T> {
  readonly multipart: T;
  readonly closing: boolean;
  /** Nothing but blanks follows. RFC 2046 §5.1.1 calls them transport padding. */
  readonly exact: boolean;
}

/**
 * Which multipart a line delimits: the innermost whose boundary it holds exactly, else the one with the longest boundary
 * that it begins with; `undefined` if none. RFC 2046 §5.1.1.
 *
 * @param from offset after the two hyphens
 * @param open the multiparts that may go on, outermost first
 */
export function matchDelimiter<T extends Bounded>(
  text: string,
  from: number,
  open: readonly T[],
): Delimiter<T> | undefined {
  let best: Delimiter<T> | undefined;
  for (const multipart of open) {
    if (!text.startsWith(multipart.boundary, from)) continue;
    const match = readTail(text, from + multipart.boundary.length, multipart);
    if (match === undefined || (best !== undefined && isBetter(best, match))) continue;
    best = match;
  }
  return best;
}

function isBetter<T extends Bounded>(one: Delimiter<T>, other: Delimiter<T>): boolean {
  if (one.exact !== other.exact) return one.exact;
  return !one.exact && one.multipart.boundary.length > other.multipart.boundary.length;
}

/**
 * What follows a boundary in the line that begins with it.
 *
 * RFC 2046 §5.1.1 has it that the boundary at the beginning of the line is enough. But a returned message may hold
 * delimiters of its own that begin with ours (`Part_1` and `Part_12`), so other text may follow only if it can't be the
 * rest of a longer boundary.
 */
function readTail<T>(text: string, from: number, multipart: T): Delimiter<T> | undefined {
  const closing = text.startsWith('--', from);
  const start = closing ? from + 2 : from;
  for (let at = start; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 10) break;
    if (c === 32 || c === 9 || c === 13) continue;
    return at === start && BOUNDARY_CHARACTER.test(text.charAt(at)) ? undefined : { multipart, closing, exact: false };
  }
  return { multipart, closing, exact: true };
}

/**
 *     bcharsnospace := DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" / "=" / "?"
 */
const BOUNDARY_CHARACTER = /[0-9A-Za-z'()+_,./:=?-]/;

/** QUIRK: without a boundary parameter, the first line that begins with `--` and precedes a field tells it. */
export function guessBoundary(text: string, from: number): string {
  const pattern = /\n--([^\r\n]{1,70})\r*\n[!-9;-~]+[ \t]*:/g;
  pattern.lastIndex = from - 1;
  return pattern.exec(text)?.[1]?.trimEnd() ?? '';
}

/** A boundary as the source text has it, one character per octet. */
export function toOctetText(boundary: string): string {
  if (isAsciiText(boundary)) return boundary;
  return western.decode(encodeUtf8(boundary));
}
