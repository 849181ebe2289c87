import { describe, expect, it } from 'vitest';
import type { FoundTargets } from './mx.ts';
import type { StsPolicy } from './mta-sts.ts';
import type { Protection } from './protection.ts';
import { secureTargets } from './secure-targets.ts';

const configured: Protection = { level: 'opportunistic', named: false };
const mx = { kind: 'mx', domain: 'ivory.edu' } as const;
const target = (host: string) => ({ host, address: '192.0.2.1', port: 25 });
const found: FoundTargets = { targets: [target('mx.ivory.edu'), target('evil.example')] };
const policy = (mode: StsPolicy['mode']): StsPolicy => ({ mode, mx: ['mx.ivory.edu'], maxAgeSeconds: 86_400 });
const demanded = { level: 'verified', named: true, by: 'the MTA-STS policy of ivory.edu' };

describe('the exchangers of a domain with an MTA-STS policy', () => {
  it('RFC 8461 §5: under none they stay as they are', () => {
    expect(secureTargets(found, { ...policy('none'), mx: [] }, configured, mx)).toEqual(found);
  });

  it('RFC 8461 §5: under testing nothing is demanded; those that are named have their names from it', () => {
    const { targets } = secureTargets(found, policy('testing'), configured, mx);
    expect(targets).toEqual([
      { ...target('mx.ivory.edu'), protection: { ...configured, named: true } },
      target('evil.example'),
    ]);
  });

  it('RFC 8461 §4.1: under enforce those that are not named are left out, and the others prove their names', () => {
    expect(secureTargets(found, policy('enforce'), configured, mx)).toEqual({
      targets: [{ ...target('mx.ivory.edu'), protection: demanded }],
    });
  });

  it('RFC 8461 §5: under enforce the mail waits where none is named', () => {
    const { targets, trouble } = secureTargets(
      { targets: [target('evil.example')] },
      policy('enforce'),
      configured,
      mx,
    );
    expect(targets).toEqual([]);
    expect(trouble?.status).toBe('4.7.0');
  });

  it('RFC 8461 §2: what DANE says of a host counts before it', () => {
    const dane = { base: 'evil.example', names: ['evil.example'], problem: () => undefined };
    const known = { ...target('evil.example'), protection: { level: 'verified', named: true, dane } as const };
    const unknown = { ...target('mx.ivory.edu'), trouble: { status: '4.7.5', reason: 'no TLSA records' } as const };
    expect(secureTargets({ targets: [known, unknown] }, policy('enforce'), configured, mx)).toEqual({
      targets: [known, unknown],
    });
  });

  it('trouble in finding them is told as it is, and a configured host has no policy', () => {
    const none: FoundTargets = { targets: [], trouble: { status: '4.4.3', reason: 'SERVFAIL' } };
    expect(secureTargets(none, policy('enforce'), configured, mx)).toBe(none);
    const host = { kind: 'smtp', host: 'evil.example', port: 25 } as const;
    expect(secureTargets(found, policy('enforce'), configured, host)).toBe(found);
  });
});
