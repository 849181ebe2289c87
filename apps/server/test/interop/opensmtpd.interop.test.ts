import { expect, it } from 'vitest';
import { startOpenSmtpd } from '../support/opensmtpd.ts';
import { describeMta } from '../support/mta-suite.ts';
import { hasUnpacked } from '../support/unpacked.ts';

if (hasUnpacked('opensmtpd'))
  describeMta({
    title: 'OpenSMTPD',
    samples: 'opensmtpd',
    hostname: 'opensmtpd.local.example',
    start: startOpenSmtpd,
    relayedAction: 'relayed',
    failedStatus: '5.0.0',
  });
else
  it('skipped: OpenSMTPD, unpacked by .ci/interop-packages, and root are needed', () => {
    expect(true).toBe(true);
  });
