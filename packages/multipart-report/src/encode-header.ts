import { ReportError } from './error.ts';
import { encodeUtf8, isAsciiText } from './source.ts';
import { encodeBase64Word } from './transfer.ts';

/** An encoded word has at most 75 characters, a line with one at most 76; `=?utf-8?Q?` and `?=` take 12. RFC 2047 §2. */
const ROOM = 75 - 12;

/**
 * Encode unstructured text for a header: the words beyond ASCII as encoded words, the rest as it is. RFC 2047 §5(1).
 *
 * @param column where in its line the text begins
 * @example
 * encodeHeaderText('Grüße'); // '=?utf-8?Q?Gr=C3=BC=C3=9Fe?='
 */
export function encodeHeaderText(text: string, column = 0): string {
  const words = text.split(' ');
  const needs = (word: string): boolean => !isAsciiText(word) || word.includes('=?');
  const first = words.findIndex(needs);
  if (first < 0) return text;
  const last = words.findLastIndex(needs);
  return [
    ...words.slice(0, first),
    encodeWords(words.slice(first, last + 1).join(' '), column),
    ...words.slice(last + 1),
  ].join(' ');
}

/** Cut text into encoded words between characters, never inside one. RFC 2047 §5. */
function encodeWords(text: string, column: number): string {
  const room = Math.max(ROOM - column, 24);
  const octets = encodeUtf8(text);
  // A third of octets beyond ASCII makes Q as long as B.
  const q = octets.length - text.length < text.length;
  const words: string[] = [];
  let current = '';
  let held: number[] = [];
  const close = (): void => {
    words.push(q ? `=?utf-8?Q?${current}?=` : `=?utf-8?B?${encodeBase64Word(Uint8Array.from(held))}?=`);
    current = '';
    held = [];
  };
  for (const character of text) {
    const bytes = encodeUtf8(character);
    const piece = q ? qEncode(bytes) : '';
    if (q ? current.length + piece.length > room : Math.ceil((held.length + bytes.length) / 3) * 4 > room) close();
    current += piece;
    held.push(...bytes);
  }
  close();
  return words.join(' ');
}

/** Letters, digits and `!*+-/` stand for themselves: safe in phrases, too. RFC 2047 §4.2, §5(3). */
function qEncode(octets: Uint8Array): string {
  let out = '';
  for (const octet of octets) {
    const c = String.fromCharCode(octet);
    if (c === ' ') out += '_';
    else if (/[0-9A-Za-z!*+/-]/.test(c)) out += c;
    else out += '=' + octet.toString(16).toUpperCase().padStart(2, '0');
  }
  return out;
}

/**
 * Encode the display names of a mailbox list; its addresses must be ASCII. RFC 2047 §5(3).
 *
 * @throws {ReportError} `not-ascii` if an address, or text outside a display name, is not ASCII.
 */
export function encodeAddressText(name: string, value: string): string {
  const column = name.length + 2;
  let at = 0;
  return splitMailboxes(value)
    .map((mailbox) => {
      const offset = at;
      at += mailbox.length + 1;
      if (isAsciiText(mailbox)) return mailbox;
      const angle = mailbox.lastIndexOf('<');
      const phrase = mailbox.slice(0, Math.max(angle, 0));
      const address = mailbox.slice(phrase.length);
      if (!isAsciiText(address)) {
        throw new ReportError('not-ascii', offset + phrase.length, name);
      }
      const display = phrase.trim();
      const [before] = phrase.split(display, 1);
      return `${before}${encodeWords(unquote(display), column)} ${address}`;
    })
    .join(',');
}

/** Split at commas outside quoted strings. */
function splitMailboxes(value: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at++) {
    const c = value[at];
    if (c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      pieces.push(value.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, value.slice(from)];
}

function unquote(phrase: string): string {
  return phrase.startsWith('"') && phrase.endsWith('"') ? phrase.slice(1, -1).replace(/\\(.)/gs, '$1') : phrase;
}
