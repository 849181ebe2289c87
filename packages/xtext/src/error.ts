/** What is wrong with the input of a coding function. RFC 3461 §4, RFC 6533 §3. */
export type XtextErrorCode =
  | 'bad-character' // a character outside the grammar
  | 'bad-hexchar' // "+" without two upper-case hex digits
  | 'bad-escape' // "\" that does not begin \x{HEXPOINT}
  | 'bad-code-point' // a code point that the form can't carry
  | 'not-ascii' // text beyond U+007F where ASCII was promised
  | 'not-printable'; // a control or a character beyond U+007E

/**
 * The only error thrown by this package.
 *
 * @example
 * ```ts
 * try {
 *   decodeXtext('a+2');
 * } catch (error) {
 *   if (error instanceof XtextError) console.log(error.code, error.offset); // bad-hexchar 1
 * }
 * ```
 */
export class XtextError extends Error {
  override readonly name = 'XtextError';
  readonly code: XtextErrorCode;
  /** Zero-based index into the input of the first offending character or octet. */
  readonly offset: number;

  constructor(code: XtextErrorCode, offset: number) {
    super(`${code} at offset ${offset}`);
    this.code = code;
    this.offset = offset;
  }
}
