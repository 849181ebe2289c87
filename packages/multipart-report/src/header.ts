import type { Field } from '@dsnkit/delivery-status';
import { indexOrEnd, readSource, textBetween, type Source } from './source.ts';

/** Header fields and where the body begins. */
export interface SplitHeader {
  readonly headers: readonly Field[];
  /** Offset of the first octet after the blank line; the length of the message if there is no blank line. */
  readonly bodyOffset: number;
}

/**
 * Split a message into its header fields and its body.
 *
 *     message = (fields / obs-fields) [CRLF body]
 *
 * Values are unfolded and trimmed, otherwise as sent: encoded words stay encoded ({@link decodeHeaderText} reads them).
 * Lines may end in CRLF, LF or CR; a line that is no field is skipped. RFC 5322 §2.1, §2.2.3.
 *
 * @example
 * splitHeader(new TextEncoder().encode('Subject: hi\r\n\r\nbody')); // { headers: [{ name: 'Subject', value: 'hi' }], bodyOffset: 15 }
 */
export function splitHeader(message: Uint8Array): SplitHeader {
  const end = headerEnd(message);
  const { headers } = readHeader(readSource(message.subarray(0, end)), 0, 'blank-line');
  return { headers, bodyOffset: end + lineEndLength(message, end) };
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
  return message.subarray(0, headerEnd(message));
}

/** Offset of the blank line that ends the header; the length of the message if there is none. */
export function headerEnd(octets: Uint8Array): number {
  let lineStart = 0;
  for (let at = 0; at < octets.length;) {
    const length = lineEndLength(octets, at);
    if (length > 0 && at === lineStart) return at;
    at += length || 1;
    if (length > 0) lineStart = at;
  }
  return octets.length;
}

/** LF, CR LF, CR CR LF or CR: the same line ends that {@link readSource} knows. */
function lineEndLength(octets: Uint8Array, at: number): number {
  if (octets[at] === 10) return 1;
  if (octets[at] !== 13) return 0;
  if (octets[at + 1] === 10) return 2;
  return octets[at + 1] === 13 && octets[at + 2] === 10 ? 3 : 1;
}

/** The value of the first field of this name (in lower case), `''` if it is empty, `undefined` if there is none. */
export function fieldValue(headers: readonly Field[], name: string): string | undefined {
  for (const field of headers) if (isNamed(field, name)) return field.value;
  return undefined;
}

/** Length and first letter tell most names apart before any is put into lower case. */
export function isNamed(field: Field, name: string): boolean {
  return (
    field.name.length === name.length &&
    (field.name.charCodeAt(0) | 32) === name.charCodeAt(0) &&
    field.name.toLowerCase() === name
  );
}

/** A header as it was found. */
export interface Header {
  readonly headers: readonly Field[];
  /** After the line end of the last line of the header. */
  readonly end: number;
  readonly bodyStart: number;
  /** A blank line closed it. */
  readonly closed: boolean;
  /** Offset of the first line that continues a field without a blank before it; -1 if there is none. */
  readonly unindented: number;
}

/**
 * Read the header that begins at `start`.
 *
 * @param until what ends it besides a blank line: nothing; a line that begins as delimiters do; or any line that is no
 * field, as in body parts, where writers forget the blank line (the example in RFC 3461 §10.9 does). Else such lines are skipped.
 */
export function readHeader(source: Source, start: number, until: 'blank-line' | 'delimiter' | 'non-field'): Header {
  const { text } = source;
  const headers: Field[] = [];
  const end = text.length;
  const header = (at: number, bodyStart: number, closed: boolean): Header => ({
    headers,
    end: at,
    bodyStart,
    closed,
    unindented,
  });
  let unindented = -1;
  let name = '';
  let value = '';
  let piece = '';
  let at = start;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (c === 10) return header(at, at + 1, true);
    if (c === 13) return header(at, text.indexOf('\n', at) + 1, true);
    const stop = endOfField(text, at);
    const colon = endOfName(text, at);
    if (colon > at) {
      name = trimmed(text, at, colon);
      value = piece = readValue(source, colon + 1, stop);
      headers.push({ name, value });
    } else if (until !== 'blank-line' && text.startsWith('--', at)) return header(at, at, false);
    else if (piece.endsWith(';')) {
      // QUIRK: relays of Outlook.com strip the blank before a continued parameter. A semicolon tells that one is due.
      if (unindented < 0) unindented = at;
      piece = readValue(source, at, stop);
      value += ` ${piece}`;
      headers[headers.length - 1] = { name, value };
    } else if (until === 'non-field') return header(at, at, false);
    at = stop + 1;
  }
  return header(end, end, false);
}

/** The LF of the last line of a folded field, or the end of the text. RFC 5322 §2.2.3. */
function endOfField(text: string, from: number): number {
  let stop = indexOrEnd(text, '\n', from);
  for (let c = text.charCodeAt(stop + 1); c === 32 || c === 9; c = text.charCodeAt(stop + 1)) {
    stop = indexOrEnd(text, '\n', stop + 1);
  }
  return stop;
}

/**
 * The colon that ends the field name at `from`; `from` itself if there is none.
 *
 *     field-name = 1*ftext     ; %d33-57 / %d59-126
 *
 * Blanks before the colon are an obsolete form. A name that begins with two hyphens is a delimiter. RFC 5322 §3.6.8, §4.5.
 */
function endOfName(text: string, from: number): number {
  let at = from;
  let c = text.charCodeAt(at);
  while (c > 32 && c < 127 && c !== 58) c = text.charCodeAt(++at);
  if (at === from || text.startsWith('--', from)) return from;
  while (c === 32 || c === 9) c = text.charCodeAt(++at);
  return c === 58 ? at : from;
}

function readValue(source: Source, from: number, to: number): string {
  const value = source.ascii ? trimmed(source.text, from, to) : trimmedBetween(source, from, to);
  // Unfolding removes each line break, and nothing else. RFC 5322 §2.2.3.
  return value.includes('\n') ? value.replace(/\r*\n/g, '') : value;
}

function trimmedBetween(source: Source, from: number, to: number): string {
  const text = textBetween(source, from, to);
  return trimmed(text, 0, text.length);
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 13 || c === 10;
}
