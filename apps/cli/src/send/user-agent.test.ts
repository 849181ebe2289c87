import { describe, expect, it } from 'vitest';
import { planEnvelope, type EnvelopeOptions } from './plan.ts';
import { userAgentAdvice } from './user-agent.ts';

function adviceOn(options: Partial<EnvelopeOptions>): readonly string[] {
  const all = { from: 'a@example.org', to: ['b@example.net'], ...options };
  return userAgentAdvice(planEnvelope(all), all);
}

describe('what submitting programs keep to', () => {
  it('RFC 3461 §4.2 R3461-4.2-f R3461-5-b: ORCPT made for a recipient names its address, encoded', () => {
    const plan = planEnvelope({ from: 'a@example.org', to: ['b+c@example.net'], orcpt: true });
    expect(plan.recipients[0]?.parameters).toEqual([{ keyword: 'ORCPT', value: 'rfc822;b+2Bc@example.net' }]);
    expect(adviceOn({ to: ['b+c@example.net'], orcpt: true })).toEqual([]);
  });

  it('RFC 3461 §4.2 R3461-4.2-f: ORCPT of another address is noted', () => {
    expect(adviceOn({ to: ['b@example.net ORCPT=rfc822;c@example.net'] })).toEqual([
      'ORCPT names c@example.net, RCPT b@example.net; at submission they are the same (RFC 3461 §4.2)',
    ]);
  });

  it('RFC 3461 §5.4 R3461-5.4-e R3461-5-b: an ENVID of more than 38 characters is noted', () => {
    expect(adviceOn({ envid: 'e'.repeat(38) })).toEqual([]);
    expect(adviceOn({ envid: 'e'.repeat(39) })).toEqual([
      'ENVID has 39 characters; submitting programs keep to 38 (RFC 3461 §5.4)',
    ]);
    // Encoded it counts.
    expect(adviceOn({ envid: '+'.repeat(13) })).toHaveLength(1);
  });

  it('who forces it knows', () => expect(adviceOn({ envid: 'e'.repeat(50), force: true })).toEqual([]));
});
