import { expect, it } from 'vitest';
import { startExim } from '../support/exim.ts';
import { describeMta } from '../support/mta-suite.ts';
import { hasUnpacked } from '../support/unpacked.ts';

if (hasUnpacked('exim'))
  describeMta({
    title: 'Exim',
    samples: 'exim',
    hostname: 'exim.local.example',
    start: startExim,
    relayedAction: 'delivered',
    failedStatus: '5.0.0',
  });
else
  it('skipped: Exim, unpacked by .ci/interop-packages, and root are needed', () => {
    expect(true).toBe(true);
  });
