import type { StatusCode } from '@dsnkit/delivery-status';
import { MAIL_PARAMETERS, RCPT_PARAMETERS } from '@dsnkit/esmtp-parameters';
import { STATUS_ENTRIES } from '@dsnkit/delivery-status/registry';
import { describe, expect, it } from 'vitest';
import { adviceOn } from './advice.ts';
import { explainParameter } from './parameter.ts';
import { explainDetail } from './status.ts';

describe('nothing registered is left out', () => {
  it('RFC 5321 §4.1.1.11: every registered parameter, and its example is one', () => {
    for (const { keyword } of [...MAIL_PARAMETERS, ...RCPT_PARAMETERS]) {
      const facts = Object.fromEntries(explainParameter({ keyword })?.facts ?? []);
      expect(String(facts['example'])).toMatch(new RegExp(`^${keyword}(=|$)`));
      expect(facts['clause']).toMatch(/^RFC \d+ §/);
      const [, value] = /=(.*)/.exec(String(facts['example'])) ?? [];
      if (value === undefined || value.includes('…')) continue;
      const read = explainParameter({ keyword, value });
      expect(read?.facts.map(([name]) => name)).not.toContain('fault');
    }
  });

  it('RFC 5248 §2: every registered status code, with advice for each that is no success', () => {
    for (const { code } of STATUS_ENTRIES) {
      const found = explainDetail(code);
      expect(found.length).toBeGreaterThan(0);
      for (const { subject, facts } of found) {
        const told = Object.fromEntries(facts);
        expect('sender' in told && 'operator' in told).toBe(!subject.startsWith('2'));
      }
    }
  });

  it('RFC 3464 §2.3.3: nobody is told to wait for what failed, nor to act on what is only delayed', () => {
    for (const { code, classes } of STATUS_ENTRIES) {
      for (const digit of classes.filter((each) => each !== 2)) {
        const status = `${digit}.${code}` as StatusCode;
        expect(adviceOn(status, 'failed')?.sender, status).not.toMatch(/^Wait/);
        expect(adviceOn(status, 'delayed')?.sender, status).toMatch(/^Wait/);
        expect(adviceOn(status, 'delayed')?.operator, status).not.toMatch(/off your lists/);
      }
    }
  });

  it('a success needs no advice', () => expect(adviceOn('2.1.5')).toBeUndefined());
});
