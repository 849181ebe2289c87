import { decodeCharset } from './charset.ts';

/** A Content-Type field taken apart; names in lower case, values as meant. */
export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

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
  const semicolon = value.indexOf(';');
  if (semicolon < 0 && !value.includes('(')) return { mediaType: value.trim().toLowerCase(), parameters: NONE };
  const scanner: Scanner = { text: value, at: 0 };
  const mediaType = readUntil(scanner, ';').toLowerCase();
  const plain = new Map<string, string>();
  const sections: Section[] = [];
  while (scanner.at < value.length) {
    scanner.at++; // the semicolon
    const name = readUntil(scanner, '=;').toLowerCase();
    if (value[scanner.at] !== '=') continue;
    scanner.at++;
    const content = readValue(scanner);
    if (name.includes('*')) sections.push({ name, content });
    else if (!plain.has(name)) plain.set(name, content);
  }
  joinSections(sections, plain);
  return { mediaType, parameters: plain };
}

interface Scanner {
  readonly text: string;
  at: number;
}
interface Section {
  readonly name: string;
  readonly content: string;
}

/** Text up to one of `stops`, without comments and without the blanks around it. */
function readUntil(scanner: Scanner, stops: string): string {
  const { text } = scanner;
  let out = '';
  let from = scanner.at;
  let at = from;
  for (; at < text.length; at++) {
    const c = text.charAt(at);
    if (stops.includes(c)) break;
    if (c !== '(') continue;
    out += text.slice(from, at);
    at = afterComment(text, at) - 1;
    from = at + 1;
  }
  out += text.slice(from, at);
  scanner.at = at;
  return out.trim();
}

/** A quoted string, or text up to the next semicolon: QUIRK: blanks and `=` stand unquoted in boundaries. */
function readValue(scanner: Scanner): string {
  const { text } = scanner;
  skipBlanks(scanner);
  if (text[scanner.at] !== '"') return readUntil(scanner, ';');
  let out = '';
  let at = scanner.at + 1;
  let from = at;
  for (; at < text.length && text[at] !== '"'; at++) {
    if (text[at] !== '\\') continue;
    out += text.slice(from, at);
    from = ++at;
  }
  out += text.slice(from, at);
  scanner.at = at + 1;
  readUntil(scanner, ';');
  return out;
}

function skipBlanks(scanner: Scanner): void {
  const { text } = scanner;
  for (;;) {
    const c = text[scanner.at];
    if (c === ' ' || c === '\t') scanner.at++;
    else if (c === '(') scanner.at = afterComment(text, scanner.at);
    else return;
  }
}

function afterComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

/** Put `name*0`, `name*1*`, … together in the order of their numbers. RFC 2231 §3, §4. */
function joinSections(sections: readonly Section[], into: Map<string, string>): void {
  if (sections.length === 0) return;
  const byName = new Map<string, { number: number; encoded: boolean; content: string }[]>();
  for (const { name, content } of sections) {
    const [base = '', number = '', star] = name.split('*');
    const list = byName.get(base) ?? [];
    list.push({ number: number === '' ? 0 : Number(number), encoded: number === '' || star === '', content });
    byName.set(base, list);
  }
  for (const [name, list] of byName) {
    list.sort((a, b) => a.number - b.number);
    into.set(name, decodeSections(list));
  }
}

function decodeSections(list: readonly { encoded: boolean; content: string }[]): string {
  let charset = 'utf-8';
  let raw = '';
  list.forEach(({ encoded, content }, index) => {
    let text = content;
    if (encoded && index === 0) {
      const [label = '', , ...rest] = content.split("'");
      if (rest.length > 0) {
        charset = label;
        text = rest.join("'");
      }
    }
    raw += encoded ? text : text.replaceAll('%', '%25');
  });
  return raw.includes('%') ? decodeCharset(percentDecoded(raw), charset).text : raw;
}

function percentDecoded(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    let c = octets[at] as number;
    if (c === 37) {
      const code = Number.parseInt(String.fromCharCode(octets[at + 1] ?? 0, octets[at + 2] ?? 0), 16);
      if (!Number.isNaN(code)) {
        c = code;
        at += 2;
      }
    }
    octets[length++] = c;
  }
  return octets.subarray(0, length);
}
