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
  return ['*', domain, canonicalAddress(address), ...above(domain)];
}

/** The keys of the matches that take a domain as one of those below another. */
function above(domain: string): readonly string[] {
  const keys: string[] = [];
  if (domain.startsWith('[')) return keys;
  for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1))
    keys.push(`*${domain.slice(dot)}`);
  return keys;
}

/**
 * What routes match that no mail ever gets to, because one before them takes all of it.
 *
 * @example unreached([{ match: { kind: 'all' } }, { match: { kind: 'domain', domain: 'example.org' } }]) // ['example.org']
 */
export function unreached(routes: readonly { readonly match: RouteMatch }[]): readonly string[] {
  const taken = new Set<string>();
  return routes.flatMap(({ match }) => {
    const key = matchKey(match);
    const isTaken = ['*', key, ...widerThan(match)].some((wider) => taken.has(wider));
    taken.add(key);
    return isTaken ? [key] : [];
  });
}

function widerThan(match: RouteMatch): readonly string[] {
  if (match.kind === 'all') return [];
  return match.kind === 'address' ? keysOf(match.address) : above(match.domain);
}
