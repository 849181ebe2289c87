import type { Crypto } from '../ports.ts';
import { canonicalDomain, splitAddress } from './address.ts';

/** Which recipient of which message a return path stands for. */
export interface ReturnPathOwner {
  readonly messageId: string;
  readonly n: number;
}

/**
 * Return paths of our own, one for each recipient of a message that goes on to another host: what comes back tells by its
 * address what it is about.
 *
 *     return-path = "bounces+" message-id "-" n "=" mark "@" hostname
 *     mark        = 16( %x61-7A / "2"-"7" )        ; HMAC-SHA-256, 80 bits in base32
 *
 * The mark can't be made without the key, so that nobody can write to senders, or tell about messages, in this way whom
 * the message did not reach. Letters count alike in either case: systems on the way may change it.
 */
export interface ReturnPaths {
  /** Writes the return path of a recipient. */
  readonly write: (owner: ReturnPathOwner) => string;
  /** Reads an address: `forged` if it has the form, but not a mark of ours; undefined if it is another address. */
  readonly read: (address: string) => ReturnPathOwner | 'forged' | undefined;
}

/**
 * Makes the return paths of a host.
 *
 * @param key - Secret; 32 octets are enough.
 */
export function makeReturnPaths(
  hostname: string,
  key: Uint8Array,
  crypto: Pick<Crypto, 'hmacSha256' | 'isEqual'>,
): ReturnPaths {
  const encoder = new TextEncoder();
  const home = canonicalDomain(hostname);
  const mark = (name: string): string =>
    base32(crypto.hmacSha256(key, encoder.encode(name.toLowerCase())).subarray(0, 10));
  return {
    write({ messageId, n }) {
      const name = `${messageId}-${n}`;
      return `bounces+${name}=${mark(name)}@${hostname}`;
    },
    read(address) {
      const { localPart, domain } = splitAddress(address);
      const match = /^bounces\+([0-9a-z]{1,40})-(\d{1,7})=([a-z2-7]{16})$/i.exec(localPart);
      const [, messageId, n, shown] = match ?? [];
      if (messageId === undefined || shown === undefined || canonicalDomain(domain) !== home) return undefined;
      const expected = encoder.encode(mark(`${messageId}-${n ?? ''}`));
      return crypto.isEqual(expected, encoder.encode(shown.toLowerCase())) ? { messageId, n: Number(n) } : 'forged';
    },
  };
}

const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 §6, in lower case; for whole groups of 40 bits. */
function base32(octets: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = (held << 8) | octet;
    for (bits += 8; bits >= 5; bits -= 5) text += digits[(held >> (bits - 5)) & 31] ?? '';
    held &= (1 << bits) - 1;
  }
  return text;
}
