import type { ListConfig } from '../config/model.ts';
import { canonicalDomain, splitAddress } from './address.ts';

/**
 * The header fields that mark a copy as sent by a list: RFC 2919 and RFC 2369, and `Precedence`, which keeps the answering
 * machines that know no other sign from answering the author.
 *
 *     List-Id: <staff.example.org>
 *     List-Post: <mailto:staff@example.org>
 *     List-Owner: <mailto:owner@example.org>
 *     Precedence: list
 */
export function listHeader(list: Pick<ListConfig, 'address' | 'owner'>): Uint8Array {
  const { localPart, domain } = splitAddress(list.address);
  const fields = [
    `List-Id: <${label(localPart)}.${canonicalDomain(domain).replace(/[^a-z0-9.-]/g, '-')}>`,
    `List-Post: <${mailto(list.address)}>`,
    `List-Owner: <${mailto(list.owner)}>`,
    'Precedence: list',
  ];
  return new TextEncoder().encode(fields.map((field) => `${field}\r\n`).join(''));
}

/** A list-label is a dot-atom; whatever else a local-part may hold becomes a hyphen. */
function label(localPart: string): string {
  return localPart
    .toLowerCase()
    .split('.')
    .map((atom) => atom.replace(/[^a-z0-9_-]+/g, '-') || '-')
    .join('.');
}

/** RFC 6068 §2: everything but the plain characters is percent-encoded, so that the field stays ASCII. */
function mailto(address: string): string {
  const { localPart, domain } = splitAddress(address);
  return `mailto:${encodeURIComponent(localPart)}@${encodeURIComponent(canonicalDomain(domain))}`;
}
