import * as v from 'valibot';
import { canonicalAddress, canonicalDomain, canonicalLocalPart, isAddress, isDomain } from '../routing/address.ts';
import { formatNextHop, NextHopError, parseNextHop } from '../routing/next-hop.ts';
import type { RouteConfig, RouteMatch } from './model.ts';
import {
  flag,
  listOf,
  oneOf,
  optional,
  quote,
  required,
  table,
  tables,
  text,
  WrongValue,
  type Setting,
} from './settings.ts';
import { resolvePath } from './units.ts';

/** The `[[route]]` tables; relative paths count from `folder`. */
export function routes(folder: string): v.GenericSchema<unknown, RouteConfig[]> {
  return v.pipe(
    tables(route(folder)),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const input = dataset.value;
      for (const [index, value] of input.entries()) {
        for (const [key, message] of [...ownFaults(value), ...sharedFaults(input.slice(0, index), value)]) {
          const at = { type: 'array', origin: 'value', input, key: index, value } as const;
          addIssue({ message, path: [at, { type: 'object', origin: 'value', input: { ...value }, key, value }] });
        }
      }
    }),
  );
}

function route(folder: string): v.GenericSchema<unknown, RouteConfig> {
  return v.pipe(
    table({
      match: required(match),
      to: required(nextHop(folder)),
      recipients: optional(listOf(localPart, 0), undefined),
      'recipients-file': optional(
        text('the path of a file with one local-part per line', (value) => resolvePath(folder, value)),
        undefined,
      ),
      'accept-from': optional(oneOf(['anyone', 'relay-from']), undefined),
      tls: optional(oneOf(['off', 'opportunistic', 'required', 'verified']), undefined),
      auth: v.optional(auth(folder)),
      verp: optional(flag(), false),
    }),
    v.transform((file): RouteConfig => ({
      match: file.match,
      to: file.to,
      acceptFrom: file['accept-from'] ?? (['smtp', 'smtps', 'mx'].includes(file.to.kind) ? 'relay-from' : 'anyone'),
      ...(file.recipients === undefined ? {} : { recipients: new Set(file.recipients) }),
      ...(file['recipients-file'] === undefined ? {} : { recipientsFile: file['recipients-file'] }),
      ...(file.tls === undefined ? {} : { tls: file.tls }),
      ...(file.auth === undefined ? {} : { auth: file.auth }),
      ...(file.verp ? { verp: true } : {}),
    })),
  );
}

const match = text('a domain, "*.domain", an address, or "*"', (value): RouteMatch | undefined => {
  if (value === '*') return { kind: 'all' };
  if (value.startsWith('*.'))
    return isDomain(value.slice(2)) ? { kind: 'subdomains', domain: canonicalDomain(value.slice(2)) } : undefined;
  // As an alias has it for all of a domain; taken for an address, it would match nothing.
  if (value.startsWith('*@')) return undefined;
  if (value.includes('@')) return isAddress(value) ? { kind: 'address', address: canonicalAddress(value) } : undefined;
  return isDomain(value) ? { kind: 'domain', domain: canonicalDomain(value) } : undefined;
});

const localPart = text('a local-part such as bob', (value) => {
  if (isAddress(`${value}@example.org`)) return canonicalLocalPart(value);
  return undefined;
});

function auth(folder: string): v.GenericSchema<unknown, NonNullable<RouteConfig['auth']>> {
  return v.pipe(
    table({
      user: required(text('a user name', plainText)),
      'password-file': required(text('the path of a file with the password', (value) => resolvePath(folder, value))),
    }),
    v.transform((file) => ({ user: file.user, passwordFile: file['password-file'] })),
  );
}

/** AUTH PLAIN parts its three texts with NUL. RFC 4616 §2 */
function plainText(value: string): string | undefined {
  return value === '' || value.includes('\0') ? undefined : value;
}

function nextHop(folder: string): Setting<ReturnType<typeof parseNextHop>> {
  const allowed =
    'smtp://HOST:PORT, smtps://HOST:PORT, lmtp://HOST:PORT, mx:, maildir:DIRECTORY, gateway+https://HOST/PATH, pipe:PROGRAM, simulator:, discard:';
  const known = text(allowed, (value) => value);
  return {
    allowed,
    json: { type: 'string' },
    read(value) {
      try {
        const hop = parseNextHop(known.read(value));
        return hop.kind === 'maildir' ? { ...hop, directory: resolvePath(folder, hop.directory) } : hop;
      } catch (error) {
        if (!(error instanceof NextHopError)) throw error;
        throw new WrongValue(`${quote(value)}: ${error.code.replaceAll('-', ' ')}; allowed: ${allowed}`);
      }
    },
  };
}

type Fault = readonly [key: 'tls' | 'auth' | 'verp', what: string];

/** What is wrong in one route although each value by itself is right. */
function ownFaults({ to, tls, auth, verp }: RouteConfig): readonly Fault[] {
  const faults: Fault[] = [];
  if (verp !== undefined && !['smtp', 'smtps', 'mx'].includes(to.kind)) {
    faults.push(['verp', `has no meaning with ${to.kind}: routes; allowed: only with smtp:, smtps: and mx: routes`]);
  }
  if (auth !== undefined && to.kind !== 'smtp' && to.kind !== 'smtps') {
    faults.push(['auth', `has no meaning with ${to.kind}: routes; allowed: only with smtp://HOST or smtps://HOST`]);
  }
  if (tls === undefined) return faults;
  if (!['smtp', 'smtps', 'lmtp', 'mx'].includes(to.kind)) {
    faults.push([
      'tls',
      `has no meaning with ${to.kind}: routes; allowed: only with smtp:, smtps:, lmtp: and mx: routes`,
    ]);
  } else if ((auth !== undefined || to.kind === 'smtps') && (tls === 'off' || tls === 'opportunistic')) {
    const because = to.kind === 'smtps' ? 'smtps: is TLS' : 'a password is never sent in the clear';
    faults.push(['tls', `"${tls}" can not be, since ${because}; allowed: required, verified`]);
  }
  return faults;
}

/** Connections to a host are shared by all routes that lead there. */
function sharedFaults(before: readonly RouteConfig[], { to, tls, auth }: RouteConfig): readonly Fault[] {
  if (to.kind !== 'smtp' && to.kind !== 'smtps' && to.kind !== 'lmtp') return [];
  const same = before.find((other) => formatNextHop(other.to) === formatNextHop(to));
  if (same === undefined) return [];
  const differs = `is not as in the route before with the same "to"; allowed: one setting for each next hop`;
  const faults: Fault[] = [];
  if (same.tls !== tls) faults.push(['tls', differs]);
  if (same.auth?.user !== auth?.user || same.auth?.passwordFile !== auth?.passwordFile) faults.push(['auth', differs]);
  return faults;
}

/**
 * The configuration with the passwords of its routes; a line end at the end of a file does not count.
 *
 * @param read - Gives the text of a file; what it throws is passed on.
 * @param fault - Makes the error for a file that holds no password; it is told what is wrong, and the name of that.
 */
export function withPasswords<C extends { readonly routes: readonly RouteConfig[] }>(
  config: C,
  read: (path: string) => string,
  fault: (what: string, name: string) => Error,
): C {
  const passwordOf = (path: string): string => {
    const password = read(path).replace(/\r?\n$/, '');
    if (!/^[^\0\r\n]+$/.test(password)) throw fault(`${path}: expected one line, the password`, path);
    return password;
  };
  const filled = config.routes.map((one) =>
    one.auth === undefined ? one : { ...one, auth: { ...one.auth, password: passwordOf(one.auth.passwordFile) } },
  );
  return { ...config, routes: filled };
}
