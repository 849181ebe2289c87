/** What the DNS says. A resolver never rejects: trouble is an answer of kind `trouble` (to be tried again). */
export interface Resolver {
  /** Hosts in lower case, in any order. */
  mx(domain: string): Promise<MxAnswer>;
  /** A and AAAA addresses of a host, in the order in which they should be tried; of an address itself. */
  addresses(host: string): Promise<AddressAnswer>;
  /** The TXT records of a name, the strings of each joined. */
  txt(name: string): Promise<TxtAnswer>;
}

/** The hosts that take mail for a domain. RFC 5321 §5.1. */
export type MxAnswer =
  | { readonly kind: 'hosts'; readonly hosts: readonly { readonly host: string; readonly preference: number }[] }
  /** A single `0 .` record: the domain takes no mail (RFC 7505 §3). */
  | { readonly kind: 'null-mx' }
  /** `none`: the domain's own address is used (RFC 5321 §5.1). */
  | NoRecords;

/** Addresses of a host, IPv4 and IPv6. */
export type AddressAnswer = { readonly kind: 'addresses'; readonly addresses: readonly string[] } | NoRecords;

/** TXT records, the strings of each joined. */
export type TxtAnswer = { readonly kind: 'records'; readonly records: readonly string[] } | NoRecords;

/** `none`: the domain exists, but has no such record. */
export type NoRecords =
  | { readonly kind: 'none' }
  | { readonly kind: 'no-such-domain' }
  | { readonly kind: 'trouble'; readonly reason: string };

/**
 * A resolver that also tells whether an answer was validated by DNSSEC (RFC 4033 §5). Answers that fail validation are
 * `trouble`, as every failure of the name servers is.
 */
export interface ValidatingResolver {
  mx(domain: string): Promise<Validated<MxAnswer>>;
  /** `secure`: the addresses and all aliases that led to them are. */
  addresses(host: string): Promise<Validated<AddressAnswer>>;
  /** The RDATA of the TLSA records of a name, e.g. `_25._tcp.mail.ivory.edu`. */
  tlsa(name: string): Promise<Validated<TlsaAnswer>>;
  /** Whether the record by which a name is an alias is secure, wherever that leads; or why nobody knows. */
  isSecureAlias(name: string): Promise<boolean | { readonly trouble: string }>;
}

/** An answer, and whether DNSSEC vouches for it. RFC 4033 §5. */
export type Validated<T> = T & {
  /** Every record of the answer, or that there is none, was validated. */
  readonly secure: boolean;
  /** Where the aliases (CNAME) of the name end; absent if it is none. */
  readonly canonicalName?: string;
};

/** TLSA records, as their octets. RFC 6698 §2.1. */
export type TlsaAnswer = { readonly kind: 'records'; readonly records: readonly Uint8Array[] } | NoRecords;
