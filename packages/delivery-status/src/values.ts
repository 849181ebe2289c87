import { decodeUtf8AddrUnitext } from '@dsnkit/xtext';
import { formatComment, splitComments } from './comments.ts';
import type { TypedValue } from './types.ts';

/**
 * A recipient as an envelope had it: type `rfc822`, or `utf-8` if the address goes beyond ASCII. The address stays as it is.
 *
 * RFC 3461 §9.1, RFC 3464 §2.3.2, RFC 6533 §3.
 *
 * @example mailboxValue('Bob@example.org') // { type: 'rfc822', value: 'Bob@example.org' }
 */
export function mailboxValue(address: string): TypedValue {
  return { type: /[^\x00-\x7f]/.test(address) ? 'utf-8' : 'rfc822', value: address };
}

/**
 * The plain address of a recipient field: angle brackets gone, the escapes of type `utf-8` resolved. An address of another
 * type, or outside its grammar, is given as it is. Nothing else is decoded: "+2B" is part of an address.
 *
 * RFC 6533 §3, RFC 3464 §2.3.2.
 *
 * @example plainAddress({ type: 'utf-8', value: 'jos\\x{E9}@example.org' }) // 'josé@example.org'
 */
export function plainAddress(recipient: TypedValue): string {
  const { type, value } = recipient;
  const address = value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : value;
  if (!address.includes('\\x{') || type.toLowerCase() !== 'utf-8') return address;
  try {
    return decodeUtf8AddrUnitext(address);
  } catch {
    return address;
  }
}

/**
 * The name of an MTA: type `dns` for a domain name or an address literal, else `x-local-hostname`, since a name without a
 * domain means nothing elsewhere. Spelling is kept.
 *
 * RFC 3461 §6.3(b), RFC 3461 §9.3, RFC 3464 §2.2.2.
 *
 * @example mtaName('host7') // { type: 'x-local-hostname', value: 'host7' }
 */
export function mtaName(name: string): TypedValue {
  return { type: isQualified(name) ? 'dns' : 'x-local-hostname', value: name };
}

/**
 * The MTA that a message came from: the name it gave in HELO or EHLO, spelled as it was, and its network address as a comment.
 * Characters that a field cannot carry, or that would start or hide a comment, become `?`.
 *
 * RFC 3464 §2.2.4.
 *
 * @throws {DeliveryStatusError} `control-character` in the network address.
 * @example receivedFromMta('mail.a.example', '192.0.2.7') // { type: 'dns', value: 'mail.a.example (192.0.2.7)' }
 */
export function receivedFromMta(helloName: string, clientAddress?: string): TypedValue {
  const name = helloName.replace(/[^!#-'*-~]/g, '?');
  return { type: 'dns', value: clientAddress === undefined ? name : `${name} ${formatComment(clientAddress)}` };
}

/**
 * The name of an MTA without the comments that may follow it.
 *
 * RFC 3464 §2.1.1, RFC 3464 §2.2.4.
 *
 * @example plainMtaName({ type: 'dns', value: 'mail.a.example (192.0.2.7)' }) // 'mail.a.example'
 */
export function plainMtaName(mta: TypedValue): string {
  return splitComments(mta.value).text;
}

/**
 * Whether a name of type `dns` means something elsewhere: it has a domain, or is an address literal; an address without
 * brackets is neither. RFC 3461 §9.3.
 */
export function isQualified(name: string): boolean {
  if (name.length > 255) return false;
  return /^\[[^\s[\]]+\]$/.test(name) || /^[^\s.()]+(?:\.[^\s.()]+)*\.(?!\d+\.?$)[^\s.()]+\.?$/.test(name);
}
