import {
  XtextError,
  assertPrintable,
  decodeUtf8AddrUnitext,
  downconvertUtf8Addr,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
  encodeXtext,
  isXtext,
  utf8AddrForm,
} from '@dsnkit/xtext';
import { ATEXT } from './atext.ts';
import { BAD_PARAMETER, EsmtpParameterError, badValue } from './error.ts';
import { octetLength } from './parameter.ts';
import { isMailbox } from './path.ts';
import { decodePrintableXtext } from './printable-xtext.ts';

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

/** Address types that may be generated, in lower case; any other is read and relayed. RFC 3461 §4.2, RFC 6533 §3. */
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['rfc822', 'x400', 'utf-8']);

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
  if (value.length * 3 > ORCPT_LIMIT && octetLength(value) > ORCPT_LIMIT)
    throw badValue('ORCPT', ORCPT_LIMIT, 'too-long');
  // The one type that nearly all values have is looked at once and needs no copy of its own.
  const usual = value.startsWith('rfc822;');
  const semicolon = usual ? 6 : typeEnd(value);
  const type = usual ? 'rfc822' : value.slice(0, semicolon);
  const encoded = value.slice(semicolon + 1);
  if (isUtf8(type)) return readUtf8(type, encoded, context, semicolon + 1);
  try {
    return { type, address: decodePrintableXtext(encoded) };
  } catch (error) {
    throw badXtext(error, semicolon + 1);
  }
}

/**
 * Write the value of ORCPT: xtext, or under type `utf-8` the form that the peer can take. RFC 3461 §4.2, RFC 6533 §3.
 *
 * @throws {EsmtpParameterError} `bad-value` for a type that is not registered, an empty or unprintable address, or one
 * beyond ASCII under another type than `utf-8`; `too-long` beyond 494 octets, never truncated.
 *
 * @example
 * ```ts
 * formatOrcpt({ type: 'utf-8', address: 'josé@example.org' }); // 'utf-8;jos\\x{E9}@example.org'
 * ```
 */
export function formatOrcpt(original: TypedAddress, context: Utf8Context = { smtputf8: false }): string {
  const { type, address } = original;
  if (!ADDRESS_TYPES.has(type.toLowerCase()) || address === '') throw badValue('ORCPT');
  let value: string;
  try {
    value = `${type};${encodeAddress(original, context)}`;
  } catch (error) {
    throw badXtext(error, 0);
  }
  if (octetLength(value) > ORCPT_GENERATED) throw badValue('ORCPT', ORCPT_GENERATED, 'too-long');
  return value;
}

function encodeAddress({ type, address, verbatim }: TypedAddress, { smtputf8 }: Utf8Context): string {
  if (verbatim === true) {
    const value = smtputf8 ? address : downconvertUtf8Addr(address);
    if (isXtext(value) || utf8AddrForm(value) !== undefined) return value;
    throw new XtextError('bad-character', 0);
  }
  if (isUtf8(type)) return smtputf8 ? encodeUtf8AddrUnitext(address) : encodeUtf8AddrXtext(address);
  assertPrintable(address);
  return encodeXtext(address);
}

function readUtf8(type: string, encoded: string, { smtputf8 }: Utf8Context, start: number): TypedAddress {
  const form = utf8AddrForm(encoded);
  if (form !== undefined && form !== 'utf-8-addr-xtext' && !smtputf8)
    throw new EsmtpParameterError('needs-smtputf8', start + encoded.search(/[^\x00-\x7f]/), BAD_PARAMETER, 'ORCPT');
  // Outside RFC 6533 but inside RFC 3461 it is valid, so it is not refused, and it is copied unaltered (RFC 6533 §3).
  if (form === undefined && isXtext(encoded)) return { type, address: encoded, verbatim: true };
  try {
    const address = decodeUtf8AddrUnitext(encoded);
    return isMailbox(address) ? { type, address } : { type, address: encoded, verbatim: true };
  } catch (error) {
    throw badXtext(error, start);
  }
}

function isUtf8(type: string): boolean {
  return type.length === 5 && type.toLowerCase() === 'utf-8';
}

/** The offset of the ";" after a type that is an RFC 822 atom. */
function typeEnd(value: string): number {
  let at = 0;
  while (ATEXT[value.charCodeAt(at)] === 1) at++;
  if (at === 0 || value.charCodeAt(at) !== SEMICOLON) throw badValue('ORCPT', at);
  return at;
}

const SEMICOLON = 0x3b;

/** The complaint of a coding function, as one about a value in which the coded part begins at `start`. */
function badXtext(error: unknown, start: number): EsmtpParameterError {
  return badValue('ORCPT', start + (error as XtextError).offset);
}
