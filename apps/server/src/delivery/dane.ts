import type { Digests, TlsPeer } from '../ports.ts';

/**
 * What the DNS says about the certificate of a service.
 *
 *     rdata = usage selector matching-type association-data   ; one octet each, then the rest
 *
 * RFC 6698 §2.1
 */
export interface TlsaRecord {
  /** 2: the certificate of an authority in the chain (DANE-TA); 3: the one of the host (DANE-EE). */
  readonly usage: number;
  /** 0: the whole certificate; 1: its SubjectPublicKeyInfo. */
  readonly selector: number;
  /** 0: the octets themselves; 1: their SHA-256; 2: their SHA-512. */
  readonly matchingType: number;
  readonly data: Uint8Array;
}

const TA = 2;
const EE = 3;
const digestOctets: Readonly<Record<number, number>> = { 1: 32, 2: 64 };

/**
 * Reads the RDATA of a TLSA record; undefined if it is too short to be one. RFC 6698 §2.1
 *
 * @example parseTlsa(Uint8Array.of(3, 1, 1, 0xab))?.usage // 3
 */
export function parseTlsa(rdata: Uint8Array): TlsaRecord | undefined {
  const [usage, selector, matchingType] = rdata;
  if (usage === undefined || selector === undefined || matchingType === undefined) return undefined;
  return { usage, selector, matchingType, data: rdata.subarray(3) };
}

/**
 * The records by which a mail exchanger can be known: usages 0 and 1 mean nothing in SMTP (RFC 7672 §3.1.3), and what
 * has an unknown number or a digest of the wrong length can't match. Where one key or certificate is given by both
 * digests, the stronger counts alone, so that a broken SHA-256 does not weaken SHA-512.
 *
 * @example usableRecords([Uint8Array.of(1, 1, 1)]) // []
 */
export function usableRecords(rdata: readonly Uint8Array[]): readonly TlsaRecord[] {
  const usable = rdata.flatMap((octets) => {
    const record = parseTlsa(octets);
    return record !== undefined && isUsable(record) ? [record] : [];
  });
  const strong = new Set(usable.filter(({ matchingType }) => matchingType === 2).map(kindOf));
  return usable.filter((record) => record.matchingType !== 1 || !strong.has(kindOf(record)));
}

/**
 * Why the certificates that a host showed are not those of its TLSA records; undefined if they are.
 *
 * DANE-EE knows the host by its own certificate or key, whatever name and dates that bears (RFC 7672 §3.1.1). DANE-TA
 * knows an authority in the chain, below which signatures, dates and the name of the host have to be right
 * (RFC 7672 §3.1.2); the authority's certificate has to be among those shown.
 *
 * @example daneProblem(usableRecords(rdata), state.peer, digests) // undefined
 */
export function daneProblem(
  records: readonly TlsaRecord[],
  peer: Pick<TlsPeer, 'chain' | 'named'>,
  digests: Digests,
): string | undefined {
  const [own] = peer.chain;
  if (own === undefined) return 'it showed no certificate';
  if (records.some((record) => record.usage === EE && matches(record, own, digests))) return undefined;
  const anchors = records.filter(({ usage }) => usage === TA);
  for (const [depth, link] of peer.chain.entries()) {
    if (depth > 0 && anchors.some((record) => matches(record, link, digests)))
      return peer.named ? undefined : 'its certificate is for another name';
    // Above a link that does not hold stand certificates that anybody may have added.
    if (!link.issuedByNext) break;
  }
  return 'its certificate matches none of them';
}

function isUsable({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if ((usage !== TA && usage !== EE) || selector > 1 || matchingType > 2) return false;
  const length = digestOctets[matchingType];
  return length === undefined ? data.length > 0 : data.length === length;
}

function kindOf({ usage, selector }: TlsaRecord): number {
  return usage * 2 + selector;
}

function matches(
  { selector, matchingType, data }: TlsaRecord,
  { certificate, publicKey }: TlsPeer['chain'][number],
  digests: Digests,
): boolean {
  const selected = selector === 0 ? certificate : publicKey;
  return isSame(data, matchingType === 0 ? selected : digests[matchingType === 1 ? 'sha256' : 'sha512'](selected));
}

/** Nothing here is secret: the time may tell. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
