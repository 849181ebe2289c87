import { XtextError } from './error.ts';

declare const brand: unique symbol;

/** A string already in xtext wire form. RFC 3461 §4. */
export type Xtext = string & { readonly [brand]: 'Xtext' };

/**
 * Encode octets as xtext, with as few hexchars as the grammar allows.
 *
 *     xtext   = *( xchar / hexchar )
 *     xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
 *     hexchar = ASCII "+" immediately followed by two upper case hexadecimal digits
 *
 * RFC 3461 §4.
 *
 * @example
 * ```ts
 * encodeXtextOctets(Uint8Array.of(0x61, 0x20, 0xff)); // 'a+20+FF'
 * ```
 */
export function encodeXtextOctets(octets: Uint8Array): Xtext {
  let xtext = '';
  for (const octet of octets) xtext += ENCODED[octet] ?? '';
  return xtext as Xtext;
}

/**
 * Decode xtext to the octets it stands for. RFC 3461 §4.
 *
 * @throws {XtextError} `bad-hexchar` or `bad-character` on anything outside the grammar; never guesses.
 *
 * @example
 * ```ts
 * decodeXtextOctets('+C3+A9'); // Uint8Array [0xc3, 0xa9]
 * ```
 */
export function decodeXtextOctets(xtext: string): Uint8Array {
  const octets = new Uint8Array(xtext.length - 2 * countHexchars(xtext));
  for (let at = 0, to = 0; to < octets.length; to++) {
    const code = xtext.charCodeAt(at);
    octets[to] = code === PLUS ? hexOctet(xtext, at) : code;
    at += code === PLUS ? 3 : 1;
  }
  return octets;
}

/**
 * Encode ASCII text as xtext. RFC 3461 §4.
 *
 * @throws {XtextError} `not-ascii`: an address beyond ASCII goes through {@link encodeUtf8AddrXtext}, and UTF-8 octets
 * that are no address through {@link encodeXtextOctets}.
 *
 * @example
 * ```ts
 * encodeXtext('a+b=c d'); // 'a+2Bb+3Dc+20d'
 * ```
 */
export function encodeXtext(text: string): Xtext {
  let xtext = '';
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > SPACE && code < DELETE && code !== PLUS && code !== EQUALS) continue;
    if (code > DELETE) throw new XtextError('not-ascii', at);
    xtext += text.slice(start, at) + (ENCODED[code] ?? '');
    start = at + 1;
  }
  return (start === 0 ? text : xtext + text.slice(start)) as Xtext;
}

/**
 * Decode xtext that stands for ASCII text. RFC 3461 §4.
 *
 * @throws {XtextError} `bad-hexchar` or `bad-character` on anything outside the grammar, `not-ascii` if a hexchar stands
 * for an octet above 127: which characters such octets mean is not for this function to guess.
 *
 * @example
 * ```ts
 * decodeXtext('"x+20y"@example.org'); // '"x y"@example.org'
 * ```
 */
export function decodeXtext(xtext: string): string {
  let text = '';
  let start = 0;
  for (let at = 0; at < xtext.length; at++) {
    const code = xtext.charCodeAt(at);
    if (code > SPACE && code < DELETE && code !== PLUS && code !== EQUALS) continue;
    if (code !== PLUS) throw new XtextError('bad-character', at);
    const octet = hexOctet(xtext, at);
    if (octet < 0) throw new XtextError('bad-hexchar', at);
    if (octet > DELETE) throw new XtextError('not-ascii', at);
    text += xtext.slice(start, at) + String.fromCharCode(octet);
    at += 2;
    start = at + 1;
  }
  return start === 0 ? xtext : text + xtext.slice(start);
}

/**
 * Whether a string is in the grammar of xtext. RFC 3461 §4.
 *
 * @example
 * ```ts
 * isXtext('a+2Bb'); // true
 * isXtext('a+2bb'); // false: hex digits are upper case
 * ```
 */
export function isXtext(value: string): value is Xtext {
  return scan(value).bad < 0;
}

const SPACE = 0x20;
const PLUS = 0x2b;
const EQUALS = 0x3d;
const DELETE = 0x7f;

/** What each octet becomes. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet > SPACE && octet < DELETE && octet !== PLUS && octet !== EQUALS
    ? String.fromCharCode(octet)
    : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
);

function countHexchars(xtext: string): number {
  const { bad, hexchars } = scan(xtext);
  if (bad >= 0) throw new XtextError(xtext.charCodeAt(bad) === PLUS ? 'bad-hexchar' : 'bad-character', bad);
  return hexchars;
}

/** The offset of the first character outside the grammar, or -1. */
function scan(xtext: string): { bad: number; hexchars: number } {
  let hexchars = 0;
  for (let at = 0; at < xtext.length; at++) {
    const code = xtext.charCodeAt(at);
    if (code > SPACE && code < DELETE && code !== PLUS && code !== EQUALS) continue;
    if (code !== PLUS || hexOctet(xtext, at) < 0) return { bad: at, hexchars };
    hexchars++;
    at += 2;
  }
  return { bad: -1, hexchars };
}

/** The octet of the hexchar at an offset, or a negative number if no hexchar stands there. */
function hexOctet(xtext: string, at: number): number {
  const high = upperHexDigit(xtext.charCodeAt(at + 1));
  const low = upperHexDigit(xtext.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function upperHexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}
