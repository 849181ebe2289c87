import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAfterNotice, dueAt, expiryOf, judge, noticesDue, scheduleRetry } from './schedule.ts';
import type { RetryPlan, Waiting } from './schedule.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const plan: RetryPlan = {
  delaysMs: [30 * minute, 30 * minute, hour, 2 * hour, 4 * hour],
  expireAfterMs: 5 * day,
  delayedAfterMs: 4 * hour,
};
const waiting = (attempts: number, delayReported = false): Waiting => ({ arrivedAtMs: 0, attempts, delayReported });

describe('scheduleRetry', () => {
  it.each([
    [1, 30 * minute],
    [2, 30 * minute],
    [3, hour],
    [4, 2 * hour],
    [5, 4 * hour],
    [6, 4 * hour],
    [1_000, 4 * hour],
  ])('RFC 5321 §4.5.4.1 R5321-4.5.4.1-b: waits after failed attempt %i for %i ms', (attempts, delayMs) => {
    const nowMs = 3 * day;
    const next = nowMs + delayMs;
    expect(scheduleRetry(plan, waiting(attempts, true), nowMs, 0)).toEqual({ retryAtMs: next, dueAtMs: next });
  });

  it('lengthens the waiting time by the jitter, never shortens it', () => {
    expect(scheduleRetry(plan, waiting(1), 0, 0.5).retryAtMs).toBe(31.5 * minute);
    expect(scheduleRetry(plan, waiting(1), 0, 0.999).retryAtMs).toBeLessThan(33 * minute);
  });

  it('looks at the recipient when its delay notice comes first', () => {
    const { retryAtMs, dueAtMs } = scheduleRetry(plan, waiting(5), 3 * hour, 0);
    expect({ retryAtMs, dueAtMs }).toEqual({ retryAtMs: 7 * hour, dueAtMs: 4 * hour });
    expect(scheduleRetry(plan, waiting(5, true), 3 * hour, 0).dueAtMs).toBe(7 * hour);
  });

  it('is due at once when the delay notice is late already', () => {
    expect(scheduleRetry(plan, waiting(3), 6 * hour, 0)).toEqual({ retryAtMs: 7 * hour, dueAtMs: 6 * hour });
  });

  it('looks at the recipient when it expires, also between two attempts', () => {
    const nowMs = 5 * day - minute;
    expect(scheduleRetry(plan, waiting(40, true), nowMs, 0)).toEqual({ retryAtMs: nowMs + 4 * hour, dueAtMs: 5 * day });
  });

  it('makes one attempt only when the plan has no delays', () => {
    const once = { ...plan, delaysMs: [] };
    expect(scheduleRetry(once, waiting(1, true), 0, 0)).toEqual({ retryAtMs: 5 * day, dueAtMs: 5 * day });
  });
});

describe('notices of delay', () => {
  const again: RetryPlan = { ...plan, delayedRepeatMs: day };
  const told = (dueAtMs: number): Waiting => ({ ...waiting(5, true), dueAtMs });

  it('repeats them from the first one on, each once', () => {
    expect(dueAt(again, waiting(5, true), 4 * day, 5 * hour)).toBe(day + 4 * hour);
    expect(dueAt(again, waiting(5, true), 4 * day, day + 4 * hour)).toBe(2 * day + 4 * hour);
    expect(noticesDue(again, told(day + 4 * hour), day + 4 * hour).usual).toBe(true);
    expect(noticesDue(again, told(day + 5 * hour), day + 9 * hour).usual).toBe(false);
    expect(noticesDue(again, told(4 * hour), 4 * hour).usual).toBe(false);
    expect(noticesDue(plan, told(day + 4 * hour), day + 4 * hour).usual).toBe(false);
  });

  it('RFC 2852 §4.1.3: BY in mode N adds one, whatever was told before', () => {
    const by = { deliverBy: { atMs: 6 * hour, mode: 'N' } } as const;
    expect(dueAt(plan, { ...waiting(2), ...by }, 9 * hour, hour)).toBe(4 * hour);
    expect(dueAt(plan, { ...waiting(2, true), ...by }, 9 * hour, 4 * hour)).toBe(6 * hour);
    expect(noticesDue(plan, { ...told(6 * hour), ...by }, 6 * hour)).toEqual({ usual: false, deliverBy: true });
    expect(noticesDue(plan, { ...told(7 * hour), ...by }, 7 * hour).deliverBy).toBe(false);
    expect(judge(plan, { ...told(6 * hour), ...by }, 9 * hour, 6 * hour)).toBe('delay-notice');
  });

  it('RFC 2852 §4.1.3: BY in mode R ends it, even before the first attempt', () => {
    const by = { deliverBy: { atMs: 6 * hour, mode: 'R' } } as const;
    expect(expiryOf(plan, { arrivedAtMs: 0, ...by })).toBe(6 * hour);
    expect(dueAt(plan, { ...waiting(2, true), ...by }, 9 * hour, 4 * hour)).toBe(6 * hour);
    expect(judge(plan, { ...waiting(0), ...by }, 0, 6 * hour)).toBe('expired');
    expect(judge(plan, { ...waiting(0), ...by }, 0, 6 * hour - 1)).toBe('attempt');
    expect(expiryOf(plan, { arrivedAtMs: 0, deliverBy: { atMs: 9 * day, mode: 'R' } })).toBe(5 * day);
  });
});

describe('judge', () => {
  it.each([
    ['the first attempt', waiting(0), 0, 0, 'attempt'],
    ['the first attempt, even if very late', waiting(0), 0, 90 * day, 'attempt'],
    ['a retry', waiting(2), 5, 5, 'attempt'],
    ['a retry before a delay notice', waiting(2), 4 * hour, 4 * hour, 'attempt'],
    ['a delay notice', waiting(2), 5 * hour, 4 * hour, 'delay-notice'],
    ['no delay notice before its time', waiting(2), 5 * hour, 4 * hour - 1, 'attempt'],
    ['no second delay notice', waiting(2, true), 5 * hour, 4 * hour, 'attempt'],
    ['no attempt just before the expiry is left out', waiting(2, true), 5 * day - 1, 5 * day - 1, 'attempt'],
    ['no last attempt at the expiry', waiting(2, true), 5 * day, 5 * day, 'expired'],
    ['a retry that was missed, once', waiting(2, true), 5 * day - 1, 6 * day, 'attempt'],
    ['an expiry before a delay notice', waiting(2), 9 * day, 6 * day, 'expired'],
  ] as const)('RFC 5321 §4.5.4.1 R5321-4.5.4.1-c: %s', (_, recipient, retryAtMs, nowMs, expected) => {
    expect(judge(plan, recipient, retryAtMs, nowMs)).toBe(expected);
  });
});

describe('properties', () => {
  const duration = fc.integer({ min: 1, max: 30 * day });
  const plans = fc.record({
    delaysMs: fc.array(fc.integer({ min: 1, max: 5 * day }), { minLength: 1, maxLength: 6 }),
    expireAfterMs: duration,
    delayedAfterMs: duration,
  });
  const recipients = fc.record({
    arrivedAtMs: fc.integer({ min: 0, max: 2e12 }),
    attempts: fc.integer({ min: 1, max: 500 }),
    delayReported: fc.boolean(),
  });
  const jitters = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('is never due in the past, and never after the retry', () => {
    fc.assert(
      fc.property(plans, recipients, duration, jitters, (some, recipient, ageMs, jitter) => {
        const nowMs = recipient.arrivedAtMs + ageMs;
        const { retryAtMs, dueAtMs } = scheduleRetry(some, recipient, nowMs, jitter);
        expect(retryAtMs).toBeGreaterThan(nowMs - 1);
        expect(dueAtMs).toBeGreaterThanOrEqual(nowMs);
        expect(dueAtMs).toBeLessThanOrEqual(Math.max(retryAtMs, nowMs));
        expect(Number.isInteger(retryAtMs) && Number.isInteger(dueAtMs)).toBe(true);
      }),
    );
  });

  it('sees the expiry in time: a recipient that is not yet expired is due again by then', () => {
    fc.assert(
      fc.property(plans, recipients, duration, jitters, (some, recipient, ageMs, jitter) => {
        const nowMs = recipient.arrivedAtMs + ageMs;
        const expiresAtMs = recipient.arrivedAtMs + some.expireAfterMs;
        const { retryAtMs, dueAtMs } = scheduleRetry(some, recipient, nowMs, jitter);
        expect(dueAtMs).toBeLessThanOrEqual(Math.max(expiresAtMs, nowMs));
        const isMissed = retryAtMs < expiresAtMs;
        expect(judge(some, recipient, retryAtMs, Math.max(expiresAtMs, nowMs))).toBe(isMissed ? 'attempt' : 'expired');
        expect(judge(some, recipient, expiresAtMs, Math.max(expiresAtMs, nowMs))).toBe('expired');
      }),
    );
  });

  it('comes to an end: whatever fails is expired, after one delay notice at most', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 0, max: 2e12 }), jitters, (some, arrivedAtMs, jitter) => {
        // Fewer steps, so that the longest of these lives is walked through.
        const quick = { ...some, expireAfterMs: Math.min(some.expireAfterMs, 200 * Math.min(...some.delaysMs)) };
        let recipient: Waiting = { arrivedAtMs, attempts: 0, delayReported: false };
        let at = { retryAtMs: arrivedAtMs, dueAtMs: arrivedAtMs };
        let notices = 0;
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThan(300);
          const nowMs = at.dueAtMs;
          const judgement = judge(quick, recipient, at.retryAtMs, nowMs);
          if (judgement === 'expired') break;
          if (judgement === 'attempt') {
            expect(nowMs).toBeGreaterThanOrEqual(at.retryAtMs);
            recipient = { ...recipient, attempts: recipient.attempts + 1 };
            at = scheduleRetry(quick, recipient, nowMs, jitter);
          } else {
            notices += 1;
            recipient = { ...recipient, delayReported: true };
            at = { ...at, dueAtMs: dueAt(quick, recipient, at.retryAtMs, nowMs) };
          }
        }
        expect(at.dueAtMs).toBe(arrivedAtMs + quick.expireAfterMs);
        expect(notices).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('dueAfterNotice', () => {
  const repeating: RetryPlan = { ...plan, delayedRepeatMs: 2 * hour };

  it('the first notice costs nobody the place in the line', () => {
    expect(dueAfterNotice(repeating, { ...waiting(0), dueAtMs: 7 }, 5 * hour)).toBe(7);
  });

  it.each([
    ['a repetition', { ...waiting(0, true), dueAtMs: 7 }],
    ['what BY=…;N set', { ...waiting(0, true), dueAtMs: 7, deliverBy: { atMs: hour, mode: 'N' } }],
  ] as const)('%s is not due once more at the next look, and is again when its time comes', (_, late) => {
    const told: Waiting = { ...late, dueAtMs: dueAfterNotice(repeating, late, 7 * hour) };
    expect(noticesDue(repeating, late, 7 * hour)).toMatchObject({ usual: true });
    expect(noticesDue(repeating, told, 7 * hour + minute)).toEqual({ usual: false, deliverBy: false });
    expect(noticesDue(repeating, told, 8 * hour)).toEqual({ usual: true, deliverBy: false });
    expect(told.dueAtMs).toBeLessThan(7 * hour);
  });
});
