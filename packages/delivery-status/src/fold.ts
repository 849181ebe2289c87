import { DeliveryStatusError } from './error.ts';

/** Lines should have at most this many characters, and never more octets than {@link HARD_LIMIT}. RFC 5322 §2.1.1. */
const SOFT_LIMIT = 78;
const HARD_LIMIT = 998;
/** Where a word longer than any line is cut: HARD_LIMIT in characters of three octets. */
const CUT = 330;

/**
 * One field with its line end, folded at white space. Unfolding gives the value back exactly.
 *
 * @throws {DeliveryStatusError} `control-character`, `too-long`
 */
export function foldField(name: string, value: string): string {
  assertClean(name, value);
  if (value === '') return `${name}:\r\n`;
  const pieces = breakLine(`${name}: ${value}`, name.length + 2);
  if (pieces.some(isTooLong)) throw tooLong(name);
  return `${pieces.join('\r\n')}\r\n`;
}

/**
 * One field on one line, for values that white space would change: addresses, names, identifiers.
 *
 * @throws {DeliveryStatusError} `control-character`, `too-long`
 */
export function plainField(name: string, value: string): string {
  assertClean(name, value);
  const line = value === '' ? `${name}:` : `${name}: ${value}`;
  if (isTooLong(line)) throw tooLong(name);
  return `${line}\r\n`;
}

/**
 * A field of several lines under its type or language, each but the first on a continuation line of its own. RFC 3461 §9.2.
 * Where a line is longer than a line may be and has no white space, a space is put in: better than losing the text of a reply.
 *
 * @throws {DeliveryStatusError} `control-character`, or `too-long` for what stands before the text
 */
export function foldLines(name: string, label: string, lines: readonly string[]): string {
  const start = `${name}: `;
  if (isTooLong(`${start}${label};`)) throw tooLong(name);
  const pieces = lines.flatMap((line, index) => {
    assertClean(name, line);
    const first = index === 0;
    return breakLine(first ? `${start}${label}; ${line}` : ` ${line}`, first ? start.length : 1).flatMap(cutWord);
  });
  return `${pieces.join('\r\n')}\r\n`;
}

/**
 * Fields carry no CR, LF or NUL, and no other control character but the tab. RFC 5322 §2.2.
 *
 * @throws {DeliveryStatusError} `control-character`
 */
export function assertClean(name: string, value: string): void {
  const offset = value.search(/[\x00-\x08\x0a-\x1f\x7f]/);
  if (offset < 0) return;
  throw new DeliveryStatusError('control-character', `${name}: a control character at offset ${offset}`, {
    offset,
    field: name,
  });
}

/** Break before white space that has text on both sides, as late as the soft limit allows. The first `keep` characters stay together. */
function breakLine(line: string, keep: number): string[] {
  const pieces: string[] = [];
  const last = line.trimEnd().length - 1;
  let from = 0;
  let earliest = keep;
  while (line.length - from > SOFT_LIMIT) {
    const at = breakBefore(line, from + SOFT_LIMIT, earliest, last);
    if (at < 0) break;
    pieces.push(line.slice(from, at));
    from = at;
    earliest = from + 1;
  }
  pieces.push(line.slice(from));
  return pieces;
}

/** The last break up to `limit`, else the first one after it, else -1. */
function breakBefore(line: string, limit: number, earliest: number, last: number): number {
  for (let at = Math.min(limit, last); at > earliest; at--) if (canBreak(line, at)) return at;
  for (let at = Math.max(limit, earliest) + 1; at <= last; at++) if (canBreak(line, at)) return at;
  return -1;
}

function canBreak(line: string, at: number): boolean {
  return isWhite(line.charCodeAt(at)) && !isWhite(line.charCodeAt(at - 1));
}

function cutWord(piece: string): string[] {
  if (!isTooLong(piece)) return [piece];
  const pieces: string[] = [];
  for (let at = 0; at < piece.length;) {
    let end = Math.min(at + CUT, piece.length);
    // Keep the halves of a surrogate pair together.
    const code = piece.charCodeAt(end - 1);
    if (end < piece.length && code >= 0xd800 && code < 0xdc00) end--;
    const part = piece.slice(at, end);
    pieces.push(at === 0 || isWhite(part.charCodeAt(0)) ? part : ` ${part}`);
    at = end;
  }
  return pieces;
}

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isTooLong(line: string): boolean {
  return line.length > HARD_LIMIT || (line.length * 3 > HARD_LIMIT && utf8Length(line) > HARD_LIMIT);
}

function utf8Length(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    count += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return count;
}

function tooLong(name: string): DeliveryStatusError {
  return new DeliveryStatusError('too-long', `${name}: more than ${HARD_LIMIT} octets that cannot be folded`, {
    field: name,
  });
}
