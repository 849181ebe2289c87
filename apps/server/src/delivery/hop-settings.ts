import type { RouteConfig } from '../config/model.ts';
import { canonicalDomain, splitAddress } from '../routing/address.ts';
import { formatNextHop, type RelayHop } from '../routing/next-hop.ts';
import type { TlsLevel } from './protection.ts';
import type { SmtpOptions } from './smtp-transport.ts';

/** What the routes say about how to speak with a next hop. */
export type HopSettings = Pick<SmtpOptions, 'tls' | 'credentials'>;

const levels: readonly TlsLevel[] = ['off', 'opportunistic', 'required', 'verified'];

/**
 * Finds what the routes say of a next hop. A destination does not tell which route led to it: for the exchangers of a
 * domain the strictest counts of its first route and of those of single addresses in it.
 *
 * @example hopSettings(config.routes, { kind: 'mx', domain: 'ivory.edu' }).tls // 'required'
 */
export function hopSettings(routes: readonly RouteConfig[], nextHop: RelayHop): HopSettings {
  if (nextHop.kind === 'mx') {
    const tls = strictest(routesOf(routes, nextHop.domain));
    return tls === undefined ? {} : { tls };
  }
  const key = formatNextHop(nextHop);
  const { tls, auth } = routes.find(({ to }) => formatNextHop(to) === key) ?? {};
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(auth?.password === undefined ? {} : { credentials: { user: auth.user, password: auth.password } }),
  };
}

function routesOf(routes: readonly RouteConfig[], domain: string): readonly RouteConfig[] {
  const name = canonicalDomain(domain);
  const leading = routes.filter(({ to }) => to.kind === 'mx');
  const first = leading.find(({ match }) => {
    if (match.kind === 'all') return true;
    if (match.kind === 'domain') return match.domain === name;
    return match.kind === 'subdomains' && name.endsWith(`.${match.domain}`);
  });
  const single = leading.filter(
    ({ match }) => match.kind === 'address' && canonicalDomain(splitAddress(match.address).domain) === name,
  );
  return first === undefined ? single : [first, ...single];
}

function strictest(routes: readonly RouteConfig[]): TlsLevel | undefined {
  const set = routes.flatMap(({ tls }) => (tls === undefined ? [] : [levels.indexOf(tls)]));
  // A route that says nothing is opportunistic, which is stricter than `off`.
  if (routes.some(({ tls }) => tls === undefined) && set.length > 0) set.push(levels.indexOf('opportunistic'));
  return levels[Math.max(...set)];
}
