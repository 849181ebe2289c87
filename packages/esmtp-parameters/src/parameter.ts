import { LET_DIG } from './atext.ts';
import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';
import { MAIL_PARAMETERS, RCPT_PARAMETERS } from './registry.ts';

/** One `esmtp-param`, exactly as sent; stored and relayed in this form. RFC 5321 §4.1.2, RFC 3461 §5.2.1. */
export interface EsmtpParameter {
  readonly keyword: string;
  readonly value?: string;
}

/**
 * Split the parameters of a MAIL or RCPT command: the text after the path, without the space that ends it.
 *
 *     Mail-parameters = esmtp-param *(SP esmtp-param)
 *     esmtp-param     = esmtp-keyword ["=" esmtp-value]
 *     esmtp-keyword   = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
 *     esmtp-value     = 1*(%d33-60 / %d62-126) / UTF8-non-ascii
 *
 * RFC 5321 §4.1.2, RFC 6531 §3.3. Nothing is decoded, folded or reordered; whether UTF-8 and these keywords are allowed
 * is for the typed readers to say. An empty text has no parameters.
 *
 * @throws {EsmtpParameterError} `syntax`
 *
 * @example
 * ```ts
 * parseParameters('RET=HDRS ENVID=QQ314159'); // [{ keyword: 'RET', value: 'HDRS' }, { keyword: 'ENVID', … }]
 * ```
 */
export function parseParameters(text: string): EsmtpParameter[] {
  return text === '' ? [] : scanParameters(text, 0, text.length, true);
}

/**
 * Join parameters by single spaces, without one in front. RFC 5321 §4.1.2.
 *
 * @throws {EsmtpParameterError} `syntax` rather than emit a keyword or value outside the grammar.
 *
 * @example
 * ```ts
 * formatParameters([{ keyword: 'NOTIFY', value: 'NEVER' }]); // 'NOTIFY=NEVER'
 * ```
 */
export function formatParameters(parameters: readonly EsmtpParameter[]): string {
  let text = '';
  for (const parameter of parameters) text += `${text === '' ? '' : ' '}${formatParameter(parameter)}`;
  return text;
}

function formatParameter({ keyword, value }: EsmtpParameter): string {
  const text = value === undefined ? keyword : `${keyword}=${value}`;
  // Reading it back is the proof that no octet of it means something else.
  const [only, ...more] = scanParameters(text, 0, text.length, true);
  if (only?.keyword !== keyword || more.length > 0) throw new EsmtpParameterError('syntax', 0, BAD_PARAMETER, keyword);
  return text;
}

/** Read parameters from `start`, where the first keyword has to stand, to `end`; UTF-8 in values only if `utf8`. */
export function scanParameters(text: string, start: number, end: number, utf8: boolean): EsmtpParameter[] {
  const parameters: EsmtpParameter[] = [];
  let at = start;
  for (;;) {
    const equals = keywordEnd(text, at, end);
    const keyword = keywordAt(text, at, equals);
    if (equals < end && text.charCodeAt(equals) === EQUALS) {
      at = valueEnd(text, equals + 1, end, utf8);
      if (at === equals + 1) throw badSyntax(text, at, keyword);
      parameters.push({ keyword, value: text.slice(equals + 1, at) });
    } else {
      at = equals;
      parameters.push({ keyword });
    }
    if (at === end) return parameters;
    if (text.charCodeAt(at) !== SPACE) throw badSyntax(text, at, keyword);
    at++;
  }
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const EQUALS = 0x3d;

function keywordEnd(text: string, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (LET_DIG[code] === 1) continue;
    if (code !== HYPHEN || at === start) break;
  }
  if (at === start) throw new EsmtpParameterError('syntax', at, BAD_PARAMETER);
  return at;
}

/**
 * A keyword as sent. A registered one in upper case is given as the literal below: a string of the same characters whose
 * hash is known, so that the tables of the typed readers find it at once.
 */
function keywordAt(text: string, start: number, end: number): string {
  const candidate = KEYWORDS[keywordIndex(end - start, text.charCodeAt(start))];
  return candidate !== undefined && standsAt(text, start, candidate) ? candidate : text.slice(start, end);
}

function standsAt(text: string, start: number, word: string): boolean {
  for (let at = 0; at < word.length; at++) if (text.charCodeAt(start + at) !== word.charCodeAt(at)) return false;
  return true;
}

function keywordIndex(length: number, first: number): number {
  return length * 32 + (first & 31);
}

/** No two registered keywords have both length and first letter in common. */
const KEYWORDS: string[] = [];
for (const { keyword } of [...MAIL_PARAMETERS, ...RCPT_PARAMETERS])
  KEYWORDS[keywordIndex(keyword.length, keyword.charCodeAt(0))] = keyword;

/** By character code: 1 for what a value is made of, UTF-8 apart. */
const VALUE: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  code > SPACE && code < 0x7f && code !== EQUALS ? 1 : 0,
);

/** The end of a value; `start` if there is none, and where an illegal character stands. */
function valueEnd(text: string, start: number, end: number, utf8: boolean): number {
  let at = start;
  for (; at < end; at++) {
    if (VALUE[text.charCodeAt(at)] === 1) continue;
    const units = utf8 ? utf8Units(text, at) : 0;
    if (units === 0) break;
    at += units - 1;
  }
  return at;
}

function badSyntax(text: string, at: number, keyword: string): EsmtpParameterError {
  const code = utf8Units(text, at) > 0 ? 'needs-smtputf8' : 'syntax';
  return new EsmtpParameterError(code, at, BAD_PARAMETER, keyword);
}

/** How many UTF-16 units a character beyond ASCII takes; 0 for anything else, half a surrogate pair included. */
export function utf8Units(text: string, at: number): 0 | 1 | 2 {
  const code = text.charCodeAt(at);
  if (!(code > 0x7f)) return 0;
  if (code < 0xd800 || code > 0xdfff) return 1;
  return code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 0;
}

/** Length in octets of UTF-8. */
export function octetLength(text: string): number {
  let octets = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // Each half of a surrogate pair counts for two of the four octets.
    octets += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
  }
  return octets;
}

/** Upper case for comparing keywords. ASCII only: "ſ" must not pass for "S", which toUpperCase makes of it. */
export function asciiUpper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
