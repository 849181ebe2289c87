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
  let encoded = '';
  let start = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.codePointAt(at) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    if (!isQchar(code)) {
      if (!isHexpoint(code)) throw new XtextError('bad-code-point', at);
      if (!native || code < 0x80) {
        encoded += `${address.slice(start, at)}\\x{${code.toString(16).toUpperCase().padStart(2, '0')}}`;
        start = at + units;
      }
    }
    at += units - 1;
  }
  return encoded + address.slice(start);
}

function decodeAddress(encoded: string, highest: number): string {
  if (encoded === '') throw new XtextError('bad-character', 0);
  let address = '';
  let start = 0;
  for (let at = 0; at < encoded.length; at++) {
    const code = encoded.codePointAt(at) ?? 0;
    if (isQchar(code)) continue;
    if (code === BACKSLASH) {
      const end = encoded.indexOf('}', at);
      address += encoded.slice(start, at) + embeddedChar(encoded, at, end);
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
  return address + encoded.slice(start);
}

function embeddedChar(encoded: string, at: number, end: number): string {
  const hex = end < 0 || end > at + 9 || !encoded.startsWith('x{', at + 1) ? '' : encoded.slice(at + 3, end);
  // At most one zero can lead, and only among two digits; so no code point has two spellings.
  if (!/^(?:[0-9A-F]{2}|[1-9A-F][0-9A-F]{2,5})$/i.test(hex)) throw new XtextError('bad-escape', at);
  const code = Number.parseInt(hex, 16);
  if (!isHexpoint(code)) throw new XtextError('bad-code-point', at);
  return String.fromCodePoint(code);
}
