import * as v from 'valibot';
import { admin } from './admin.ts';
import { bodies } from './bodies.ts';
import { duration } from './duration.ts';
import { history } from './history.ts';
import { suppression } from './suppression.ts';
import { webhook } from './webhook.ts';
import { listen, listener, tls, users } from './listen.ts';
import { isAddress, isDomain } from '../routing/address.ts';
import { isIpv4, isIpv6 } from '../routing/ip-address.ts';
import type { AliasConfig, Config, DeliveryConfig, LimitsConfig, ListConfig, RetryConfig } from './model.ts';
import { report } from './report.ts';
import { routes } from './route.ts';
import { traces } from './traces.ts';
import { flag, listOf, oneOf, optional, required, table, tables, text, whole } from './settings.ts';
import type { Setting } from './settings.ts';
import { parseHostPort, resolvePath } from './units.ts';

const address = text('an address such as bob@example.org', (value) => (isAddress(value) ? value : undefined));

const hostname = text('the full DNS name of this host in ASCII, or an address literal such as [192.0.2.1]', (value) =>
  isDomain(value) && !/[^\u0021-\u007e]/.test(value) ? value : undefined,
);

const times = '90s, 30m, 4h or 5d';

const positive = duration(times, '1ms');

/** RFC 4865 §3, RFC 2852 §4: spans that clients name have at most nine digits of seconds. */
const span = duration(times, '0s', '999999999s');

const defaultDelaysMs = [30, 30, 60, 120, 240].map((minutes) => minutes * 60_000);

function store(folder: string): Setting<Config['store']> {
  return text('sqlite:DIRECTORY or postgres://USER@HOST/DATABASE', (value) => {
    if (/^sqlite:[^\u0000]/.test(value))
      return { kind: 'sqlite', directory: resolvePath(folder, value.slice('sqlite:'.length)) };
    if (!/^postgres(ql)?:\/\/[\u0021-\u007e]+$/.test(value) || !URL.canParse(value)) return undefined;
    return { kind: 'postgres', url: value, directory: resolvePath(folder, 'state') };
  });
}

const nodeName = text('a name of up to 64 letters, digits, dots, colons, hyphens and underscores', (value) =>
  /^[\w.:-]{1,64}$/.test(value) ? value : undefined,
);

/** The keys beside `store` that say more of a shared one. */
function withNode(store: Config['store'], node: string | undefined, directory: string | undefined): Config['store'] {
  if (store.kind === 'sqlite') return store;
  return {
    ...store,
    ...(node === undefined ? {} : { node }),
    ...(directory === undefined ? {} : { directory }),
  };
}

const aliasAddress = text('an address such as bob@example.org, or *@example.org for all others of a domain', (value) =>
  isAddress(value) || (value.startsWith('*@') && isDomain(value.slice(2))) ? value : undefined,
);

const alias: v.GenericSchema<unknown, AliasConfig> = table({
  address: required(aliasAddress),
  to: required(listOf(address, 1)),
  confidential: optional(flag(), false),
});

const delimiter = text('one character such as + or -', (value) =>
  /^[!#$%&'*+/=?^_`{|}~-]$/.test(value) ? value : undefined,
);

function list(folder: string): v.GenericSchema<unknown, ListConfig> {
  const file = text('the path of a file with one address per line', (value) => resolvePath(folder, value));
  return v.pipe(
    table({
      address: required(address),
      owner: required(address),
      members: optional(listOf(address, 0), []),
      'members-file': optional(file, undefined),
    }),
    v.transform(({ 'members-file': membersFile, ...rest }): ListConfig =>
      membersFile === undefined ? rest : { ...rest, membersFile },
    ),
  );
}
const retry = v.pipe(
  table({
    delays: optional(listOf(positive, 1), defaultDelaysMs),
    'expire-after': optional(positive, 5 * 86_400_000),
    'delayed-after': optional(positive, 4 * 3_600_000),
    'delayed-repeat': optional(duration(times, '1m'), undefined),
  }),
  v.transform((file): RetryConfig => ({
    delaysMs: file.delays,
    expireAfterMs: file['expire-after'],
    delayedAfterMs: file['delayed-after'],
    ...(file['delayed-repeat'] === undefined ? {} : { delayedRepeatMs: file['delayed-repeat'] }),
  })),
);

const limits = v.pipe(
  table({
    'message-size-octets': optional(whole(1), 50 * 1024 * 1024),
    'max-recipients': optional(whole(100), 1000),
    'max-hops': optional(whole(1), 100),
    'max-hold': optional(span, 30 * 86_400_000),
    'least-deliver-by': optional(span, 0),
  }),
  v.transform((file): LimitsConfig => ({
    messageSizeOctets: file['message-size-octets'],
    maxRecipients: file['max-recipients'],
    maxHops: file['max-hops'],
    maxHoldMs: file['max-hold'],
    leastDeliverByMs: file['least-deliver-by'],
  })),
);

/** By its address: a name would have to be looked up by somebody who is not trusted. */
const resolverAddress = text('ADDRESS:PORT, as 127.0.0.1:53 or [::1]:53', (value) => {
  const at = parseHostPort(value);
  return at !== undefined && at.port > 0 && (isIpv4(at.host) || isIpv6(at.host)) ? at : undefined;
});

const delivery = v.pipe(
  table({
    'max-attempts': optional(whole(1), 1000),
    'max-per-destination': optional(whole(1), 20),
    lease: optional(duration(times, '5s', '1h'), undefined),
    'rate-per-minute': optional(whole(1, 60_000_000), undefined),
    prefer: optional(oneOf(['ipv6', 'ipv4']), 'ipv6'),
    'mta-sts': optional(flag(), true),
    'dane-resolver': optional(resolverAddress, undefined),
  }),
  v.transform((file): DeliveryConfig => ({
    maxAttempts: file['max-attempts'],
    maxPerDestination: file['max-per-destination'],
    ...(file.lease === undefined ? {} : { leaseMs: file.lease }),
    ...(file['rate-per-minute'] === undefined ? {} : { ratePerMinute: file['rate-per-minute'] }),
    prefer: file.prefer,
    mtaSts: file['mta-sts'],
    ...(file['dane-resolver'] === undefined ? {} : { daneResolver: file['dane-resolver'] }),
  })),
);

/** The whole file. Relative paths in it count from `folder`. */
export function configSchema(folder: string): v.GenericSchema<unknown, Config> {
  return v.pipe(
    table({
      hostname: required(hostname),
      store: required(store(folder)),
      node: optional(nodeName, undefined),
      'state-directory': optional(
        text('the path of a folder', (value) => resolvePath(folder, value)),
        undefined,
      ),
      listen: v.optional(tables(listen), []),
      route: v.optional(routes(folder), []),
      alias: v.optional(tables(alias), []),
      list: v.optional(tables(list(folder)), []),
      'recipient-delimiter': optional(delimiter, undefined),
      retry: v.optional(retry, {}),
      report: v.optional(report(folder), {}),
      limits: v.optional(limits, {}),
      delivery: v.optional(delivery, {}),
      tls: v.optional(tls(folder)),
      users: v.optional(users(folder)),
      traces: v.optional(traces),
      admin: v.optional(admin(folder)),
      bodies: v.optional(bodies(folder)),
      history: v.optional(history),
      suppression: v.optional(suppression),
      webhook: v.optional(tables(webhook(folder)), []),
    }),
    v.transform(
      ({
        route,
        alias,
        list,
        listen,
        tls,
        users,
        admin,
        traces,
        bodies: inBucket,
        history,
        suppression,
        webhook,
        'recipient-delimiter': recipientDelimiter,
        store: kept,
        node,
        'state-directory': stateDirectory,
        ...rest
      }): Config => ({
        ...rest,
        store: withNode(kept, node, stateDirectory),
        ...(recipientDelimiter === undefined ? {} : { recipientDelimiter }),
        ...(tls === undefined ? {} : { tls }),
        ...(users === undefined ? {} : { users }),
        ...(admin === undefined ? {} : { admin }),
        ...(traces === undefined ? {} : { traces }),
        ...(inBucket === undefined ? {} : { bodies: inBucket }),
        ...(history === undefined ? {} : { history }),
        ...(suppression === undefined ? {} : { suppression }),
        listen: listen.map((file) => listener(file, tls !== undefined, users !== undefined)),
        routes: route,
        aliases: alias,
        lists: list,
        webhooks: webhook,
      }),
    ),
  );
}
