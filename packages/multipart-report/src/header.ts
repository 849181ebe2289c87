import type { Field } from '@dsnkit/delivery-status';
import type { Issues } from './issue.ts';
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
  const { fields: headers } = readHeader(readSource(message.subarray(0, end)), 0, 'blank-line');
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
export function lineEndLength(octets: Uint8Array, at: number): number {
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

/** Names compare without regard to case. RFC 5322 §1.2.2. */
export function isNamed(field: Field, name: string): boolean {
  return field.name.toLowerCase() === name;
}

/** A header as it was found. */
export class Header {
  bodyStart = 0;
  /** A blank line closed it. */
  closed = false;
  readonly #source: Source;
  /** Of each field where its name begins and ends, and its value. */
  readonly #places: number[] = [];
  /** Those that are no longer read from their places. */
  readonly #values: (string | undefined)[] = [];
  readonly #most: number;
  #isFull = false;
  #fields: readonly Field[] | undefined;

  /** @param most so many fields are kept */
  constructor(source: Source, most: number) {
    this.#source = source;
    this.#most = most;
  }

  get size(): number {
    return this.#values.length;
  }

  /** Whether it is the first field that is not kept. */
  add(start: number, nameEnd: number, from: number, to: number): boolean {
    if (this.size >= this.#most) return !this.#isFull && (this.#isFull = true);
    this.#places.push(start, nameEnd, from, to);
    // What is read from octets is read at once: they are the caller's.
    this.#values.push(this.#source.ascii ? undefined : readValue(this.#source, from, to));
    return false;
  }

  /** The value of the last field, and a way to make it longer. */
  last(more = ''): string {
    const at = this.size - 1;
    return at < 0 || this.#isFull ? '' : (this.#values[at] = this.#valueAt(at) + more);
  }

  /** All fields. Most are never asked for: they are made when they are. */
  get fields(): readonly Field[] {
    return (this.#fields ??= this.#values.map((_, at) => ({
      name: this.#source.text.slice(this.#places[at * 4], this.#places[at * 4 + 1]),
      value: this.#valueAt(at),
    })));
  }

  /** {@link fieldValue} without making the others. */
  value(name: string): string | undefined {
    const { text } = this.#source;
    const places = this.#places;
    for (let at = 0; at < places.length; at += 4) {
      const start = Number(places[at]);
      if (places[at + 1] === start + name.length && text.slice(start, start + name.length).toLowerCase() === name)
        return this.#valueAt(at / 4);
    }
    return undefined;
  }

  #valueAt(at: number): string {
    return (
      this.#values[at] ?? readValue(this.#source, Number(this.#places[at * 4 + 2]), Number(this.#places[at * 4 + 3]))
    );
  }
}

/** What begins with a header. */
export class Headed {
  readonly #header: Header;

  /** @param shown the fields are a property of the object itself, for programs that copy or print it; that takes its time */
  constructor(header: Header, shown?: true) {
    this.#header = header;
    if (shown) showAs(this, 'headers', Headed.#fields);
  }

  get headers(): readonly Field[] {
    return this.#header.fields;
  }

  static headerOf(part: Headed): Header {
    return part.#header;
  }

  static #fields(this: Headed): readonly Field[] {
    return this.#header.fields;
  }
}

/**
 * Give an object a property that is read when it is asked for. One getter serves all objects: a getter of its own would give
 * each a shape of its own, which keeps it in memory for long.
 */
export function showAs<T extends object>(object: T, name: keyof T, get: (this: T) => unknown): void {
  Object.defineProperty(object, name, { enumerable: true, get });
}

/** A message may have so many header fields in all of its parts together; the rest is left out. */
export const MAX_FIELDS = 100_000;

/**
 * Read the header that begins at `start`.
 *
 * @param until what ends it besides a blank line: nothing; a line that begins as delimiters do; or any line that is no
 * field, as in body parts, where writers forget the blank line (the example in RFC 3461 §10.9 does). Else such lines are skipped.
 * @param most so many fields are kept
 */
export function readHeader(
  source: Source,
  start: number,
  until: 'blank-line' | 'delimiter' | 'non-field',
  issues?: Issues,
  most: number = MAX_FIELDS,
): Header {
  const { text } = source;
  const header = new Header(source, most);
  let piece: string | undefined;
  let isJoined = false;
  let at = start;
  // QUIRK: a byte order mark before a message, as editors and scripts of Windows write it; the first field would lose its name.
  if (until !== 'non-field' && text.startsWith(BYTE_ORDER_MARK, start)) {
    issues?.add('byte-order-mark', start);
    at += BYTE_ORDER_MARK.length;
  }
  while (at < text.length) {
    const c = text.charCodeAt(at);
    header.closed = c === 10 || c === 13;
    if (header.closed) {
      header.bodyStart = text.indexOf('\n', at) + 1;
      return header;
    }
    const colon = endOfName(source.sound, at);
    const hyphens = c === 45 && text.startsWith('--', at);
    const isField = colon > at && !hyphens;
    if (!isField && until !== 'blank-line' && hyphens) break;
    const isDue = !isField && (piece ??= header.last()).endsWith(';');
    // Where its lines end is not looked for: each of many parts could begin with lines that go on to the end of the message.
    if (!isField && !isDue && until === 'non-field') break;
    const stop = endOfField(text, at);
    if (isField) {
      let nameEnd = colon;
      while (isBlank(text.charCodeAt(nameEnd - 1))) nameEnd--;
      if (header.add(at, nameEnd, colon + 1, stop)) issues?.add('too-many-fields', at, most);
      piece = undefined;
    } else if (isDue) {
      // QUIRK: relays of Outlook.com strip the blank before a continued parameter. A semicolon tells that one is due.
      if (!isJoined) issues?.add('unindented-continuation', at);
      isJoined = true;
      piece = readValue(source, at, stop);
      header.last(` ${piece}`);
    }
    at = stop + 1;
  }
  header.bodyStart = Math.min(at, text.length);
  return header;
}

/** EF BB BF, one character per octet. */
const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF';

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
function endOfName(octets: Uint8Array, from: number): number {
  let at = from;
  let c = octets[at] ?? 0;
  while (c > 32 && c < 127 && c !== 58) c = octets[++at] ?? 0;
  if (at > from) while (c === 32 || c === 9) c = octets[++at] ?? 0;
  return c === 58 ? at : from;
}

function readValue(source: Source, from: number, to: number): string {
  const { text } = source;
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  const value = textBetween(source, start, end);
  // Unfolding removes each line break, and nothing else. RFC 5322 §2.2.3.
  return value.includes('\n') ? unfold(value) : value;
}

const PIECE = 65_536;

/**
 * Piece by piece, each cut and joined: what `replace` gives is a rope of all that was between, and millions of line breaks take
 * many times the memory of their text.
 */
function unfold(value: string): string {
  if (value.length <= PIECE) return value.replace(LINE_BREAK, '');
  const pieces: string[] = [];
  for (let start = 0, end = 0; start < value.length; start = end) {
    end = Math.min(start + PIECE, value.length);
    // No cut within a line break.
    while (end < value.length && value.charCodeAt(end - 1) === 13) end++;
    pieces.push(value.slice(start, end).split(LINE_BREAK).join(''));
  }
  return pieces.join('');
}

const LINE_BREAK = /\r*\n/g;

export function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 13 || c === 10;
}
