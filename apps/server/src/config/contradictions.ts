import { canonicalAddress } from '../routing/address.ts';
import { isWholeDomain } from '../routing/alias-table.ts';
import { adminFaults } from './admin.ts';
import { bodiesFaults } from './bodies.ts';
import type { AliasConfig, Config } from './model.ts';
import type { Fault } from './read.ts';
import { reportFaults } from './report.ts';
import { webhookFaults } from './webhook.ts';

/** What is wrong although each value by itself is right. */
export function contradictions(config: Config): readonly Fault[] {
  return [
    ...(config.listen.length > 0 ? [] : [{ path: ['listen'], what: 'is missing; allowed: one [[listen]] or more' }]),
    ...reportFaults(config),
    ...adminFaults(config),
    ...bodiesFaults(config),
    ...webhookFaults(config),
    ...config.listen.flatMap((listen, i) => listenFaults(config, listen, i)),
    ...sharedSockets(config),
    ...config.aliases.flatMap(aliasFaults),
    ...sharedAddresses(config),
  ];
}

/** A socket is of one listener; port 0 is another one each time. */
function sharedSockets({ listen }: Config): readonly Fault[] {
  const faults: Fault[] = [];
  const sockets = new Set<string>();
  for (const [i, { host, port }] of listen.entries()) {
    const what = `${host} port ${port} stands twice; allowed: each address once`;
    if (port > 0 && sockets.has(`${host} ${port}`)) faults.push({ path: ['listen', i, 'address'], what });
    sockets.add(`${host} ${port}`);
  }
  return faults;
}

/** An address is expanded in one way. */
function sharedAddresses({ aliases, lists }: Config): readonly Fault[] {
  const faults: Fault[] = [];
  const taken = new Set<string>();
  for (const [table, entries] of [
    ['alias', aliases],
    ['list', lists],
  ] as const) {
    for (const [i, { address }] of entries.entries()) {
      const what = `"${address}" stands twice; allowed: each alias and list address once`;
      if (taken.has(canonicalAddress(address))) faults.push({ path: [table, i, 'address'], what });
      taken.add(canonicalAddress(address));
    }
  }
  return faults;
}

/** Another domain can be meant only for a whole one. */
function aliasFaults({ address, to }: AliasConfig, i: number): readonly Fault[] {
  const wrong = to.find(
    (target) =>
      isWholeDomain(target) && (!isWholeDomain(address) || canonicalAddress(target) === canonicalAddress(address)),
  );
  if (wrong === undefined) return [];
  const what = `"${wrong}" is not for "${address}"; allowed: an address, or for *@domain *@other-domain`;
  return [{ path: ['alias', i, 'to'], what }];
}

function listenFaults({ tls, users }: Config, listen: Config['listen'][number], i: number): readonly Fault[] {
  const faults: Fault[] = [];
  const add = (key: string, what: string): void => void faults.push({ path: ['listen', i, key], what });
  if (listen.tls !== 'off' && tls === undefined) add('tls', `needs a certificate; allowed: off, or add a [tls] table`);
  if (listen.tlsRequired && listen.tls === 'off')
    add('tls-required', 'can never be met; allowed: false with tls = "off"');
  if (listen.auth.length > 0 && users === undefined) add('auth', 'needs users; allowed: [], or add a [users] table');
  if (listen.role !== 'lmtp') return faults;
  // RFC 2033 §5.
  if (listen.port === 25) add('address', 'is the port of SMTP; allowed: any other port for lmtp');
  for (const keyword of ['PIPELINING', 'ENHANCEDSTATUSCODES'])
    if (listen.without.has(keyword)) add('without', `${keyword} belongs to LMTP; allowed: other keywords`);
  return faults;
}
