import type { Field } from '@dsnkit/delivery-status';
import { decodeOctets } from './charset.ts';
import { lineEnd, soundLines } from './octets.ts';

/** Header fields and where the body begins. */
export interface SplitHeader {
  readonly headers: readonly Field[];
  /** Offset of the first octet after the blank line; the length of the message if there is no blank line. */
  readonly bodyOffset: number;
}

/**
 * Split a message, or a body part, into its header fields and its body.
 *
 *     message = (fields / obs-fields) [CRLF body]
 *
 * Values are unfolded and trimmed, otherwise as sent: encoded words stay encoded ({@link decodeHeaderText} reads them).
 * Lines may end in CRLF, LF or CR. A line that is no field is skipped. RFC 5322 §2.1, §2.2.3.
 *
 * @example
 * splitHeader(new TextEncoder().encode('Subject: hi\r\n\r\nbody')); // { headers: [{ name: 'Subject', value: 'hi' }], bodyOffset: 15 }
 */
export function splitHeader(message: Uint8Array): SplitHeader {
  const { octets } = soundLines(message);
  const block = findHeader(octets, 0, octets.length, 'message');
  return { headers: splitFields(decodeOctets(octets, 0, block.end)), bodyOffset: block.bodyStart };
}

/**
 * The header of a message, up to and without the blank line: what RET=HDRS returns. RFC 3461 §4.3, RFC 6522 §4.
 *
 * No field is dropped and no octet changed. The result is a view on the message, not a copy.
 *
 * @example
 * cutHeaders(new TextEncoder().encode('Subject: hi\r\n\r\nbody')); // the octets of 'Subject: hi\r\n'
 */
export function cutHeaders(message: Uint8Array): Uint8Array {
  const { octets } = soundLines(message);
  return message.subarray(0, findHeader(octets, 0, octets.length, 'message').end);
}

/** The value of the first field of this name, `''` if it is empty, `undefined` if there is none. */
export function fieldValue(headers: readonly Field[], name: string): string | undefined {
  for (const field of headers) {
    if (field.name.length === name.length && field.name.toLowerCase() === name) return field.value;
  }
  return undefined;
}

export interface HeaderBlock {
  /** After the line end of the last header line. */
  readonly end: number;
  readonly bodyStart: number;
  /** A blank line closed the header. */
  readonly closed: boolean;
}

/**
 * Find the end of a header.
 *
 * The header of a whole message ends at a blank line only: damaged lines in it are skipped later. The header of a body
 * part also ends before a line that can't be a field, or at a delimiter, since writers forget the blank line
 * (RFC 3461 §10.9 does).
 */
export function findHeader(octets: Uint8Array, start: number, end: number, of: 'message' | 'part'): HeaderBlock {
  let at = start;
  while (at < end) {
    const c = octets[at];
    if (c === 10) return { end: at, bodyStart: at + 1, closed: true };
    if (c === 13) {
      const stop = afterCrs(octets, at, end);
      if (octets[stop] === 10 && stop < end) return { end: at, bodyStart: stop + 1, closed: true };
    }
    if (of === 'part' && !(at > start && (c === 32 || c === 9)) && !looksLikeField(octets, at, end)) {
      return { end: at, bodyStart: at, closed: false };
    }
    at = lineEnd(octets, at, end) + 1;
  }
  return { end, bodyStart: end, closed: false };
}

function afterCrs(octets: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && octets[at] === 13) at++;
  return at;
}

/** field-name = 1*ftext, then ":" (blanks before the colon are an obsolete form). RFC 5322 §2.2, §4.5. */
export function looksLikeField(octets: Uint8Array, start: number, end: number): boolean {
  if (octets[start] === 45 && octets[start + 1] === 45) return false; // a delimiter may hold a colon, too
  let at = start;
  while (at < end) {
    const c = octets[at] as number;
    if (c === 58) return at > start;
    if (c <= 32 || c > 126) break;
    at++;
  }
  if (at === start) return false;
  while (at < end && (octets[at] === 32 || octets[at] === 9)) at++;
  return octets[at] === 58 && at < end;
}

/** Split header text into unfolded fields; lines that are no field are skipped. */
export function splitFields(text: string): Field[] {
  const fields: Field[] = [];
  const length = text.length;
  let at = 0;
  while (at < length) {
    let stop = nextBreak(text, at);
    const colon = text.indexOf(':', at);
    let folded = false;
    for (let c = text.charCodeAt(stop + 1); c === 32 || c === 9; c = text.charCodeAt(stop + 1)) {
      folded = true;
      stop = nextBreak(text, stop + 1);
    }
    if (colon < 0) break;
    if (colon < stop) {
      const name = trimBlanks(text, at, colon);
      if (isFieldName(name)) {
        const value = trimBlanks(text, colon + 1, stop);
        fields.push({ name, value: folded ? unfold(value) : value });
      }
    }
    at = stop + 1;
  }
  return fields;
}

function nextBreak(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

function isFieldName(name: string): boolean {
  if (name === '') return false;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c <= 32 || c > 126) return false;
  }
  return true;
}

function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 13 || c === 10;
}

/** Unfolding removes each line break that a blank follows, and nothing else. RFC 5322 §2.2.3. */
function unfold(value: string): string {
  return value.replace(/\r*\n/g, '');
}
