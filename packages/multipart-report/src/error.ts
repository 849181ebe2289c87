/** Why a {@link ReportError} was thrown. Codes are never renamed. */
export type ReportErrorCode =
  | 'bad-boundary'
  | 'boundary-collision'
  | 'bad-field-name'
  | 'duplicate-field'
  | 'missing-field'
  | 'control-character'
  | 'not-ascii'
  | 'line-too-long'
  | 'bad-auto-submitted'
  | 'bad-language'
  | 'human-part-missing'
  | 'machine-part-missing';

/** The one error of this package: a formatter was asked for something that no report may hold. */
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
