import * as v from 'valibot';
import { canonicalAddress, canonicalDomain, canonicalLocalPart, isAddress, isDomain } from '../routing/address.ts';
import { NextHopError, parseNextHop } from '../routing/next-hop.ts';
import type {
  AliasConfig,
  Config,
  DeliveryConfig,
  LimitsConfig,
  ListConfig,
  ListenConfig,
  ReportConfig,
  RetryConfig,
  RouteConfig,
  RouteMatch,
} from './model.ts';
import { parseNetwork } from './networks.ts';
import type { Network } from './networks.ts';
import { flag, listOf, oneOf, optional, required, table, tables, text, whole, WrongValue } from './settings.ts';
import type { Setting } from './settings.ts';
import { parseDuration, parseHostPort, resolvePath } from './units.ts';

const address = text('an address such as bob@example.org', (value) => (isAddress(value) ? value : undefined));

const hostname = text('the full DNS name of this host in ASCII, or an address literal such as [192.0.2.1]', (value) =>
  isDomain(value) && !/[^\u0021-\u007e]/.test(value) ? value : undefined,
);

const network = text('a network address or range such as 192.0.2.0/24 or ::1', parseNetwork);

const loopback: readonly Network[] = ['127.0.0.0/8', '::1'].flatMap((range) => parseNetwork(range) ?? []);

const hostPort = text('HOST:PORT or [IPv6]:PORT', parseHostPort);

const match = text('a domain, "*.domain", an address, or "*"', (value): RouteMatch | undefined => {
  if (value === '*') return { kind: 'all' };
  if (value.startsWith('*.'))
    return isDomain(value.slice(2)) ? { kind: 'subdomains', domain: canonicalDomain(value.slice(2)) } : undefined;
  if (value.includes('@')) return isAddress(value) ? { kind: 'address', address: canonicalAddress(value) } : undefined;
  return isDomain(value) ? { kind: 'domain', domain: canonicalDomain(value) } : undefined;
});

/** A local-part, or an address whose local-part is meant. */
const mailbox = text('a local-part such as bob', (value) => {
  if (isAddress(`${value}@example.org`)) return canonicalLocalPart(value);
  return undefined;
});

function duration(leastMs: number, shown: string): Setting<number> {
  return text(`a time such as 90s, 30m, 4h or 5d, at least ${shown}`, (value) => {
    const ms = parseDuration(value);
    return ms === undefined || ms < leastMs ? undefined : ms;
  });
}

const positive = duration(1, '1ms');

const defaultDelaysMs = [30, 30, 60, 120, 240].map((minutes) => minutes * 60_000);

function store(folder: string): Setting<Config['store']> {
  return text('sqlite:DIRECTORY', (value) =>
    /^sqlite:[^\u0000]/.test(value)
      ? { kind: 'sqlite', directory: resolvePath(folder, value.slice('sqlite:'.length)) }
      : undefined,
  );
}

function nextHop(folder: string): Setting<ReturnType<typeof parseNextHop>> {
  const allowed = 'smtp://HOST:PORT, lmtp://HOST:PORT, mx:, maildir:DIRECTORY, simulator:, discard:';
  const known = text(allowed, (value) => value);
  return {
    allowed,
    read(value) {
      try {
        const hop = parseNextHop(known.read(value));
        return hop.kind === 'maildir' ? { ...hop, directory: resolvePath(folder, hop.directory) } : hop;
      } catch (error) {
        if (!(error instanceof NextHopError)) throw error;
        throw new WrongValue(`${JSON.stringify(value)}: ${error.code.replaceAll('-', ' ')}; allowed: ${allowed}`);
      }
    },
  };
}

const listen = v.pipe(
  table({
    address: required(hostPort),
    role: optional(oneOf(['relay', 'submission', 'lmtp']), 'relay'),
    'relay-from': optional(listOf(network, 0), loopback),
    dsn: optional(oneOf(['trusted', 'everyone', 'nobody']), 'trusted'),
    'max-connections': optional(whole(1, 1_000_000), 1000),
  }),
  v.transform((file): ListenConfig => {
    const { address, role, dsn, 'relay-from': relayFrom, 'max-connections': maxConnections } = file;
    return { ...address, role, dsn, relayFrom, maxConnections };
  }),
);

function route(folder: string): v.GenericSchema<unknown, RouteConfig> {
  return v.pipe(
    table({
      match: required(match),
      to: required(nextHop(folder)),
      recipients: optional(listOf(mailbox, 0), undefined),
      'accept-from': optional(oneOf(['anyone', 'relay-from']), undefined),
    }),
    v.transform(({ match, to, recipients, 'accept-from': written }): RouteConfig => {
      const acceptFrom = written ?? (to.kind === 'smtp' || to.kind === 'mx' ? 'relay-from' : 'anyone');
      return recipients === undefined
        ? { match, to, acceptFrom }
        : { match, to, acceptFrom, recipients: new Set(recipients) };
    }),
  );
}

const alias: v.GenericSchema<unknown, AliasConfig> = table({
  address: required(address),
  to: required(listOf(address, 1)),
  confidential: optional(flag(), false),
});

const list: v.GenericSchema<unknown, ListConfig> = table({
  address: required(address),
  owner: required(address),
  members: required(listOf(address, 0)),
});

const retry = v.pipe(
  table({
    delays: optional(listOf(positive, 1), defaultDelaysMs),
    'expire-after': optional(positive, 5 * 86_400_000),
    'delayed-after': optional(positive, 4 * 3_600_000),
  }),
  v.transform((file): RetryConfig => ({
    delaysMs: file.delays,
    expireAfterMs: file['expire-after'],
    delayedAfterMs: file['delayed-after'],
  })),
);

const report = v.pipe(
  table({
    'returned-max-octets': optional(whole(0), 50_000),
    postmaster: optional(address, undefined),
  }),
  v.transform(({ 'returned-max-octets': returnedMaxOctets, postmaster }): ReportConfig =>
    postmaster === undefined ? { returnedMaxOctets } : { returnedMaxOctets, postmaster },
  ),
);

const limits = v.pipe(
  table({
    'message-size-octets': optional(whole(1), 50 * 1024 * 1024),
    'max-recipients': optional(whole(1), 1000),
    'max-hops': optional(whole(1), 100),
  }),
  v.transform((file): LimitsConfig => ({
    messageSizeOctets: file['message-size-octets'],
    maxRecipients: file['max-recipients'],
    maxHops: file['max-hops'],
  })),
);

const delivery = v.pipe(
  table({
    'max-attempts': optional(whole(1), 1000),
    'max-per-destination': optional(whole(1), 20),
  }),
  v.transform((file): DeliveryConfig => ({
    maxAttempts: file['max-attempts'],
    maxPerDestination: file['max-per-destination'],
  })),
);

/** The whole file. Relative paths in it count from `folder`. */
export function configSchema(folder: string): v.GenericSchema<unknown, Config> {
  return v.pipe(
    table({
      hostname: required(hostname),
      store: required(store(folder)),
      listen: v.optional(tables(listen), []),
      route: v.optional(tables(route(folder)), []),
      alias: v.optional(tables(alias), []),
      list: v.optional(tables(list), []),
      retry: v.optional(retry, {}),
      report: v.optional(report, {}),
      limits: v.optional(limits, {}),
      delivery: v.optional(delivery, {}),
    }),
    v.transform(({ route, alias, list, ...rest }): Config => ({ ...rest, routes: route, aliases: alias, lists: list })),
  );
}
