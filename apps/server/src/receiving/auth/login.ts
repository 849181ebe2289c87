import type { Mechanism } from '../../config.ts';
import type { Reply } from '@dsnkit/smtp';
import type { Clock, Crypto, User, Users } from '../../ports.ts';
import { makeGuard } from './guard.ts';
import { checkPassword, type PasswordParts } from './password.ts';
import { loginExchange, plainExchange } from './plain.ts';
import { scramExchange } from './scram.ts';

/** The next move of a server in a SASL exchange. */
export type LoginStep =
  | { readonly kind: 'challenge'; readonly octets: Uint8Array }
  | { readonly kind: 'success'; readonly user: User }
  | { readonly kind: 'failure'; readonly reply: Reply; readonly name?: string };

/** One SASL exchange, on the server's side: each call takes what the client said; at first nothing if it said nothing. */
export type Exchange = (response: Uint8Array | undefined) => Promise<LoginStep> | LoginStep;

/** Everyone who may log in, and how. */
export interface Logins {
  /** Begins an exchange; a reply puts the client off. */
  begin(mechanism: string, clientAddress: string): Exchange | Reply;
  /** Tells how an exchange ended. */
  ended(clientAddress: string, success: boolean): void;
  /** A user by name; undefined too when nobody can be looked up. */
  find(name: string): Promise<User | undefined>;
}

/** What logging in works with. */
export interface LoginParts {
  readonly users: Users;
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** Stays over restarts: what SCRAM says of users who do not exist is made from it. Absent: it is of this process. */
  readonly key?: Uint8Array;
  /** Failed logins of one client within ten minutes. */
  readonly maxFailures: number;
}

// RFC 4954 §6. One reply for whatever is wrong: who exists here is not told.
const INVALID: Reply = { code: 535, status: '5.7.8', lines: ['Authentication credentials invalid'] };

/** The name or the secret is wrong. */
export function wrong(name: string): LoginStep {
  return { kind: 'failure', reply: INVALID, name };
}

/** RFC 4954 §4: base64 was right, what it says is not. */
export const MALFORMED: LoginStep = {
  kind: 'failure',
  reply: { code: 501, status: '5.5.2', lines: ['Malformed authentication message'] },
};
const NOT_NOW: LoginStep = {
  kind: 'failure',
  reply: { code: 454, status: '4.7.0', lines: ['Temporary authentication failure'] },
};
const TOO_MANY = {
  kind: 'failure',
  reply: { code: 454, status: '4.7.0', lines: ['Too many failed logins from your address, come later'] },
} as const satisfies LoginStep;
const NO_MECHANISM: Reply = { code: 504, status: '5.5.4', lines: ['Mechanism not offered'] };

/** Makes the logins of a list of users. */
export function makeLogins({ users, crypto, clock, key, maxFailures }: LoginParts): Logins {
  const guard = makeGuard(clock, maxFailures);
  const parts: PasswordParts = { users, crypto, clock, secret: crypto.randomOctets(32), remembered: new Map() };
  const check = (name: string, password: Uint8Array): Promise<User | undefined> => checkPassword(parts, name, password);
  const exchanges = new Map<string, () => Exchange>([
    ['PLAIN', () => plainExchange(check)],
    ['LOGIN', () => loginExchange(check)],
    ['SCRAM-SHA-256', () => scramExchange({ users, crypto, secret: key ?? parts.secret })],
  ] satisfies [Mechanism, () => Exchange][]);
  return {
    begin(mechanism, clientAddress) {
      if (!guard.admits(clientAddress)) return TOO_MANY.reply;
      const make = exchanges.get(mechanism);
      return make === undefined ? NO_MECHANISM : guarded(make(), () => guard.admits(clientAddress));
    },
    ended(clientAddress, success) {
      guard.ended(clientAddress, success);
    },
    async find(name) {
      try {
        return await users.find(name);
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * Users that can't be looked up, and too many passwords at once, are no fault of the client. Who guesses in many
 * connections at once is told no more than who guesses in one after the other: others may fail while this one waits.
 */
function guarded(exchange: Exchange, isAdmitted: () => boolean): Exchange {
  return async (response) => {
    if (!isAdmitted()) return TOO_MANY;
    try {
      const step = await exchange(response);
      return isAdmitted() ? step : TOO_MANY;
    } catch {
      return NOT_NOW;
    }
  };
}
