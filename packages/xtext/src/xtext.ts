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
  if (octets.length > SHORT) return encodeLong(octets);
  let xtext = '';
  for (const octet of octets) xtext += encoded(octet);
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
  const octets = bufferFor(xtext.length);
  return octets.slice(0, decodeInto(octets, xtext));
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
  let at = text.search(NOT_XCHAR);
  if (at < 0) return text as Xtext;
  if (text.length > SHORT) return encodeLongText(text);
  let xtext = '';
  let start = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (XCHAR[code] === 1) continue;
    if (code > DELETE) throw new XtextError('not-ascii', at);
    if (start < at) xtext += text.slice(start, at);
    xtext += encoded(code);
    start = at + 1;
  }
  return (xtext + text.slice(start)) as Xtext;
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
  let at = xtext.search(NOT_XCHAR);
  if (at < 0) return xtext;
  if (xtext.length > SHORT) return decodeLong(xtext);
  let text = '';
  let start = 0;
  for (; at < xtext.length; at++) {
    if (XCHAR[xtext.charCodeAt(at)] === 1) continue;
    const octet = hexOctet(xtext, at);
    if (octet > 255) throw badXtext(xtext, at);
    if (octet > DELETE) throw new XtextError('not-ascii', at);
    if (start < at) text += xtext.slice(start, at);
    text += String.fromCharCode(octet);
    at += 2;
    start = at + 1;
  }
  return text + xtext.slice(start);
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
  for (let at = value.search(NOT_XCHAR); at >= 0 && at < value.length; at++) {
    if (XCHAR[value.charCodeAt(at)] === 1) continue;
    if (hexOctet(value, at) > 255) return false;
    at += 2;
  }
  return true;
}

const SPACE = 0x20;
const PLUS = 0x2b;
const EQUALS = 0x3d;
const DELETE = 0x7f;
const UPPER_HEX = '0123456789ABCDEF';
const ascii: TextDecoder = new TextDecoder();

/**
 * Up to here results are put together from pieces, which is fastest; longer ones are written into one buffer, which is
 * faster then and keeps memory linear.
 */
const SHORT = 64;
const scratch: Uint8Array = new Uint8Array(1024);

/** One pass in native code: most values hold nothing to code, and then there is nothing else to do. */
const NOT_XCHAR = /[^!-*,-<>-~]/;

/** By character code: 1 for an xchar. A table, since it is looked up for every character. */
const XCHAR: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  code > SPACE && code < DELETE && code !== PLUS && code !== EQUALS ? 1 : 0,
);

/** By character code: the value of an upper-case hex digit, 255 for anything else. */
const HEX_DIGIT: Uint8Array = Uint8Array.from(
  { length: 128 },
  (_, code) => UPPER_HEX.indexOf(String.fromCharCode(code)) & 255,
);

/** What each octet becomes. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  XCHAR[octet] === 1 ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
);

function encoded(octet: number): string {
  return entry(ENCODED, octet);
}

/** An entry that is known to be there. */
function entry<T>(table: readonly T[], index: number): T {
  return table[index] as T;
}

/** The octet of the hexchar at an offset, or a number above 255 if no hexchar stands there. */
function hexOctet(xtext: string, at: number): number {
  if (xtext.charCodeAt(at) !== PLUS) return 256;
  const high = HEX_DIGIT[xtext.charCodeAt(at + 1)] ?? 255;
  const low = HEX_DIGIT[xtext.charCodeAt(at + 2)] ?? 255;
  return high > 15 || low > 15 ? 256 : high * 16 + low;
}

function badXtext(xtext: string, at: number): XtextError {
  return new XtextError(xtext.charCodeAt(at) === PLUS ? 'bad-hexchar' : 'bad-character', at);
}

/** Values are small and calls don't nest, so nearly all use one buffer; callers must not let it out. */
function bufferFor(octets: number): Uint8Array {
  return octets > scratch.length ? new Uint8Array(octets) : scratch;
}

function encodeLong(octets: Uint8Array): Xtext {
  const written = bufferFor(octets.length * 3);
  let length = 0;
  for (const octet of octets) length = encodeInto(written, length, octet);
  return ascii.decode(written.subarray(0, length)) as Xtext;
}

function encodeLongText(text: string): Xtext {
  const written = bufferFor(text.length * 3);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > DELETE) throw new XtextError('not-ascii', at);
    length = encodeInto(written, length, code);
  }
  return ascii.decode(written.subarray(0, length)) as Xtext;
}

/** Writes what an octet becomes; gives where the next one goes. */
function encodeInto(written: Uint8Array, at: number, octet: number): number {
  if (XCHAR[octet] === 1) {
    written[at] = octet;
    return at + 1;
  }
  written[at] = PLUS;
  written[at + 1] = UPPER_HEX.charCodeAt(octet >> 4);
  written[at + 2] = UPPER_HEX.charCodeAt(octet & 15);
  return at + 3;
}

function decodeLong(xtext: string): string {
  const high = xtext.search(/\+[89A-F][0-9A-F]/);
  const octets = bufferFor(xtext.length);
  const length = decodeInto(octets, high < 0 ? xtext : xtext.slice(0, high));
  if (high >= 0) throw new XtextError('not-ascii', high);
  return ascii.decode(octets.subarray(0, length));
}

/** Decodes into a buffer of at least the same length; gives how many octets that made. */
function decodeInto(octets: Uint8Array, xtext: string): number {
  let length = 0;
  for (let at = 0; at < xtext.length; at++) {
    let octet = xtext.charCodeAt(at);
    if (XCHAR[octet] !== 1) {
      octet = hexOctet(xtext, at);
      if (octet > 255) throw badXtext(xtext, at);
      at += 2;
    }
    octets[length++] = octet;
  }
  return length;
}
