import * as v from 'valibot';
import type { DsnOffer, ListenConfig, ListenRole, Mechanism, TlsConfig, UsersConfig } from './model.ts';
import { parseNetwork } from './networks.ts';
import type { Network } from './networks.ts';
import { WrongValue, flag, listOf, oneOf, optional, quote, required, table, text, whole } from './settings.ts';
import type { Setting } from './settings.ts';
import { parseHostPort, resolvePath } from './units.ts';

/** A `[[listen]]` table as it stands in the file; what is absent may depend on other tables. */
export interface ListenFile {
  readonly address: { readonly host: string; readonly port: number };
  readonly role: ListenRole;
  readonly 'relay-from': readonly Network[];
  readonly tls: ListenConfig['tls'] | undefined;
  readonly 'tls-required': boolean | undefined;
  readonly auth: readonly Mechanism[] | undefined;
  readonly 'auth-in-clear': boolean;
  readonly dsn: ListenConfig['dsn'];
  readonly without: readonly string[];
  readonly 'xclient-from': readonly Network[];
  readonly 'bare-line-ends': ListenConfig['bareLineEnds'];
  readonly suppression: boolean | undefined;
  readonly 'check-sender-domain': boolean;
  readonly 'max-connections': number;
  readonly 'max-connections-per-client': number;
  readonly 'max-connections-per-minute': number;
  readonly 'max-messages': number | undefined;
  readonly 'max-errors': number;
  readonly 'max-refusals': number;
  readonly 'max-auth-attempts': number;
}

const network = text('a network address or range such as 192.0.2.0/24 or ::1', parseNetwork);

const loopback: readonly Network[] = ['127.0.0.0/8', '::1'].flatMap((range) => parseNetwork(range) ?? []);

const mechanisms = ['PLAIN', 'LOGIN', 'SCRAM-SHA-256'] as const;

/** What can be left out by name. STARTTLS, AUTH and DSN have keys of their own; SIZE is a limit that holds anyway. */
const keywords = [
  'PIPELINING',
  'ENHANCEDSTATUSCODES',
  '8BITMIME',
  'SMTPUTF8',
  'CHUNKING',
  'BINARYMIME',
  'REQUIRETLS',
  'DELIVERBY',
  'MT-PRIORITY',
  'FUTURERELEASE',
  'LIMITS',
] as const;

/** One `[[listen]]` table. */
export const listen: v.GenericSchema<unknown, ListenFile> = table({
  address: required(text('HOST:PORT or [IPv6]:PORT', parseHostPort)),
  role: optional(oneOf(['relay', 'submission', 'lmtp']), 'relay'),
  'relay-from': optional(listOf(network, 0), loopback),
  tls: optional(oneOf(['off', 'starttls', 'implicit']), undefined),
  'tls-required': optional(flag(), undefined),
  auth: optional(listOf(oneOf(mechanisms), 0), undefined),
  'auth-in-clear': optional(flag(), false),
  dsn: optional(dsn(), 'trusted'),
  without: optional(listOf(oneOf(keywords), 0), []),
  'xclient-from': optional(listOf(network, 0), []),
  'bare-line-ends': optional(oneOf(['refuse', 'normalise']), 'refuse'),
  suppression: optional(flag(), undefined),
  'check-sender-domain': optional(flag(), false),
  'max-connections': optional(whole(1, 1_000_000), 1000),
  'max-connections-per-client': optional(whole(1, 1_000_000), 50),
  'max-connections-per-minute': optional(whole(1, 1_000_000), 300),
  'max-messages': optional(whole(1, 999_999), undefined),
  'max-errors': optional(whole(1), 20),
  'max-refusals': optional(whole(1), 10_000),
  'max-auth-attempts': optional(whole(1), 3),
});

/** A listener with its defaults filled in. */
export function listener(file: ListenFile, hasTls: boolean, hasUsers: boolean): ListenConfig {
  const tls = file.tls ?? (hasTls && file.role !== 'lmtp' ? 'starttls' : 'off');
  const maxMessages = file['max-messages'];
  return {
    ...file.address,
    role: file.role,
    relayFrom: file['relay-from'],
    tls,
    tlsRequired: file['tls-required'] ?? (file.role === 'submission' && tls === 'starttls'),
    auth: file.auth ?? (file.role === 'submission' && hasUsers ? mechanisms : []),
    authInClear: file['auth-in-clear'],
    dsn: file.dsn,
    without: new Set(file.without),
    xclientFrom: file['xclient-from'],
    bareLineEnds: file['bare-line-ends'],
    suppression: file.suppression ?? file.role === 'submission',
    checkSenderDomain: file['check-sender-domain'],
    maxConnections: file['max-connections'],
    maxConnectionsPerClient: file['max-connections-per-client'],
    maxConnectionsPerMinute: file['max-connections-per-minute'],
    ...(maxMessages === undefined ? {} : { maxMessages }),
    maxErrors: file['max-errors'],
    maxRefusals: file['max-refusals'],
    maxAuthAttempts: file['max-auth-attempts'],
  };
}

/** The `[tls]` table. */
export function tls(folder: string): v.GenericSchema<unknown, TlsConfig> {
  return v.pipe(
    table({
      certificate: required(path(folder)),
      key: required(path(folder)),
      minimum: optional(oneOf(['1.2', '1.3']), '1.2'),
    }),
    v.transform(({ certificate, key, minimum }): TlsConfig => ({
      certificateFile: certificate,
      keyFile: key,
      minimumVersion: `TLSv${minimum}`,
    })),
  );
}

/** The `[users]` table. */
export function users(folder: string): v.GenericSchema<unknown, UsersConfig> {
  return v.pipe(
    table({ file: required(path(folder)), 'max-failures': optional(whole(1), 20) }),
    v.transform((read): UsersConfig => ({ file: read.file, maxFailures: read['max-failures'] })),
  );
}

function path(folder: string): Setting<string> {
  return text('the path of a file', (value) => (/^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined));
}

/** A word, or an array of networks and users. */
function dsn(): Setting<ListenConfig['dsn']> {
  const word = oneOf(['trusted', 'everyone', 'nobody']);
  const member = text('a network, users, user:NAME', readMember);
  const allowed = `${word.allowed}, or an array of networks, users, user:NAME`;
  return {
    allowed,
    json: { anyOf: [word.json ?? {}, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
    read(value) {
      if (typeof value === 'string') return word.read(value);
      if (!Array.isArray(value)) throw new WrongValue(`${quote(value)} is not allowed; allowed: ${allowed}`);
      return offer(listOf(member, 1).read(value));
    },
  };
}

type Member = Network | { readonly user: string } | 'users';

function readMember(value: string): Member | undefined {
  if (value === 'users') return 'users';
  if (/^user:./.test(value)) return { user: value.slice('user:'.length) };
  return parseNetwork(value);
}

function offer(members: readonly Member[]): DsnOffer {
  const networks: Network[] = [];
  const names = new Set<string>();
  for (const member of members) {
    if (member === 'users') continue;
    if ('user' in member) names.add(member.user);
    else networks.push(member);
  }
  return { networks, users: members.includes('users') ? 'all' : names };
}
