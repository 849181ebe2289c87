/** What went wrong, as a stable name. Codes are never removed or given another meaning. */
export type SmtpErrorCode =
  | 'wrong-state'
  | 'bad-argument'
  | 'bad-reply'
  | 'not-announced'
  | 'malformed-reply'
  | 'reply-too-long'
  | 'unexpected-reply';

/**
 * The one error this package throws or reports.
 *
 * `wrong-state`, `bad-argument`, `bad-reply` and `not-announced` are the caller's; `malformed-reply`, `reply-too-long`
 * and `unexpected-reply` are the peer's and arrive in the `closed` event of a {@link ClientSession}.
 *
 * @example
 * ```ts
 * try { client.begin(transaction); } catch (error) { if (error instanceof SmtpError && error.code === 'not-announced') … }
 * ```
 */
export class SmtpError extends Error {
  override readonly name = 'SmtpError';
  readonly code: SmtpErrorCode;

  constructor(code: SmtpErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error that was expected, by its class; any other goes on its way. */
export function caught<E extends Error>(error: unknown, expected: new (...parameters: never[]) => E): E {
  if (error instanceof expected) return error;
  throw error;
}
