import { decodeCharset } from './charset.ts';
import { encodeUtf8, indexOrEnd } from './source.ts';
import { decodeQuotedPrintable } from './transfer.ts';

/** A Content-Type field taken apart. */
export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly mediaType: string;
  readonly parameters: readonly Parameter[];
}

/** One parameter, its value as meant. */
export interface Parameter {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** The value of a parameter: of two with one name the first counts. */
export function parameter(parameters: readonly Parameter[], name: string): string | undefined {
  for (const one of parameters) if (one.name === name) return one.value;
  return undefined;
}

const NO_PARAMETERS: readonly Parameter[] = [];
/** Of continued parameters so many pieces are joined. */
const MAX_SECTIONS = 1000;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Read the value of a Content-Type field, or of another field of that form.
 *
 *     content   := "Content-Type" ":" type "/" subtype *(";" parameter)
 *     parameter := attribute "=" value
 *     value     := token / quoted-string
 *
 * Comments are dropped, continued and extended parameters (`boundary*0=`, `name*=utf-8''…`) are joined and decoded. Never throws. RFC 2045 §5.1, RFC 2231 §3, §4.
 *
 * @example
 * parseMediaType('Text/Plain; charset="UTF-8"'); // { mediaType: 'text/plain', parameters: [{ name: 'charset', value: 'UTF-8' }] }
 */
export function parseMediaType(value: string): MediaType {
  const text = value.includes('(') ? withoutComments(value) : value;
  let at = text.indexOf(';');
  // Most parts of a report bear no parameter.
  if (at < 0) return { mediaType: text.trim().toLowerCase(), parameters: NO_PARAMETERS };
  const mediaType = text.slice(0, at).trim().toLowerCase();
  const parameters: Parameter[] = [];
  const sections: Parameter[] = [];
  let equals = -1;
  while (at < text.length) {
    const from = at + 1;
    // Asked for once per sign, not once per semicolon: without the bound hostile values cost n² looks.
    if (equals < from) equals = indexOrEnd(text, '=', from);
    at = indexOrEnd(text, ';', from);
    if (equals >= at) continue;
    const name = text.slice(from, equals).trim().toLowerCase();
    const start = afterBlanks(text, equals + 1);
    let content;
    if (text.charCodeAt(start) === QUOTE) {
      const end = endOfQuoted(text, start + 1);
      content = unquote(text.slice(start + 1, end));
      at = indexOrEnd(text, ';', end);
    } else content = text.slice(start, at).trimEnd(); // QUIRK: blanks and `=` stand unquoted in boundaries
    if (!name.includes('*')) parameters.push({ name, value: content });
    else if (sections.length < MAX_SECTIONS) sections.push({ name, value: content });
  }
  if (sections.length > 0) joinSections(sections, parameters);
  return { mediaType, parameters };
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  return at;
}

/** Offset of the quote that ends a quoted string. A backslash takes the meaning from the next character. RFC 2045 §5.1. */
function endOfQuoted(text: string, from: number): number {
  let at = from;
  for (let c = text.charCodeAt(at); at < text.length && c !== QUOTE; c = text.charCodeAt(at))
    at += c === BACKSLASH ? 2 : 1;
  return at;
}

function unquote(text: string): string {
  return text.includes('\\') ? text.replace(/\\([^]?)/g, '$1') : text;
}

/** Comments nest, and stand outside quoted strings only. RFC 5322 §3.2.2. */
function withoutComments(value: string): string {
  let out = '';
  let from = 0;
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if (c === BACKSLASH) at++;
    else if (c === QUOTE && depth === 0) at = endOfQuoted(value, at + 1);
    else if (c === 40 && depth++ === 0) out += value.slice(from, at);
    else if (c === 41 && depth > 0 && --depth === 0) from = at + 1;
  }
  return depth === 0 ? out + value.slice(from) : out;
}

interface Piece {
  readonly number: number;
  readonly content: string;
}

/** Put `name*0`, `name*1*`, … together in the order of their numbers. RFC 2231 §3, §4. */
function joinSections(sections: readonly Parameter[], into: Parameter[]): void {
  const byName = new Map<string, Piece[]>();
  for (const { name, value } of sections) {
    const [base = '', number = '', star] = name.split('*');
    const encoded = star === '' || number === '';
    let pieces = byName.get(base);
    if (pieces === undefined) byName.set(base, (pieces = []));
    // What is not encoded is written as if it were, so that one decoding serves all.
    pieces.push({
      number: Number.parseInt(number, 10) || 0,
      content: encoded ? value : value.replaceAll('%', '%25').replaceAll("'", '%27'),
    });
  }
  for (const [name, pieces] of byName) {
    pieces.sort((a, b) => a.number - b.number);
    into.unshift({ name, value: decodeExtended(pieces.map(({ content }) => content).join('')) });
  }
}

/** The first piece names charset and language: `utf-8'en'text`. RFC 2231 §4. */
function decodeExtended(value: string): string {
  const first = value.indexOf("'");
  const second = value.indexOf("'", first + 1);
  const charset = second < 0 ? '' : value.slice(0, first);
  const text = value.slice(second + 1);
  // The coding of percent signs is that of quoted-printable with another mark.
  const quoted = text.replaceAll('=', '=3D').replace(/%(?=[0-9A-F]{2})/gi, '=');
  return decodeCharset(decodeQuotedPrintable(encodeUtf8(quoted)).octets, charset).text;
}
