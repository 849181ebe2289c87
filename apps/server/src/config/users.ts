import * as v from 'valibot';
import type { User } from '../ports.ts';
import { parseScram, parseScrypt } from '../receiving/auth/hash.ts';
import { saslPrep } from '../receiving/auth/saslprep.ts';
import { canonicalAddress, canonicalDomain, isAddress, isDomain } from '../routing/address.ts';
import { readToml, type Fault } from './read.ts';
import { WrongValue, listOf, optional, required, table, tables, text } from './settings.ts';

/**
 * Reads the list of users: `[[user]]` tables with
 *
 * - `name`: what the user logs in with, often an address
 * - `password`: the scrypt hash that `dsnd hash-password` prints; without it PLAIN and LOGIN are of no use
 * - `scram`: the keys for SCRAM-SHA-256 that it prints (RFC 5803); without them that mechanism is of no use
 * - `senders`: the reverse-paths that the user may give (RFC 6409 §6.1), addresses or `@domain`; absent: any
 *
 * @throws {ConfigError} at the first key that is wrong, unknown or missing; no hash is shown in it
 * @example
 * ```ts
 * parseUsers('[[user]]\nname = "alice"\npassword = "$scrypt$ln=15,r=8,p=3$…"', 'users.toml').get('alice')
 * ```
 */
export function parseUsers(source: string, fileName: string): ReadonlyMap<string, User> {
  const users = readToml(source, fileName, schema, contradictions);
  return new Map(users.map((user) => [user.name, user]));
}

const name = text('a name without control characters', (value) => {
  const prepared = saslPrep(value);
  return prepared === undefined || prepared === '' || prepared.length > 255 || /[\u0000-\u001f\u007f]/.test(prepared)
    ? undefined
    : prepared;
});

const sender = text('an address such as bob@example.org, or @example.org', (value) => {
  if (value.startsWith('@')) return isDomain(value.slice(1)) ? `@${canonicalDomain(value.slice(1))}` : undefined;
  return isAddress(value) ? canonicalAddress(value) : undefined;
});

const user = v.pipe(
  table({
    name: required(name),
    password: optional(hash('what dsnd hash-password prints as password', parseScrypt), undefined),
    scram: optional(hash('what dsnd hash-password prints as scram', parseScram), undefined),
    senders: optional(listOf(sender, 0), undefined),
  }),
  v.transform(({ name: named, password, scram, senders }): User => ({
    name: named,
    ...(password === undefined ? {} : { password }),
    ...(scram === undefined ? {} : { scram }),
    ...(senders === undefined ? {} : { senders: new Set(senders) }),
  })),
);

const schema: v.GenericSchema<unknown, readonly User[]> = v.pipe(
  table({ user: v.optional(tables(user), []) }),
  v.transform((file): readonly User[] => file.user),
);

/** A hash stands in no message: messages go into logs. */
function hash<T>(allowed: string, parse: (text: string) => T | undefined) {
  return {
    allowed,
    read(value: unknown): T {
      const parsed = typeof value === 'string' ? parse(value) : undefined;
      if (parsed === undefined) throw new WrongValue(`is not allowed; allowed: ${allowed}`);
      return parsed;
    },
  };
}

function contradictions(users: readonly User[]): readonly Fault[] {
  const faults: Fault[] = [];
  const taken = new Set<string>();
  for (const [i, { name: named, password, scram }] of users.entries()) {
    const what = `${JSON.stringify(named)} stands twice; allowed: each name once`;
    if (taken.has(named)) faults.push({ path: ['user', i, 'name'], what });
    taken.add(named);
    if (password === undefined && scram === undefined)
      faults.push({ path: ['user', i], what: 'has no secret; allowed: password, scram, or both' });
  }
  return faults;
}
