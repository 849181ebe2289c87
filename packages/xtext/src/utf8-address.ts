import { XtextError } from './error.ts';

/**
 * Encode an address in the ASCII form of the `utf-8` address type: the down-conversion for peers without SMTPUTF8 and
 * for `message/delivery-status`.
 *
 *     utf-8-addr-xtext    = 1*(QCHAR / EmbeddedUnicodeChar)
 *     QCHAR               = %x21-2a / %x2c-3c / %x3e-5b / %x5d-7e
 *     EmbeddedUnicodeChar = %x5C.78 "{" HEXPOINT "}"
 *
 * RFC 6533 §3. No xtext goes on top: the output has no character that xtext would escape.
 *
 * @throws {XtextError} `bad-code-point` on an empty address, a lone surrogate, or one of the controls that HEXPOINT
 * leaves out (00, 0A to 0F, 1A to 1F).
 *
 * @example
 * ```ts
 * encodeUtf8AddrXtext('josé+x@exämple.org'); // 'jos\\x{E9}\\x{2B}x@ex\\x{E4}mple.org'
 * ```
 */
export function encodeUtf8AddrXtext(address: string): string {
  return encodeAddress(address, false);
}

/**
 * Encode an address in the native form of the `utf-8` address type, for peers with SMTPUTF8: only what ORCPT forbids
 * (controls, SP, `\`, `+`, `=`) is escaped. RFC 6533 §3.
 *
 *     utf-8-addr-unitext = 1*(QUCHAR / EmbeddedUnicodeChar)
 *     QUCHAR             = QCHAR / UTF8-2 / UTF8-3 / UTF8-4
 *
 * @throws {XtextError} `bad-code-point` as {@link encodeUtf8AddrXtext} does.
 *
 * @example
 * ```ts
 * encodeUtf8AddrUnitext('"a b"@é.example'); // '"a\\x{20}b"@é.example'
 * ```
 */
export function encodeUtf8AddrUnitext(address: string): string {
  return encodeAddress(address, true);
}

/**
 * Decode the ASCII form of the `utf-8` address type. RFC 6533 §3.
 *
 * @throws {XtextError} `bad-character`, `bad-escape` or `bad-code-point` on anything outside the grammar. Such a value
 * MUST be copied unaltered into a report, so the caller keeps what it had.
 *
 * @example
 * ```ts
 * decodeUtf8AddrXtext('jos\\x{E9}@example.org'); // 'josé@example.org'
 * ```
 */
export function decodeUtf8AddrXtext(xtext: string): string {
  return decodeAddress(xtext, 0x7e);
}

/**
 * Decode the native form of the `utf-8` address type; the ASCII form and a plain address without SP, `\`, `+` and `=`
 * are in its grammar too. RFC 6533 §3.
 *
 * @throws {XtextError} as {@link decodeUtf8AddrXtext} does, and `bad-code-point` on a lone surrogate.
 *
 * @example
 * ```ts
 * decodeUtf8AddrUnitext('"a\\x{20}b"@é.example'); // '"a b"@é.example'
 * ```
 */
export function decodeUtf8AddrUnitext(unitext: string): string {
  return decodeAddress(unitext, 0x10ffff);
}

/**
 * Turn a value of the `utf-8` address type into its ASCII form: what a relay does before a hop without SMTPUTF8. Only
 * characters beyond ASCII change; escapes that are there, and anything outside the grammar, stay as received.
 * RFC 6533 §3.
 *
 * @throws {XtextError} `bad-code-point` on a lone surrogate.
 *
 * @example
 * ```ts
 * downconvertUtf8Addr('"a\\x{20}b"@é.example'); // '"a\\x{20}b"@\\x{E9}.example'
 * ```
 */
export function downconvertUtf8Addr(value: string): string {
  return embedChars(value, (code) => code < 0x80);
}

/** The three forms of an address under type `utf-8`. RFC 6533 §3. */
export type Utf8AddrForm = 'utf-8-addr-xtext' | 'utf-8-addr-unitext' | 'utf-8-address';

/**
 * Tell in which form a value of the `utf-8` address type is: ASCII only, native characters with escapes, or native
 * characters alone; undefined if it is in none that ORCPT can carry. RFC 6533 §3.
 *
 * @example
 * ```ts
 * utf8AddrForm('jos\\x{E9}@example.org'); // 'utf-8-addr-xtext'
 * utf8AddrForm('josé@example.org'); // 'utf-8-address'
 * utf8AddrForm('a+2Bb@example.org'); // undefined: "+" needs an escape of the other kind
 * ```
 */
export function utf8AddrForm(value: string): Utf8AddrForm | undefined {
  try {
    decodeAddress(value, 0x10ffff);
  } catch {
    return undefined;
  }
  if (!/[^\x00-\x7f]/.test(value)) return 'utf-8-addr-xtext';
  return value.includes('\\') ? 'utf-8-addr-unitext' : 'utf-8-address';
}

const EQUALS = 0x3d;
const PLUS = 0x2b;
const BACKSLASH = 0x5c;

function isQchar(code: number): boolean {
  return code > 0x20 && code < 0x7f && code !== PLUS && code !== EQUALS && code !== BACKSLASH;
}

/** HEXPOINT as a set of code points: what an EmbeddedUnicodeChar may stand for. */
function isHexpoint(code: number): boolean {
  if (code > 0x7e) return (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff;
  if (code === 0x20 || code === PLUS || code === EQUALS || code === BACKSLASH) return true;
  // The ABNF's ("0"/"1") %x31-39 leaves out 00, 0A-0F and 1A-1F, so that neither NUL nor CR nor LF can be written.
  return code < 0x1a && code % 16 <= 9 && code !== 0;
}

function encodeAddress(address: string, native: boolean): string {
  if (address === '') throw new XtextError('bad-code-point', 0);
  return embedChars(address, native ? (code) => isQchar(code) || (code > 0x7f && isHexpoint(code)) : isQchar);
}

/** Write every character as EmbeddedUnicodeChar that does not stand for itself. */
function embedChars(text: string, standsForItself: (code: number) => boolean): string {
  // Pieces to join, since a million of them added one by one would be a string of a million links.
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = Number(text.codePointAt(at));
    const units = code > 0xffff ? 2 : 1;
    if (!standsForItself(code)) {
      if (!isHexpoint(code)) throw new XtextError('bad-code-point', at);
      pieces.push(text.slice(start, at), `\\x{${code.toString(16).toUpperCase().padStart(2, '0')}}`);
      start = at + units;
    }
    at += units - 1;
  }
  return start === 0 ? text : pieces.join('') + text.slice(start);
}

function decodeAddress(encoded: string, highest: number): string {
  if (encoded === '') throw new XtextError('bad-character', 0);
  const pieces: string[] = [];
  let start = 0;
  for (let at = 0; at < encoded.length; at++) {
    const code = Number(encoded.codePointAt(at));
    if (isQchar(code)) continue;
    if (code === BACKSLASH) {
      const end = encoded.indexOf('}', at);
      pieces.push(encoded.slice(start, at), embeddedChar(encoded, at, end));
      start = end + 1;
      at = end;
    } else if (code < 0x80 || code > highest) {
      throw new XtextError('bad-character', at);
    } else if (!isHexpoint(code)) {
      throw new XtextError('bad-code-point', at);
    } else if (code > 0xffff) {
      at++;
    }
  }
  return start === 0 ? encoded : pieces.join('') + encoded.slice(start);
}

function embeddedChar(encoded: string, at: number, end: number): string {
  const hex = end < 0 || end > at + 9 || !encoded.startsWith('x{', at + 1) ? '' : encoded.slice(at + 3, end);
  // At most one zero can lead, and only among two digits; so no code point has two spellings.
  if (!/^(?:[0-9A-F]{2}|[1-9A-F][0-9A-F]{2,5})$/i.test(hex)) throw new XtextError('bad-escape', at);
  const code = Number.parseInt(hex, 16);
  if (!isHexpoint(code)) throw new XtextError('bad-code-point', at);
  return String.fromCodePoint(code);
}
