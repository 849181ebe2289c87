import type { KeyObject, X509Certificate } from 'node:crypto';
import type { TlsPeer } from '../../ports.ts';

/**
 * What a server showed, as DANE looks at it; up to the first certificate with a key of a kind that OpenSSL does not know. That one
 * can't vouch for those below it, and takes nothing from them: a host may be known by its own key (RFC 7672 §3.1.1).
 */
export function chainOf(shown: readonly X509Certificate[]): TlsPeer['chain'] {
  const nowMs = Date.now();
  const links: { readonly one: X509Certificate; readonly key: KeyObject }[] = [];
  for (const one of shown) {
    const key = keyOf(one);
    if (key === undefined) break;
    links.push({ one, key });
  }
  return links.map(({ one, key }, at) => ({
    certificate: one.raw,
    publicKey: key.export({ type: 'spki', format: 'der' }),
    issuedByNext: isIssuedBy(one, links[at + 1], nowMs),
  }));
}

function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** Node finds issuers by their names; whether they signed is asked here. */
function isIssuedBy(
  one: X509Certificate,
  issuer: { readonly one: X509Certificate; readonly key: KeyObject } | undefined,
  nowMs: number,
): boolean {
  if (issuer === undefined || !issuer.one.ca || !isValidAt(one, nowMs) || !isValidAt(issuer.one, nowMs)) return false;
  return one.checkIssued(issuer.one) && one.verify(issuer.key);
}

function isValidAt({ validFrom, validTo }: X509Certificate, atMs: number): boolean {
  return Date.parse(validFrom) <= atMs && atMs <= Date.parse(validTo);
}
