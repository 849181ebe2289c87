import type { Issue } from './types.ts';

/** Why a {@link DeliveryStatusError} was thrown. Codes are never renamed. */
export type DeliveryStatusErrorCode =
  | 'not-conforming'
  | 'no-recipients'
  | 'missing-field'
  | 'bad-name'
  | 'known-name'
  | 'bad-type'
  | 'bad-action'
  | 'bad-status'
  | 'bad-date'
  | 'bad-language'
  | 'duplicate-language'
  | 'bad-future-release'
  | 'bad-reply'
  | 'retry-date-without-delay'
  | 'localized-without-diagnostic'
  | 'control-character'
  | 'not-ascii'
  | 'lone-surrogate'
  | 'too-long';

/** The one error that this package throws: by scalars outside their grammar, and by formatters asked for an illegal octet. */
export class DeliveryStatusError extends Error {
  override readonly name = 'DeliveryStatusError';
  readonly code: DeliveryStatusErrorCode;
  /** Zero-based index into the value at fault of its first offending character. */
  readonly offset: number;
  /** The field concerned, if the value belonged to one. */
  readonly field: string | undefined;
  /** With `not-conforming`: everything that stands against the document. */
  readonly issues: readonly Issue[];

  constructor(code: DeliveryStatusErrorCode, message: string, at: ErrorPlace = {}) {
    super(message);
    this.code = code;
    this.offset = at.offset ?? 0;
    this.field = at.field;
    this.issues = at.issues ?? [];
  }
}

interface ErrorPlace {
  readonly offset?: number;
  readonly field?: string | undefined;
  readonly issues?: readonly Issue[];
}
