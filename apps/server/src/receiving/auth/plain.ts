import type { User } from '../../ports.ts';
import { MALFORMED, wrong, type Exchange, type LoginStep } from './login.ts';
import { saslPrep } from './saslprep.ts';

/** Checks a name and a password. */
export type Check = (name: string, password: Uint8Array) => Promise<User | undefined>;

/**
 * PLAIN.
 *
 *     message = [authzid] NUL authcid NUL passwd
 *
 * RFC 4616 §2. Nobody acts for another here: an authorization identity must be the user's own.
 */
export function plainExchange(check: Check): Exchange {
  return async (response) => {
    // RFC 4954 §4: without initial response the server's first word is empty.
    if (response === undefined) return { kind: 'challenge', octets: new Uint8Array() };
    const first = response.indexOf(0);
    const second = response.indexOf(0, first + 1);
    if (first < 0 || second < 0 || response.includes(0, second + 1)) return MALFORMED;
    const authzid = decode(response.subarray(0, first));
    const authcid = decode(response.subarray(first + 1, second));
    if (authzid === undefined || authcid === undefined) return MALFORMED;
    if (authzid !== '' && saslPrep(authzid) !== saslPrep(authcid)) return wrong(authcid);
    return outcome(authcid, await check(authcid, response.subarray(second + 1)));
  };
}

/** LOGIN, of which no standard speaks: name and password, each asked for. The name may come as initial response. */
export function loginExchange(check: Check): Exchange {
  let name: string | undefined;
  return async (response) => {
    if (response === undefined) return { kind: 'challenge', octets: ASK_NAME };
    if (name !== undefined) return outcome(name, await check(name, response));
    name = decode(response);
    return name === undefined ? MALFORMED : { kind: 'challenge', octets: ASK_PASSWORD };
  };
}

// Clients compare these words, so they are what everyone says.
const ASK_NAME = new TextEncoder().encode('Username:');
const ASK_PASSWORD = new TextEncoder().encode('Password:');

function outcome(name: string, user: User | undefined): LoginStep {
  return user === undefined ? wrong(name) : { kind: 'success', user };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(octets: Uint8Array): string | undefined {
  try {
    return octets.length > 1_020 ? undefined : strict.decode(octets);
  } catch {
    return undefined;
  }
}
