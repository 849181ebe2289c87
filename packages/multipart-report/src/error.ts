/** Why a {@link ReportError} was thrown. Codes are never renamed. */
export type ReportErrorCode =
  | 'bad-boundary' // outside the grammar of RFC 2046 §5.1.1
  | 'boundary-collision' // a part holds the delimiter; `offset` says where
  | 'bad-field-name' // not the name of a header field
  | 'duplicate-field' // a field twice that may stand once. RFC 5322 §3.6
  | 'missing-field' // From or Date. RFC 5322 §3.6
  | 'control-character' // a line end, NUL or another control in a header field
  | 'not-ascii' // beyond ASCII where nothing can be encoded
  | 'line-too-long' // more than 998 octets that no fold divides
  | 'bad-auto-submitted' // a report is `auto-replied`. RFC 3834 §5
  | 'bad-language' // not a language tag
  | 'human-part-missing' // neither text nor HTML for people
  | 'machine-part-missing'; // neither a delivery status nor another machine-readable part

/**
 * The one error of this package: a formatter was asked for something that no report may hold.
 *
 * @example
 * ```ts
 * try {
 *   assertBoundary('=_1', ['--=_1']);
 * } catch (error) {
 *   if (error instanceof ReportError) console.log(error.code, error.offset); // boundary-collision 0
 * }
 * ```
 */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  readonly code: ReportErrorCode;
  /** Zero-based index into the value at fault of its first offending character. */
  readonly offset: number;
  /** The field concerned, if the value belonged to one. */
  readonly field: string | undefined;

  /** @param about what the message names, the field if nothing else */
  constructor(code: ReportErrorCode, offset = 0, field?: string, about: string | undefined = field) {
    const words = code.replaceAll('-', ' ');
    super(about === undefined ? words : `${words}: ${about}`);
    this.code = code;
    this.offset = offset;
    this.field = field;
  }
}
