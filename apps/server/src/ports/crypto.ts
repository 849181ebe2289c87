import type { ScryptHash } from './users.ts';

/** What secrets are checked with. */
export interface Crypto {
  randomOctets(count: number): Uint8Array;
  sha256(octets: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, octets: Uint8Array): Uint8Array;
  /** Whether two runs of octets are the same, in a time that does not depend on where they differ. */
  isEqual(a: Uint8Array, b: Uint8Array): boolean;
  /**
   * Whether the password gives the hash. Takes some 50 ms of another thread; only a few are worked on at once.
   *
   * Rejects with a plain Error when too many wait already.
   */
  checkPassword(password: Uint8Array, hash: ScryptHash): Promise<boolean>;
}

/** Digests by which TLSA records name certificates. */
export interface Digests {
  sha256(octets: Uint8Array): Uint8Array;
  sha512(octets: Uint8Array): Uint8Array;
}

/** A key that signs in the name of a domain (RFC 6376). */
export interface DkimKey {
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly domain: string;
  /** The public key stands at `SELECTOR._domainkey.DOMAIN`. */
  readonly selector: string;
  sha256(octets: Uint8Array): Uint8Array;
  /** The signature of the algorithm over these octets. Rejects with a plain Error. */
  sign(octets: Uint8Array): Promise<Uint8Array>;
}
