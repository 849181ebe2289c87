import type { Issue } from './types.ts';

/** Why a {@link DeliveryStatusError} was thrown. Codes are never renamed. */
export type DeliveryStatusErrorCode =
  | 'not-conforming' // the strict gate: `issues` has all that stands against the document
  | 'no-recipients' // a report on nobody. RFC 3464 §2.3
  | 'missing-field' // a group without a field that each has to have
  | 'bad-name' // not the name of a field
  | 'known-name' // a known field among the extensions: it would be said twice
  | 'bad-type' // not an atom before ";"
  | 'bad-action' // none of the five actions
  | 'bad-status' // outside class.subject.detail. RFC 3463 §2
  | 'bad-date' // no moment that a field can carry
  | 'bad-language' // not a language tag
  | 'duplicate-language' // two localized diagnostics in one language
  | 'bad-future-release' // neither `for;` seconds nor `until;` a date. RFC 4865 §5.1.2
  | 'bad-reply' // lines that are not one SMTP reply; `offset` counts lines
  | 'retry-date-without-delay' // Will-Retry-Until beside another action than delayed
  | 'localized-without-diagnostic' // a translation of nothing. RFC 6533 §4.1
  | 'control-character' // CR, LF, NUL or another control where text was wanted
  | 'not-ascii' // text that only message/global-delivery-status may carry
  | 'lone-surrogate' // half a surrogate pair in an address
  | 'too-long'; // more than 998 octets that no fold divides

/**
 * The one error that this package throws: by scalars outside their grammar, and by formatters asked for an illegal octet.
 *
 * @example
 * ```ts
 * try {
 *   parseStatusCode('5.1.x');
 * } catch (error) {
 *   if (error instanceof DeliveryStatusError) console.log(error.code, error.offset); // bad-status 4
 * }
 * ```
 */
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
