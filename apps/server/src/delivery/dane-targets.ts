import type { AddressAnswer, Digests, TlsaAnswer, Validated, ValidatingResolver } from '../ports.ts';
import { canonicalDomain } from '../routing/address.ts';
import type { RelayHop } from '../routing/next-hop.ts';
import { daneProblem, usableRecords, type TlsaRecord } from './dane.ts';
import { findTargets, type FoundTargets, type Target } from './mx.ts';
import type { Trouble } from './outcomes.ts';
import type { Protection } from './protection.ts';

/** What DANE needs of the outside world. */
export interface DanePorts {
  readonly resolver: ValidatingResolver;
  readonly digests: Digests;
}

/** The records of a host, and where they stand; `trouble` if nobody knows whether there are any. */
type Association =
  | { readonly kind: 'records'; readonly base: string; readonly records: readonly TlsaRecord[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

const none = { kind: 'none' } as const;

/**
 * Finds the exchangers of a domain as `findTargets` does, and what their TLSA records demand. RFC 7672 §2.2
 *
 * - Usable records: TLS, with a certificate that they name.
 * - Only unusable ones: TLS, with any certificate, unless more was configured.
 * - None, or an answer on the way to them that is not secure: as configured.
 * - Nobody knows: the host is put off, since whoever keeps an answer from us may want to be taken for it.
 */
export async function daneTargets(
  nextHop: Extract<RelayHop, { kind: 'mx' }>,
  ports: DanePorts,
  configured: Protection,
  ownNames: ReadonlySet<string>,
  random: () => number,
): Promise<FoundTargets> {
  const { resolver } = ports;
  // An address literal is looked up nowhere.
  if (nextHop.domain === '' || nextHop.domain.startsWith('[')) return findTargets(nextHop, resolver, ownNames, random);
  const hosts = new Map<string, Validated<AddressAnswer>>();
  const exchangers = await resolver.mx(nextHop.domain);
  const noting = {
    mx: () => Promise.resolve(exchangers),
    addresses: async (host: string) => {
      const answer = await resolver.addresses(host);
      hosts.set(host, answer);
      return answer;
    },
  };
  const found = await findTargets(nextHop, noting, ownNames, random);
  // RFC 7672 §2.2.1: names that anybody could have put there are worth no protection.
  if (!exchangers.secure || found.targets.length === 0) return found;
  const names = [...new Set(found.targets.flatMap(({ host }) => host ?? []))];
  const domain = canonicalDomain(nextHop.domain);
  const domains = [domain, exchangers.canonicalName ?? domain];
  const demands = await Promise.all(
    names.map(async (host): Promise<[string, Partial<Target>]> => {
      const association = await associationOf(host, hosts.get(host), resolver);
      return [host, demandOf(host, association, domains, configured, ports.digests)];
    }),
  );
  const demanded = new Map(demands);
  return { targets: found.targets.map((target) => ({ ...target, ...demanded.get(target.host ?? '') })) };
}

/** Looks for the records under the name where the aliases of the host end, then under its own. RFC 7672 §2.2.2, §2.2.3 */
async function associationOf(
  host: string,
  addresses: Validated<AddressAnswer> | undefined,
  resolver: ValidatingResolver,
): Promise<Association> {
  if (addresses === undefined) return none;
  const { secure, canonicalName } = addresses;
  const bases: string[] = [];
  if (secure) bases.push(...(canonicalName === undefined ? [] : [canonicalName]), host);
  else if (canonicalName !== undefined) {
    // The alias may stand in a signed zone although it leads out of it.
    const alias = await resolver.isSecureAlias(host);
    if (typeof alias !== 'boolean') return troubleOf(host, alias.trouble);
    if (alias) bases.push(host);
  }
  for (const base of bases) {
    const answer: Validated<TlsaAnswer> = await resolver.tlsa(`_25._tcp.${base}`);
    if (answer.kind === 'trouble') return troubleOf(base, answer.reason);
    if (answer.kind === 'records' && answer.secure)
      return { kind: 'records', base, records: usableRecords(answer.records) };
  }
  return none;
}

function troubleOf(name: string, reason: string): Association {
  return {
    kind: 'trouble',
    trouble: { status: '4.4.3', reason: `the TLSA records of ${name} could not be looked up: ${reason}` },
  };
}

/** @param domains - that of the recipients, and the one where its aliases end: both may be named (RFC 7672 §3.2.2) */
function demandOf(
  host: string,
  association: Association,
  domains: readonly string[],
  configured: Protection,
  digests: Digests,
): Partial<Target> {
  switch (association.kind) {
    case 'none':
      // RFC 8689 §4.2.1: DNSSEC vouches for the name, if for nothing else.
      return { protection: { ...configured, named: true } };
    case 'trouble':
      return { trouble: association.trouble };
    case 'records': {
      const { base, records } = association;
      const by = `the DNS (TLSA of ${base})`;
      if (records.length === 0) {
        if (configured.level === 'verified') return { protection: { ...configured, named: true } };
        return { protection: { level: 'required', named: true, by } };
      }
      const dane = {
        base,
        names: [...new Set([base, host, ...domains])],
        problem: (peer: Parameters<typeof daneProblem>[1]) => daneProblem(records, peer, digests),
      };
      return { protection: { level: 'verified', named: true, by, dane } };
    }
  }
}
