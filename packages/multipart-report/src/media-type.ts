import { decodeCharset } from './charset.ts';
import { decodeQuotedPrintable } from './transfer.ts';

/** A Content-Type field taken apart; names in lower case, values as meant. */
export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const NO_PARAMETERS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map();
/** Of continued parameters so many pieces are joined. */
const MAX_SECTIONS = 1000;
const SEMICOLON = 59;
const EQUALS = 61;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Read the value of a Content-Type field, or of another field of that form.
 *
 *     content   := "Content-Type" ":" type "/" subtype *(";" parameter)
 *     parameter := attribute "=" value
 *     value     := token / quoted-string
 *
 * Comments are dropped, continued and extended parameters (`boundary*0=`, `name*=utf-8''…`) are joined and decoded. The
 * first of two parameters with one name counts. Never throws. RFC 2045 §5.1, RFC 2231 §3, §4.
 *
 * @example
 * parseMediaType('Text/Plain; charset="UTF-8"'); // { mediaType: 'text/plain', parameters: Map { 'charset' => 'UTF-8' } }
 */
export function parseMediaType(value: string): MediaType {
  // Most parts of a report bear no parameter.
  if (!value.includes(';') && !value.includes('('))
    return { mediaType: value.trim().toLowerCase(), parameters: NO_PARAMETERS };
  const scanner: Scanner = { text: value, at: 0 };
  const mediaType = readUntil(scanner, SEMICOLON).toLowerCase();
  const parameters = new Map<string, string>();
  const sections: Section[] = [];
  while (scanner.at < value.length) {
    scanner.at++; // the semicolon
    const name = readUntil(scanner, EQUALS).toLowerCase();
    if (value.charCodeAt(scanner.at) !== EQUALS) continue;
    scanner.at++;
    const content = readValue(scanner);
    if (name.includes('*')) {
      if (sections.length < MAX_SECTIONS) sections.push({ name, content });
    } else if (!parameters.has(name)) parameters.set(name, content);
  }
  if (sections.length > 0) joinSections(sections, parameters);
  return { mediaType, parameters };
}

interface Scanner {
  readonly text: string;
  at: number;
}
interface Section {
  readonly name: string;
  readonly content: string;
}

/** Text up to `stop` or a semicolon, without comments and without the blanks around it. */
function readUntil(scanner: Scanner, stop: number): string {
  const { text } = scanner;
  let out = '';
  let from = scanner.at;
  let at = from;
  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (c === stop || c === SEMICOLON) break;
    at++;
    if (c !== 40) continue;
    out += text.slice(from, at - 1);
    at = from = afterComment(text, at - 1);
  }
  scanner.at = at;
  return (out + text.slice(from, at)).trim();
}

/** A quoted string, or text up to the next semicolon: QUIRK: blanks and `=` stand unquoted in boundaries. */
function readValue(scanner: Scanner): string {
  const { text } = scanner;
  const start = afterBlanks(text, scanner.at);
  if (text.charCodeAt(start) !== QUOTE) return readUntil(scanner, SEMICOLON);
  const quote = text.indexOf('"', start + 1);
  const end = quote < 0 ? text.length : quote;
  const plain = text.slice(start + 1, end);
  scanner.at = end + 1;
  const content = plain.includes('\\') ? unquote(scanner, start + 1) : plain;
  readUntil(scanner, SEMICOLON);
  return content;
}

/** A quoted string in which a backslash takes the meaning from the next character. RFC 2045 §5.1. */
function unquote(scanner: Scanner, start: number): string {
  const { text } = scanner;
  let out = '';
  let at = start;
  let from = at;
  for (let c = text.charCodeAt(at); at < text.length && c !== QUOTE; c = text.charCodeAt(at)) {
    if (c === BACKSLASH) {
      out += text.slice(from, at);
      from = ++at;
    }
    at++;
  }
  scanner.at = at + 1;
  return out + text.slice(from, at);
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  for (let c = text.charCodeAt(at); c === 32 || c === 9 || c === 40; c = text.charCodeAt(at)) {
    at = c === 40 ? afterComment(text, at) : at + 1;
  }
  return at;
}

/** Comments nest, and a backslash takes the meaning from a parenthesis. RFC 5322 §3.2.2. */
function afterComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === BACKSLASH) at++;
    else if (c === 40) depth++;
    else if (c === 41 && --depth === 0) return at + 1;
  }
  return text.length;
}

interface Piece {
  readonly number: number;
  readonly content: string;
}

/** Put `name*0`, `name*1*`, … together in the order of their numbers. RFC 2231 §3, §4. */
function joinSections(sections: readonly Section[], into: Map<string, string>): void {
  const byName = new Map<string, Piece[]>();
  for (const { name, content } of sections) {
    const [base = '', number = '', star] = name.split('*');
    const encoded = star === '' || number === '';
    let pieces = byName.get(base);
    if (pieces === undefined) byName.set(base, (pieces = []));
    // What is not encoded is written as if it were, so that one decoding serves all.
    pieces.push({
      number: Number.parseInt(number, 10) || 0,
      content: encoded ? content : content.replace(/[%']/g, escape),
    });
  }
  for (const [name, pieces] of byName) {
    pieces.sort((a, b) => a.number - b.number);
    into.set(name, decodeExtended(pieces.map(({ content }) => content).join('')));
  }
}

function escape(character: string): string {
  return character === '%' ? '%25' : '%27';
}

/** The first piece names charset and language: `utf-8'en'text`. RFC 2231 §4. */
function decodeExtended(value: string): string {
  const first = value.indexOf("'");
  const second = value.indexOf("'", first + 1);
  const charset = second < 0 ? '' : value.slice(0, first);
  const text = value.slice(second + 1);
  // The coding of percent signs is that of quoted-printable with another mark.
  const quoted = text.replaceAll('=', '=3D').replace(/%(?=[0-9A-F]{2})/gi, '=');
  return decodeCharset(decodeQuotedPrintable(new TextEncoder().encode(quoted)).octets, charset).text;
}
