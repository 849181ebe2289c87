import type { RouteConfig, RouteMatch } from '../config/model.ts';
import { canonicalAddress, canonicalDomain, splitAddress } from './address.ts';

/** The routes of the configuration. */
export interface RouteTable {
  /** The first route that matches. The cost grows with the labels of the domain, not with the number of routes. */
  find(address: string): RouteConfig | undefined;
}

/** Makes the table. */
export function makeRouteTable(routes: readonly RouteConfig[]): RouteTable {
  // For each thing that a match can name, the first route that names it.
  const first = new Map<string, number>();
  for (const [index, { match }] of routes.entries()) {
    const key = matchKey(match);
    if (!first.has(key)) first.set(key, index);
  }
  return {
    find(address) {
      const indexes = keysOf(address).map((key) => first.get(key) ?? Infinity);
      return routes[Math.min(...indexes)];
    },
  };
}

function matchKey(match: RouteMatch): string {
  switch (match.kind) {
    case 'all':
      return '*';
    case 'domain':
      return match.domain;
    case 'subdomains':
      return `*.${match.domain}`;
    case 'address':
      return match.address;
  }
}

/** The keys of every match that an address satisfies. */
function keysOf(address: string): readonly string[] {
  const domain = canonicalDomain(splitAddress(address).domain);
  const keys = ['*', domain, canonicalAddress(address)];
  if (domain.startsWith('[')) return keys;
  for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1))
    keys.push(`*${domain.slice(dot)}`);
  return keys;
}
