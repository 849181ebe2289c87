/** What is wrong with a command, a path or a parameter. */
export type EsmtpParameterErrorCode =
  | 'bad-command' // not the verb, or no FROM: or TO: after it
  | 'bad-path' // the path is outside its grammar
  | 'needs-smtputf8' // UTF-8 in a transaction without SMTPUTF8
  | 'syntax' // outside the grammar of esmtp-param
  | 'duplicate' // given twice
  | 'unknown' // no such parameter on this command, or its extension was not announced
  | 'bad-value' // value missing, superfluous or outside the parameter's grammar
  | 'too-long' // beyond what is accepted
  | 'conflict'; // two parameters that exclude each other, or one that needs another

/** The codes in words, for whoever reads the message. */
const WORDS: Readonly<Record<EsmtpParameterErrorCode, string>> = {
  'bad-command': 'no MAIL FROM: or RCPT TO:',
  'bad-path': 'not an address as SMTP has it: local-part@domain, and no name',
  'needs-smtputf8': 'UTF-8 is allowed only with SMTPUTF8',
  syntax: 'parameters are KEYWORD or KEYWORD=VALUE, with one space between them',
  duplicate: 'given twice',
  unknown: 'not a parameter of this command, or its extension was not announced',
  'bad-value': 'missing, superfluous or outside the grammar of this parameter',
  'too-long': 'more octets than may be sent or taken',
  conflict: 'excludes another parameter, or needs one',
};

/** The reply that an error deserves: basic code and enhanced status code. */
export interface ReplyHint {
  readonly code: 500 | 501 | 550 | 553 | 555;
  readonly status: '5.1.3' | '5.1.7' | '5.5.1' | '5.5.2' | '5.5.4' | '5.6.7';
}

/**
 * The only error thrown by this package; `reply` is what a server answers.
 *
 * @example
 * ```ts
 * try {
 *   parseMailCommand('MAIL FROM:<a@b.example> ENVID=');
 * } catch (error) {
 *   if (error instanceof EsmtpParameterError) console.log(error.reply); // { code: 501, status: '5.5.4' }
 * }
 * ```
 */
export class EsmtpParameterError extends Error {
  override readonly name = 'EsmtpParameterError';
  readonly code: EsmtpParameterErrorCode;
  /** Zero-based index into the text parsed; from a typed reader, into the value of `keyword`. */
  readonly offset: number;
  readonly reply: ReplyHint;
  /** The parameter at fault, spelled as it came. */
  readonly keyword?: string;

  constructor(code: EsmtpParameterErrorCode, offset: number, reply: ReplyHint, keyword?: string) {
    super(`${code}${keyword === undefined ? '' : ` in ${keyword}`} at offset ${offset}: ${WORDS[code]}`);
    this.code = code;
    this.offset = offset;
    this.reply = reply;
    if (keyword !== undefined) this.keyword = keyword;
  }
}

/** The answer to a parameter that is known and can't be taken as it stands. RFC 3461 §5.1(a), RFC 2852 §4. */
export const BAD_PARAMETER: ReplyHint = { code: 501, status: '5.5.4' };

/** The answer to a parameter that is unknown or whose extension was not announced. RFC 5321 §4.1.1.11. */
export const UNKNOWN_PARAMETER: ReplyHint = { code: 555, status: '5.5.4' };

/** The error for the value of a known parameter. */
export function badValue(
  keyword: string,
  offset = 0,
  code: 'bad-value' | 'too-long' = 'bad-value',
): EsmtpParameterError {
  return new EsmtpParameterError(code, offset, BAD_PARAMETER, keyword);
}
