import { formatOrcpt, type EsmtpParameter, type Utf8Context } from '@dsnkit/esmtp-parameters';
import { downconvertUtf8Addr } from '@dsnkit/xtext';

/**
 * The ORCPT that a relay may add: the address as this MTA received it, before any rewriting.
 *
 * Nothing if the address can't be said in ORCPT, or not within the 494 octets that are safe to send: it is never cut.
 * RFC 3461 §5.2.1(d), §4.2; RFC 6533 §3 for addresses beyond ASCII.
 *
 * @param context - whether the next hop takes SMTPUTF8.
 *
 * @example
 * ```ts
 * orcptFor('a+b@example.com'); // { keyword: 'ORCPT', value: 'rfc822;a+2Bb@example.com' }
 * orcptFor('josé@example.com', { smtputf8: true }); // { keyword: 'ORCPT', value: 'utf-8;josé@example.com' }
 * ```
 */
export function orcptFor(address: string, context: Utf8Context = { smtputf8: false }): EsmtpParameter | undefined {
  const type = isAscii(address) ? 'rfc822' : 'utf-8';
  try {
    return { keyword: 'ORCPT', value: formatOrcpt({ type, address }, context) };
  } catch {
    return undefined; // empty, unprintable or too long
  }
}

/**
 * The received ORCPT in a form for this hop: untouched, except that a hop without SMTPUTF8 gets each character beyond
 * ASCII as `\x{HEX}`. RFC 3461 §5.2.1(d), RFC 6533 §3.
 *
 * @throws {XtextError} on half a surrogate pair, which no parser lets through
 */
export function orcptOnwards(parameter: EsmtpParameter, smtputf8: boolean): EsmtpParameter {
  if (smtputf8 || parameter.value === undefined || isAscii(parameter.value)) return parameter;
  return { ...parameter, value: downconvertUtf8Addr(parameter.value) };
}

export function isAscii(text: string): boolean {
  return !/[^\x00-\x7F]/.test(text);
}
