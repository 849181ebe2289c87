import type { Crypto, ScramKeys, User, Users } from '../../ports.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { MALFORMED, wrong, type Exchange, type LoginStep } from './login.ts';
import { keysOfNobody } from './nobody.ts';
import { saslPrep } from './saslprep.ts';

/** What SCRAM works with. */
export interface ScramParts {
  readonly users: Users;
  readonly crypto: Crypto;
  /** The salts of users who do not exist are made from it: with another one after a restart, they would show. */
  readonly secret: Uint8Array;
}

/**
 * SCRAM-SHA-256 without channel binding: RFC 5802 §5, RFC 7677 §3.
 *
 *     C: n,,n=user,r=cnonce
 *     S: r=cnonce snonce,s=salt,i=iterations
 *     C: c=biws,r=cnonce snonce,p=proof
 *     S: v=signature
 *     C:
 *
 * The password crosses the wire in no form, and the client learns that the server knows it too. For a name that nobody
 * has, the exchange goes on to its end with keys that no proof fits.
 */
export function scramExchange({ users, crypto, secret }: ScramParts): Exchange {
  let next: Exchange = async (response) => {
    if (response === undefined) return { kind: 'challenge', octets: new Uint8Array() };
    const first = readClientFirst(response);
    if (first === undefined) return MALFORMED;
    const name = saslPrep(first.name);
    const user = name === undefined ? undefined : await users.find(name);
    // Made for everyone: the time tells nothing, too.
    const nobody = keysOfNobody(crypto, secret, users.scramShapes(), name ?? first.name);
    const keys = user?.scram ?? nobody;
    const nonce = first.nonce + encodeBase64(crypto.randomOctets(18));
    const serverFirst = `r=${nonce},s=${encodeBase64(keys.salt)},i=${keys.iterations}`;
    next = (final) => {
      const isAnother = first.authzid !== undefined && saslPrep(first.authzid) !== name;
      const proved = readClientFinal(final, { ...first, nonce });
      if (proved === undefined) return MALFORMED;
      const message = utf8.encode(`${first.bare},${serverFirst},${proved.withoutProof}`);
      const isRight = proved.isBound && isProof(crypto, keys, message, proved.proof);
      if (!isRight || isAnother || user?.scram === undefined) return wrong(first.name);
      next = goodbye(user);
      const signature = encodeBase64(crypto.hmacSha256(keys.serverKey, message));
      return { kind: 'challenge', octets: utf8.encode(`v=${signature}`) };
    };
    return { kind: 'challenge', octets: utf8.encode(serverFirst) };
  };
  return (response) => next(response);
}

/** RFC 4954 §4: a success can't carry the server's last word, so it was a challenge, to be answered with nothing. */
function goodbye(user: User): Exchange {
  return (response): LoginStep => (response?.length === 0 ? { kind: 'success', user } : MALFORMED);
}

const utf8 = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface ClientFirst {
  /** The part that is bound by the proof, base64 of the GS2 header. */
  readonly binding: string;
  readonly authzid: string | undefined;
  readonly bare: string;
  readonly name: string;
  readonly nonce: string;
}

/**
 *     client-first-message = gs2-cbind-flag "," [ "a=" saslname ] "," client-first-message-bare
 *     client-first-message-bare = "n=" saslname "," "r=" c-nonce [ "," extensions ]
 *
 * Channel binding (`p=`) is not offered; `m=` is an extension that must be refused (RFC 5802 §5.1).
 */
function readClientFirst(octets: Uint8Array): ClientFirst | undefined {
  const text = decode(octets);
  const parts = /^((?:n|y),(?:a=([^,]+))?,)(n=([^,]+),r=([!-+\--~]+)(?:,[a-zA-Z]=[^,]+)*)$/.exec(text ?? '');
  const [, header = '', authzid, bare = '', name = '', nonce = ''] = parts ?? [];
  const decodedName = decodeName(name);
  const decodedAuthzid = authzid === undefined ? undefined : decodeName(authzid);
  if (parts === null || decodedName === undefined || nonce.length > 256) return undefined;
  if (authzid !== undefined && decodedAuthzid === undefined) return undefined;
  const binding = encodeBase64(utf8.encode(header));
  return { binding, authzid: decodedAuthzid, bare, name: decodedName, nonce };
}

/** RFC 5802 §5.1: "," and "=" in names are `=2C` and `=3D`; no other "=" may stand there. */
function decodeName(name: string): string | undefined {
  if (name.length > 1_020 || /=(?!2C|3D)/.test(name)) return undefined;
  return name.replace(/=2C/g, ',').replace(/=3D/g, '=');
}

/**
 *     client-final-message = "c=" base64 "," "r=" nonce [ "," extensions ] "," "p=" base64
 */
function readClientFinal(octets: Uint8Array | undefined, begun: { readonly binding: string; readonly nonce: string }) {
  const text = octets === undefined ? undefined : decode(octets);
  const parts = /^(c=([^,]+),r=([^,]+)(?:,[a-zA-Z]=[^,]+)*),p=([A-Za-z0-9+/=]+)$/.exec(text ?? '');
  const [, withoutProof = '', binding, nonce, proofText = ''] = parts ?? [];
  const proof = decodeBase64(proofText);
  if (parts === null || proof === undefined) return undefined;
  return { withoutProof, proof, isBound: binding === begun.binding && nonce === begun.nonce };
}

/** Whether a proof was made with the password: RFC 5802 §3. */
export function isProof(crypto: Crypto, keys: ScramKeys, message: Uint8Array, proof: Uint8Array): boolean {
  const signature = crypto.hmacSha256(keys.storedKey, message);
  if (proof.length !== signature.length) return false;
  const clientKey = proof.map((octet, at) => octet ^ (signature[at] ?? 0));
  return crypto.isEqual(crypto.sha256(clientKey), keys.storedKey);
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return octets.length > 4_096 ? undefined : strict.decode(octets);
  } catch {
    return undefined;
  }
}
