import { describe, expect, it } from 'vitest';
import { explainNotification, NOTIFY_VALUES, OUTCOME_NAMES, reportDue } from './notification.ts';

describe('which report is owed', () => {
  it.each([
    ['RFC 3461 §5.2.3(a)', 'SUCCESS', 'delivered', 'delivered'],
    ['RFC 3461 §5.2.3(b)', 'FAILURE', 'delivered', undefined],
    ['RFC 3461 §5.2.3(c)', 'absent', 'delivered', undefined],
    ['RFC 3461 §5.2.7.3(c)', 'SUCCESS,DELAY', 'expanded', 'expanded'],
    ['RFC 3461 §5.2.2(b)', 'SUCCESS', 'relayed', 'relayed'],
    ['RFC 3461 §5.2.2(d)', 'NEVER', 'relayed', undefined],
    ['RFC 3461 §5.2.2(e)', 'absent', 'relayed', undefined],
    ['RFC 3461 §5.2.1', 'SUCCESS', 'relayed-to-dsn', undefined],
    ['RFC 3461 §5.2.5(a)', 'DELAY', 'delayed', 'delayed'],
    ['RFC 3461 §5.2.5(b)', 'absent', 'delayed', 'delayed'],
    ['RFC 3461 §5.2.5(c)', 'FAILURE', 'delayed', undefined],
    ['RFC 3461 §5.2.6(a)', 'FAILURE', 'failed', 'failed'],
    ['RFC 3461 §5.2.6(b)', 'NEVER', 'failed', undefined],
    ['RFC 3461 §5.2.6(c)', 'absent', 'failed', 'failed'],
  ] as const)('%s: NOTIFY %s, %s', (clause, value, outcome, report) => {
    const { facts } = explainNotification(value, outcome, 'a@example.org');
    expect(Object.fromEntries(facts)).toMatchObject({ clause, report: report ?? 'none' });
  });

  it('RFC 3461 §5.2: none about a message from <>', () => {
    for (const value of NOTIFY_VALUES) {
      for (const outcome of OUTCOME_NAMES) {
        const { headline, facts } = explainNotification(value, outcome, '');
        expect([headline, Object.fromEntries(facts)['clause']]).toEqual(['no report', 'RFC 3461 §5.2']);
      }
    }
  });

  it('the reason agrees with the decision for every request and outcome', () => {
    for (const value of NOTIFY_VALUES) {
      for (const outcome of OUTCOME_NAMES) {
        const { headline, facts } = explainNotification(value, outcome, 'a@example.org');
        const why = Object.fromEntries(facts)['why'];
        const due = reportDue(value, outcome);
        expect(headline === 'no report').toBe(due === undefined);
        expect(/forbids|only where|in our place|not asked for/.test(String(why))).toBe(due === undefined);
      }
    }
  });
});
