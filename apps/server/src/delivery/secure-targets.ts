import type { RelayHop } from '../routing/next-hop.ts';
import type { FoundTargets } from './mx.ts';
import { namesExchanger, type StsPolicy } from './mta-sts.ts';
import type { Protection } from './protection.ts';

/**
 * Applies the MTA-STS policy of a domain to its exchangers: under `enforce` those that it does not name are left out, and
 * the others have to prove their names; under `testing` nothing is demanded. An exchanger that a policy names is one whose
 * name nobody could have forged (RFC 8689 §4.2.1). A host that DANE knows, or about which DANE knows nothing for now,
 * stays as it is: a policy must not override that. RFC 8461 §2, §4.1, §5
 */
export function secureTargets(
  found: FoundTargets,
  policy: StsPolicy,
  configured: Protection,
  nextHop: RelayHop,
): FoundTargets {
  if (policy.mode === 'none' || nextHop.kind !== 'mx' || found.trouble !== undefined) return found;
  const { domain } = nextHop;
  const isNamed = ({ host }: FoundTargets['targets'][number]): boolean =>
    host !== undefined && namesExchanger(policy, host);
  if (policy.mode === 'testing') {
    const named = ({ protection = configured }: FoundTargets['targets'][number]): Protection => ({
      ...protection,
      named: true,
    });
    return {
      targets: found.targets.map((target) => (isNamed(target) ? { ...target, protection: named(target) } : target)),
    };
  }
  const protection: Protection = { level: 'verified', named: true, by: `the MTA-STS policy of ${domain}` };
  const isDane = ({ protection, trouble }: FoundTargets['targets'][number]): boolean =>
    protection?.dane !== undefined || trouble !== undefined;
  const targets = found.targets.flatMap((target) => {
    if (isDane(target)) return [target];
    return isNamed(target) ? [{ ...target, protection }] : [];
  });
  if (targets.length > 0) return { targets };
  // Worth another attempt: the policy or the exchangers are being changed, or somebody forges answers of the DNS.
  const reason = `none of the mail exchangers of ${domain} is named by its MTA-STS policy`;
  return { targets, trouble: { status: '4.7.0', reason } };
}
