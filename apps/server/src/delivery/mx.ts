import type { AddressAnswer, MxAnswer, Resolver } from '../ports.ts';
import { canonicalDomain } from '../routing/address.ts';
import { addressOfLiteral, isIpv4, isIpv6 } from '../routing/ip-address.ts';
import type { RelayHop } from '../routing/next-hop.ts';
import type { Trouble } from './outcomes.ts';
import type { Protection } from './protection.ts';

/** A host to be tried: its name as Remote-MTA shows it, undefined for an address literal, and one of its addresses. */
export interface Target {
  readonly host: string | undefined;
  readonly address: string;
  readonly port: number;
  /** What the channel to it has to be; absent: what the transport is set to. */
  readonly protection?: Protection;
  /** Why it is not to be tried now, although it may be the right one. */
  readonly trouble?: Trouble;
}

/** The part of a resolver, validating or not, that finds hosts. */
export type HostResolver = Pick<Resolver, 'mx' | 'addresses'>;

/** Hosts in the order in which they are to be tried, or why there is none. */
export type HostAnswer =
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly string[];
      /** The domain stands for itself: no MX. */ readonly implicit: boolean;
    }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

/** Targets in the order in which they are to be tried, or why there is none. */
export interface FoundTargets {
  readonly targets: readonly Target[];
  readonly trouble?: Trouble;
}

/**
 * More hosts or addresses than these are not tried in one attempt, whatever the DNS says; further attempts come to the
 * others. Of too many addresses each host has its share (RFC 5321 §5.1: at least two addresses should be tried).
 */
const maxHosts = 10;
const maxTargets = 20;

/**
 * Orders the mail exchangers of a domain: lower preference first, equals in random order, and those from our own
 * preference on left out, so that mail does not travel in circles (RFC 5321 §5.1).
 *
 * @param ownNames names of this server, in lower case
 * @param random gives numbers from 0 up to but not including 1
 *
 * @example orderExchangers('ivory.edu', await resolver.mx('ivory.edu'), new Set(['mx.example.org']), Math.random)
 */
export function orderExchangers(
  domain: string,
  answer: MxAnswer,
  ownNames: ReadonlySet<string>,
  random: () => number,
): HostAnswer {
  switch (answer.kind) {
    case 'trouble':
      return trouble('4.4.3', `the mail exchangers of ${domain} could not be looked up: ${answer.reason}`);
    case 'no-such-domain':
      return trouble('5.1.2', `the domain ${domain} does not exist`);
    case 'null-mx':
      return trouble('5.1.10', `the domain ${domain} takes no mail`);
    case 'none':
      if (ownNames.has(domain)) return loop(domain);
      return { kind: 'hosts', hosts: [domain], implicit: true };
    case 'hosts': {
      const own = answer.hosts.filter(({ host }) => ownNames.has(host.toLowerCase()));
      const limit = Math.min(Infinity, ...own.map(({ preference }) => preference));
      const usable = answer.hosts.filter(({ preference }) => preference < limit);
      if (usable.length === 0) return loop(domain);
      const drawn = usable.map(({ host, preference }) => ({ host: host.toLowerCase(), preference, draw: random() }));
      drawn.sort((a, b) => a.preference - b.preference || a.draw - b.draw);
      return { kind: 'hosts', hosts: someHosts([...new Set(drawn.map(({ host }) => host))], random), implicit: false };
    }
  }
}

/**
 * Finds where a next hop is: targets in the order in which they are to be tried, or why there is none.
 *
 * A configured host that can't be found is our own mistake, so that it is worth another attempt; a domain of a
 * recipient that has no host is the recipient's fault.
 */
export async function findTargets(
  nextHop: RelayHop,
  resolver: HostResolver,
  ownNames: ReadonlySet<string>,
  random: () => number,
): Promise<FoundTargets> {
  if (nextHop.kind !== 'mx') return configuredTargets(nextHop.host, nextHop.port, resolver, random);
  // Where the domain is the host itself, its name goes into TLS, which knows A-labels only (RFC 6066 §3).
  const domain = canonicalDomain(nextHop.domain);
  const literal = addressOfLiteral(domain);
  if (literal !== undefined) return { targets: [{ host: undefined, address: literal, port: 25 }] };
  if (domain === '' || domain.startsWith('[')) {
    return {
      targets: [],
      trouble: {
        status: '5.1.2',
        reason: domain === '' ? 'the address has no domain' : `${domain} is no address of a host`,
      },
    };
  }
  const answer = orderExchangers(domain, await resolver.mx(domain), ownNames, random);
  if (answer.kind === 'trouble') return { targets: [], trouble: answer.trouble };
  return exchangerTargets(domain, answer, resolver, random);
}

async function configuredTargets(
  host: string,
  port: number,
  resolver: HostResolver,
  random: () => number,
): Promise<FoundTargets> {
  if (isIpv4(host) || isIpv6(host)) return { targets: [{ host: undefined, address: host, port }] };
  const answer = await resolver.addresses(host);
  if (answer.kind === 'addresses')
    return { targets: someOf(answer.addresses, maxTargets, random).map((address) => ({ host, address, port })) };
  if (answer.kind === 'trouble')
    return {
      targets: [],
      trouble: { status: '4.4.3', reason: `the address of ${host} could not be looked up: ${answer.reason}` },
    };
  return { targets: [], trouble: { status: '4.3.5', reason: `the relay ${host} has no address` } };
}

async function exchangerTargets(
  domain: string,
  { hosts, implicit }: Extract<HostAnswer, { kind: 'hosts' }>,
  resolver: HostResolver,
  random: () => number,
): Promise<FoundTargets> {
  const answers = await Promise.all(
    hosts.map(async (host): Promise<[string, AddressAnswer]> => [host, await resolver.addresses(host)]),
  );
  const found = answers.flatMap(([host, answer]) =>
    answer.kind === 'addresses' ? [[host, answer.addresses] as const] : [],
  );
  const count = found.reduce((sum, [, addresses]) => sum + addresses.length, 0);
  const share = count > maxTargets ? Math.floor(maxTargets / found.length) : maxTargets;
  const targets = found.flatMap(([host, addresses]) =>
    someOf(addresses, share, random).map((address): Target => ({ host, address, port: 25 })),
  );
  if (targets.length > 0) return { targets };
  for (const [host, answer] of answers) {
    if (answer.kind === 'trouble')
      return {
        targets,
        trouble: { status: '4.4.3', reason: `the address of ${host} could not be looked up: ${answer.reason}` },
      };
  }
  if (implicit)
    return {
      targets,
      trouble: { status: '5.1.2', reason: `the domain ${domain} has neither a mail exchanger nor an address` },
    };
  // RFC 5321 §5.1: with MX records present the domain's own address is not used; no usable one is an error.
  return { targets, trouble: { status: '5.4.4', reason: `none of the mail exchangers of ${domain} has an address` } };
}

/** The first ones, and one of the others. */
function someHosts(hosts: readonly string[], random: () => number): readonly string[] {
  if (hosts.length <= maxHosts) return hosts;
  const others = hosts.slice(maxHosts - 1);
  return [...hosts.slice(0, maxHosts - 1), ...others.splice(Math.floor(random() * others.length), 1)];
}

/** Some in their order, which are others each time, and the last: those of the other family stand at the end. */
function someOf(addresses: readonly string[], most: number, random: () => number): readonly string[] {
  if (addresses.length <= most) return addresses;
  const draws = addresses.slice(0, -1).map((_, index) => ({ index, draw: random() }));
  const drawn = draws.sort((a, b) => a.draw - b.draw).slice(0, most - 1);
  const indexes = new Set([...drawn.map(({ index }) => index), addresses.length - 1]);
  return addresses.filter((_, index) => indexes.has(index));
}

function loop(domain: string): HostAnswer {
  return trouble('5.4.6', `mail for ${domain} would come back to this server`);
}

function trouble(status: Trouble['status'], reason: string): HostAnswer {
  return { kind: 'trouble', trouble: { status, reason } };
}
