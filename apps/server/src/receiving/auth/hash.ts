import type { ScramKeys, ScryptHash } from '../../ports.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** What `dsnd hash-password` asks of scrypt: 32 MiB and some 100 ms. */
export const SCRYPT_COST: Pick<ScryptHash, 'costLog2' | 'blockSize' | 'parallelization'> = {
  costLog2: 15,
  blockSize: 8,
  parallelization: 3,
};

/** What `dsnd hash-password` asks of SCRAM's clients, who do this work (RFC 7677 §4 wants 4096 at least). */
export const SCRAM_ITERATIONS = 100_000;

/**
 * Writes a scrypt hash as one word.
 *
 *     "$scrypt$ln=" cost ",r=" block-size ",p=" parallelization "$" salt "$" key   ; base64 without padding
 *
 * @example
 * ```ts
 * formatScrypt({ costLog2: 15, blockSize: 8, parallelization: 3, salt, key }) // '$scrypt$ln=15,r=8,p=3$c2FsdA$…'
 * ```
 */
export function formatScrypt({ costLog2, blockSize, parallelization, salt, key }: ScryptHash): string {
  return `$scrypt$ln=${costLog2},r=${blockSize},p=${parallelization}$${unpadded(salt)}$${unpadded(key)}`;
}

/** Reads what {@link formatScrypt} writes; undefined if it isn't that, or would take more than 256 MiB. */
export function parseScrypt(text: string): ScryptHash | undefined {
  const parts =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,128})$/.exec(text);
  const [costLog2, blockSize, parallelization] = (parts ?? []).slice(1, 4).map(Number);
  const salt = decodeBase64(parts?.[4] ?? '=');
  const key = decodeBase64(parts?.[5] ?? '=');
  if (!costLog2 || !blockSize || !parallelization || salt === undefined || key === undefined) return undefined;
  if (128 * 2 ** costLog2 * blockSize > 2 ** 28 || parallelization > 64) return undefined;
  return { costLog2, blockSize, parallelization, salt, key };
}

/**
 * Writes the keys of SCRAM as RFC 5803 §3 does.
 *
 *     "SCRAM-SHA-256$" iterations ":" salt "$" stored-key ":" server-key   ; base64
 */
export function formatScram({ iterations, salt, storedKey, serverKey }: ScramKeys): string {
  return `SCRAM-SHA-256$${iterations}:${encodeBase64(salt)}$${encodeBase64(storedKey)}:${encodeBase64(serverKey)}`;
}

/** Reads what {@link formatScram} writes; undefined if it isn't that, or has fewer iterations than RFC 7677 §4 wants. */
export function parseScram(text: string): ScramKeys | undefined {
  const parts = /^SCRAM-SHA-256\$(\d{1,9}):([A-Za-z0-9+/=]{8,128})\$([A-Za-z0-9+/=]{44}):([A-Za-z0-9+/=]{44})$/.exec(
    text,
  );
  const iterations = Number(parts?.[1] ?? 0);
  const [salt, storedKey, serverKey] = (parts ?? []).slice(2).map(decodeBase64);
  if (salt === undefined || storedKey?.length !== 32 || serverKey?.length !== 32 || iterations < 4096) return undefined;
  return { iterations, salt, storedKey, serverKey };
}

function unpadded(octets: Uint8Array): string {
  return encodeBase64(octets).replace(/=+$/, '');
}
