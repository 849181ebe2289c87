import { createHash, createHmac, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Crypto, Digests, ScramKeys, ScryptHash } from '../ports.ts';
import { SCRAM_ITERATIONS, SCRYPT_COST } from '../receiving/auth/hash.ts';

/** Passwords that are worked on at once: each takes memory, and a thread from what files and DNS need. */
const AT_ONCE = 2;
/** Passwords that may wait for their turn. */
const MAX_WAITING = 200;

/** Secrets by `node:crypto`. */
export class NodeCrypto implements Crypto, Digests {
  readonly #waiting: (() => void)[] = [];
  #working = 0;

  randomOctets(count: number): Uint8Array {
    return randomBytes(count);
  }

  sha256(octets: Uint8Array): Uint8Array {
    return createHash('sha256').update(octets).digest();
  }

  sha512(octets: Uint8Array): Uint8Array {
    return createHash('sha512').update(octets).digest();
  }

  hmacSha256(key: Uint8Array, octets: Uint8Array): Uint8Array {
    return createHmac('sha256', key).update(octets).digest();
  }

  isEqual(a: Uint8Array, b: Uint8Array): boolean {
    return a.length === b.length && timingSafeEqual(a, b);
  }

  async checkPassword(password: Uint8Array, hash: ScryptHash): Promise<boolean> {
    if (this.#working >= AT_ONCE) {
      if (this.#waiting.length >= MAX_WAITING) throw new Error('too many passwords are being checked');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#working++;
    try {
      return this.isEqual(await scryptOf(password, hash, hash.key.length), hash.key);
    } finally {
      // The place goes to the next in the line, if there is one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#working--;
      else next();
    }
  }
}

/** Hashes a new password, prepared by SASLprep, in both of the ways in which users are kept. */
export async function hashPassword(
  password: string,
): Promise<{ readonly scrypt: ScryptHash; readonly scram: ScramKeys }> {
  const octets = new TextEncoder().encode(password);
  const parameters = { ...SCRYPT_COST, salt: randomBytes(16) };
  const key = await scryptOf(octets, parameters, 32);
  const salt = randomBytes(16);
  const salted = await promisify(pbkdf2)(octets, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const crypto = new NodeCrypto();
  const keyOf = (what: string): Uint8Array => crypto.hmacSha256(salted, new TextEncoder().encode(what));
  // RFC 5802 §3.
  const scram = {
    iterations: SCRAM_ITERATIONS,
    salt,
    storedKey: crypto.sha256(keyOf('Client Key')),
    serverKey: keyOf('Server Key'),
  };
  return { scrypt: { ...parameters, key }, scram };
}

function scryptOf(password: Uint8Array, hash: Omit<ScryptHash, 'key'>, length: number): Promise<Uint8Array> {
  const { costLog2, blockSize, parallelization, salt } = hash;
  const N = 2 ** costLog2;
  // Node's bound counts a little more than the algorithm's own 128 * N * r.
  const options = { N, r: blockSize, p: parallelization, maxmem: 128 * blockSize * (N + parallelization + 2) * 2 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
