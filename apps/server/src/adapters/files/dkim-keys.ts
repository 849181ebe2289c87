import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { DkimKey } from '../../ports.ts';
import { readText } from './text-files.ts';

/** Where a key lies, and in whose name it signs. */
export interface DkimKeyFile {
  readonly domain: string;
  readonly selector: string;
  /** PEM file with an RSA or Ed25519 private key. */
  readonly keyFile: string;
}

/** RFC 8301 §3.2. */
const LEAST_RSA_BITS = 1024;

/**
 * Reads a signing key. RSA signs as RFC 6376 §3.3.1 has it, in another thread; Ed25519 as RFC 8463 §3 has it.
 *
 * @throws {Error} with one line that names the file, if no such key can be read from it
 */
export function readDkimKey({ domain, selector, keyFile }: DkimKeyFile): DkimKey {
  const key = readKey(keyFile);
  const sha256 = (octets: Uint8Array): Uint8Array => createHash('sha256').update(octets).digest();
  const isRsa = key.asymmetricKeyType === 'rsa';
  return {
    algorithm: isRsa ? 'rsa-sha256' : 'ed25519-sha256',
    domain,
    selector,
    sha256,
    sign: (octets) =>
      isRsa
        ? new Promise((resolve, reject) => {
            sign('sha256', octets, key, (error, signature) => (error === null ? resolve(signature) : reject(error)));
          })
        : Promise.resolve(sign(null, sha256(octets), key)),
  };
}

function readKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(readText(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw new Error(`${file}: no private key can be read: ${reason}`, { cause: error });
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type !== 'rsa' && type !== 'ed25519') throw new Error(`${file}: the key is neither RSA nor Ed25519`);
  const bits = details?.modulusLength ?? 0;
  if (type === 'rsa' && bits < LEAST_RSA_BITS)
    throw new Error(`${file}: the key has ${bits} bits; allowed: ${LEAST_RSA_BITS} or more, better 2048`);
  return key;
}
