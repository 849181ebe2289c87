import type { Clock, Crypto, ScryptHash, User, Users } from '../../ports.ts';
import { SCRYPT_COST } from './hash.ts';
import { saslPrep } from './saslprep.ts';

/** What checking a password works with. */
export interface PasswordParts {
  readonly users: Users;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** Random, of this process. */
  readonly secret: Uint8Array;
  /** Passwords that were right not long ago, keyed under {@link PasswordParts.secret}: scrypt once, not for each connection. */
  readonly remembered: Map<string, { readonly mark: Uint8Array; readonly untilMs: number }>;
}

const REMEMBER_MS = 300_000;
const MAX_REMEMBERED = 10_000;
const LONGEST_PASSWORD = 1_024;

/**
 * The user whose name and password these are. Whether nobody has the name or the password is another takes the same
 * time. Rejects while users can't be looked up, or too many passwords are being checked.
 */
export async function checkPassword(
  parts: PasswordParts,
  name: string,
  password: Uint8Array,
): Promise<User | undefined> {
  const prepared = saslPrep(name);
  const user = prepared === undefined || prepared === '' ? undefined : await parts.users.find(prepared);
  const octets = passwordOctets(password);
  if (octets === undefined) return undefined;
  const hash = user?.password;
  const mark = parts.crypto.hmacSha256(parts.secret, markOf(hash ?? NOBODY, octets));
  if (user !== undefined && isRemembered(parts, user.name, mark)) return user;
  const isRight = await parts.crypto.checkPassword(octets, hash ?? NOBODY);
  if (!isRight || user === undefined || hash === undefined) return undefined;
  remember(parts, user.name, mark);
  return user;
}

/** Nobody's password: asked about in place of that of a user who does not exist. */
const NOBODY: ScryptHash = { ...SCRYPT_COST, salt: new Uint8Array(16), key: new Uint8Array(32) };

/** RFC 4616 §2: passwords are prepared as they were when they were hashed. What can't be prepared is nobody's. */
function passwordOctets(password: Uint8Array): Uint8Array | undefined {
  if (password.length === 0 || password.length > LONGEST_PASSWORD) return undefined;
  try {
    const prepared = saslPrep(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password));
    return prepared === undefined ? undefined : new TextEncoder().encode(prepared);
  } catch {
    return undefined;
  }
}

/** Hash and password: after a change of the password the mark of the old one is of no use. */
function markOf(hash: ScryptHash, password: Uint8Array): Uint8Array {
  const octets = new Uint8Array(hash.key.length + password.length);
  octets.set(hash.key);
  octets.set(password, hash.key.length);
  return octets;
}

function isRemembered({ remembered, clock, crypto }: PasswordParts, name: string, mark: Uint8Array): boolean {
  const found = remembered.get(name);
  return found !== undefined && found.untilMs > clock.now() && crypto.isEqual(found.mark, mark);
}

function remember({ remembered, clock }: PasswordParts, name: string, mark: Uint8Array): void {
  const [oldest] = remembered.size >= MAX_REMEMBERED ? remembered.keys() : [];
  if (oldest !== undefined) remembered.delete(oldest);
  remembered.set(name, { mark, untilMs: clock.now() + REMEMBER_MS });
}
