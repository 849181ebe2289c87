import { isMailbox } from '@dsnkit/esmtp-parameters';

/**
 * The two halves of an address; the domain is '' if there is none (`Postmaster`).
 *
 * @example
 * ```ts
 * splitAddress('"a@b"@example.org') // { localPart: '"a@b"', domain: 'example.org' }
 * ```
 */
export function splitAddress(address: string): { readonly localPart: string; readonly domain: string } {
  const at = address.lastIndexOf('@');
  return at === -1
    ? { localPart: address, domain: '' }
    : { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/**
 * The address without its tag: what stands before the first delimiter in the local-part. A quoted local-part, and one
 * that begins with the delimiter, has no tag.
 *
 * @example
 * ```ts
 * withoutTag('Bob+shop@example.org', '+') // 'Bob@example.org'
 * ```
 */
export function withoutTag(address: string, delimiter: string | undefined): string {
  if (delimiter === undefined || address.startsWith('"')) return address;
  const { localPart, domain } = splitAddress(address);
  const at = localPart.indexOf(delimiter);
  return at <= 0 ? address : `${localPart.slice(0, at)}@${domain}`;
}

/**
 * One spelling for all spellings of a domain: lower case, U-labels as A-labels, no final dot.
 *
 * @example
 * ```ts
 * canonicalDomain('Bücher.Example') // 'xn--bcher-kva.example'
 * ```
 */
export function canonicalDomain(domain: string): string {
  const lower = domain.toLowerCase();
  const undotted = lower.endsWith('.') ? lower.slice(0, -1) : lower;
  // Anything but letters, digits, hyphens and dots would have a meaning of its own in a URL.
  if (!/[^\u0000-\u007f]/.test(undotted) || /[\u0000-,/:-`{-\u007f]/.test(undotted)) return undotted;
  const url = `http://${undotted}/`;
  return URL.canParse(url) ? new URL(url).hostname : undotted;
}

/**
 * One spelling for the local-parts that our own tables hold equal: lower case, without needless quoting.
 *
 * Only for looking up in our tables: what goes on to others keeps its case (RFC 5321 §2.4).
 *
 * @example
 * ```ts
 * canonicalLocalPart('"B\\ob"') // 'bob'
 * ```
 */
export function canonicalLocalPart(localPart: string): string {
  const quoted = /^"(.*)"$/s.exec(localPart)?.[1];
  return (quoted === undefined ? localPart : quoted.replace(/\\(.)/gs, '$1')).normalize('NFC').toLowerCase();
}

/** Both halves in their one spelling, for looking up in our tables. */
export function canonicalAddress(address: string): string {
  const { localPart, domain } = splitAddress(address);
  return domain === '' ? canonicalLocalPart(localPart) : `${canonicalLocalPart(localPart)}@${canonicalDomain(domain)}`;
}

/** Whether some program takes a character for a line end or a command: RFC 6531 §3.3 allows all beyond ASCII. */
export function hasLineEnd(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text);
}

/** Whether a text is `local-part@domain` that may go on the wire, within the limit of RFC 5321 §4.5.3.1.3, which is in octets. */
export function isAddress(text: string): boolean {
  return octetLength(text) <= 254 && isMailbox(text) && !hasLineEnd(text);
}

/** Whether a text is a domain name, in A- or U-labels, or an address literal. */
export function isDomain(text: string): boolean {
  if (octetLength(text) > 255 || hasLineEnd(text)) return false;
  return text.startsWith('[') ? /^\[[0-9a-z.:]+\]$/i.test(text) : text.split('.').every(isLabel);
}

function octetLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isLabel(text: string): boolean {
  return /^[0-9a-z\u00a0-\uffff-]{1,63}$/i.test(text) && !text.startsWith('-') && !text.endsWith('-');
}
