import { XtextError } from './error.ts';

/**
 * Whether text is printable US-ASCII: graphic characters and white space (SP and HTAB), nothing else.
 *
 * That is the repertoire of ENVID and of ORCPT before encoding; anything else, CR and LF above all, must never reach
 * a field of a report. RFC 3461 §4.2, RFC 3461 §4.4.
 *
 * @example
 * ```ts
 * isPrintable('order 7/x'); // true
 * isPrintable('order\r\nBcc: x'); // false
 * ```
 */
export function isPrintable(text: string): boolean {
  return firstUnprintable(text) < 0;
}

/**
 * Refuse text that is not printable US-ASCII. RFC 3461 §4.2, RFC 3461 §4.4.
 *
 * @throws {XtextError} `not-printable` at the first control or non-ASCII character.
 *
 * @example
 * ```ts
 * assertPrintable(decodeXtext('a+0Ab')); // throws: not-printable at offset 1
 * ```
 */
export function assertPrintable(text: string): void {
  const bad = firstUnprintable(text);
  if (bad >= 0) throw new XtextError('not-printable', bad);
}

function firstUnprintable(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) return at;
  }
  return -1;
}
