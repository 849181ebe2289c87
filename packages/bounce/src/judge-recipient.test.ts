import { describe, expect, it } from 'vitest';
import { judgeRecipient } from './judge-recipient.ts';

const ann = { finalRecipient: { type: 'rfc822', value: 'ann@example.org' } } as const;

describe('judgeRecipient', () => {
  it('RFC 3464 §2.3.6: the words of the diagnostic count before a vague status', () => {
    const diagnosticCode = { type: 'smtp', value: '550 5.7.1 blocked using zen.spamhaus.org' };
    expect(judgeRecipient({ ...ann, action: 'failed', status: '5.7.1', diagnosticCode })).toMatchObject({
      address: 'ann@example.org',
      reason: 'address-blocked',
      permanence: 'permanent',
      advice: 'fix-reputation',
    });
  });

  it('RFC 3464 §2.3.3: a recipient that is late waits', () => {
    expect(judgeRecipient({ ...ann, action: 'delayed', status: '4.4.1' })).toMatchObject({
      reason: 'expired',
      permanence: 'transient',
      advice: 'wait',
    });
  });

  it('RFC 3464 §2.3.3: nothing is wrong with one that was delivered', () => {
    expect(judgeRecipient({ ...ann, action: 'delivered', status: '2.0.0' })).toMatchObject({
      reason: 'delivered',
      advice: 'nothing',
    });
  });

  it('RFC 3464 §2.3.4: X.0.0 alone tells no reason', () => {
    expect(judgeRecipient({ ...ann, action: 'failed', status: '5.0.0' })).toMatchObject({
      reason: 'undefined',
      permanence: 'unknown',
      confidence: 'low',
    });
  });

  it('gives what it can for no fields at all', () => {
    expect(judgeRecipient({})).toMatchObject({ address: '', reason: 'undefined', action: 'failed' });
  });
});
