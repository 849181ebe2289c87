import {
  XtextError,
  assertPrintable,
  decodeUtf8AddrUnitext,
  decodeXtext,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
  encodeXtext,
  isXtext,
} from '@dsnkit/xtext';
import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';
import { firstNonAscii, octetLength } from './parameter.ts';

/** An address under a type, as in ORCPT: the type verbatim, the address decoded. RFC 3461 §4.2. */
export interface TypedAddress {
  readonly type: string;
  readonly address: string;
  /**
   * Set when a `utf-8` address was outside that type's syntax: `address` then stands as received, to be copied without
   * alteration. RFC 6533 §3.
   */
  readonly verbatim?: true;
}

/** Whether the transaction was opened with SMTPUTF8, so that its commands may hold UTF-8. RFC 6531 §3.4. */
export interface Utf8Context {
  readonly smtputf8: boolean;
}

/** Octets of an ORCPT value that are accepted: the reading of RFC 3461 §5.4(c) which RFC 3885 §2 states. */
export const ORCPT_LIMIT = 500;

/** Octets of an ORCPT value that are generated: 500 less `ORCPT=`, safe in both readings of RFC 3461 §5.4(c). */
export const ORCPT_GENERATED = 494;

/**
 * Read the value of ORCPT.
 *
 *     original-recipient-address = addr-type ";" xtext
 *     addr-type                  = atom
 *
 * RFC 3461 §4.2; under type `utf-8` the address is in a form of RFC 6533 §3 instead of xtext. Any type is taken, and the
 * address need not obey the syntax of its type; decoded it must be printable.
 *
 * @throws {EsmtpParameterError} `bad-value`, `too-long`
 *
 * @example
 * ```ts
 * parseOrcpt('rfc822;Bob+2Bx@Example.COM'); // { type: 'rfc822', address: 'Bob+x@Example.COM' }
 * ```
 */
export function parseOrcpt(value: string, context: Utf8Context = { smtputf8: false }): TypedAddress {
  if (value.length > ORCPT_LIMIT || octetLength(value) > ORCPT_LIMIT) throw bad('too-long', ORCPT_LIMIT);
  const semicolon = typeEnd(value);
  const type = value.slice(0, semicolon);
  const encoded = value.slice(semicolon + 1);
  if (isUtf8(type)) return readUtf8(type, encoded, context, semicolon + 1);
  try {
    const address = decodeXtext(encoded);
    assertPrintable(address);
    return { type, address };
  } catch (error) {
    throw bad('bad-value', semicolon + 1 + (error instanceof XtextError ? error.offset : 0));
  }
}

/**
 * Write the value of ORCPT: xtext, or under type `utf-8` the form that the peer can take. RFC 3461 §4.2, RFC 6533 §3.
 *
 * @throws {EsmtpParameterError} `bad-value` for a type that is no atom, an empty or unprintable address, or one beyond
 * ASCII under another type than `utf-8`; `too-long` beyond 494 octets, never truncated.
 *
 * @example
 * ```ts
 * formatOrcpt({ type: 'utf-8', address: 'josé@example.org' }); // 'utf-8;jos\\x{E9}@example.org'
 * ```
 */
export function formatOrcpt(original: TypedAddress, context: Utf8Context = { smtputf8: false }): string {
  const { type, address } = original;
  if (typeEnd(`${type};`) !== type.length || address === '') throw bad('bad-value', 0);
  let value: string;
  try {
    value = `${type};${encodeAddress(original, context)}`;
  } catch (error) {
    throw bad('bad-value', error instanceof XtextError ? error.offset : 0);
  }
  if (octetLength(value) > ORCPT_GENERATED) throw bad('too-long', ORCPT_GENERATED);
  return value;
}

function encodeAddress({ type, address, verbatim }: TypedAddress, { smtputf8 }: Utf8Context): string {
  if (verbatim === true) {
    if (!isXtext(address)) throw new XtextError('bad-character', 0);
    return address;
  }
  if (isUtf8(type)) return smtputf8 ? encodeUtf8AddrUnitext(address) : encodeUtf8AddrXtext(address);
  assertPrintable(address);
  return encodeXtext(address);
}

function readUtf8(type: string, encoded: string, { smtputf8 }: Utf8Context, start: number): TypedAddress {
  const raw = firstNonAscii(encoded);
  if (raw >= 0 && !smtputf8) throw bad('bad-value', start + raw);
  try {
    return { type, address: decodeUtf8AddrUnitext(encoded) };
  } catch (error) {
    // Outside RFC 6533 but inside RFC 3461: valid, so not refused, and copied unaltered (RFC 6533 §3).
    if (isXtext(encoded)) return { type, address: encoded, verbatim: true };
    throw bad('bad-value', start + (error instanceof XtextError ? error.offset : 0));
  }
}

function isUtf8(type: string): boolean {
  return type.length === 5 && type.toLowerCase() === 'utf-8';
}

/** The offset of the ";" after a type that is an RFC 822 atom. */
function typeEnd(value: string): number {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === SEMICOLON && at > 0) return at;
    if (code <= 0x20 || code > 0x7e || SPECIALS.includes(value.charAt(at))) throw bad('bad-value', at);
  }
  throw bad('bad-value', value.length);
}

const SEMICOLON = 0x3b;
const SPECIALS = '()<>@,;:\\".[]';

function bad(code: 'bad-value' | 'too-long', offset: number): EsmtpParameterError {
  return new EsmtpParameterError(code, offset, BAD_PARAMETER, 'ORCPT');
}
