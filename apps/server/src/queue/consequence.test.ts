import { describe, expect, it } from 'vitest';
import type { Failure, Message, Recipient } from '../model.ts';
import { consequenceOf, type Fate } from './consequence.ts';

const minute = 60_000;
const hour = 60 * minute;
const plan = { delaysMs: [10 * minute], delayedAfterMs: 4 * hour, expireAfterMs: 100 * hour };

const messageWith = (mailParameters: string): Message => ({
  ...{ id: 'm1', reversePath: 'alice@a.example', mailParameters, arrivedAtMs: 0, origin: 'smtp', sizeOctets: 1 },
});
const message = messageWith('');
const recipient: Recipient = {
  ...{ n: 0, address: 'bob@b.example', parameters: '', destination: 'mx:b.example' },
  ...{ attempts: 1, dueAtMs: 0, retryAtMs: 0, delayReported: false },
};

function deferred(status: Failure['status'], line?: string): Extract<Fate, { kind: 'deferred' }> {
  const reply = { code: 451, lines: [line ?? ''] };
  const remote = { mta: 'mx.b.example', reply, rawLines: [`451 ${line}`], stage: 'rcpt' } as const;
  return { kind: 'deferred', failure: { status, reason: '', atMs: 0, ...(line === undefined ? {} : { remote }) } };
}

it('a delivery after the clock was set back took no time, and not less than none', () => {
  const delivered = { kind: 'delivered', status: '2.0.0' } as const;
  const { event } = consequenceOf({ ...message, arrivedAtMs: 5000 }, recipient, delivered, plan, 1000, 0.5);
  expect(event).toMatchObject({ kind: 'delivered', delayMs: 0 });
});

describe('a recipient whose time runs out', () => {
  const before = { status: '4.2.1', reason: 'busy', atMs: 1 } as const;

  it('RFC 3463 §3.5: is told of by what is known from before, where this time nobody was reached', () => {
    const waited = { ...recipient, lastFailure: before };
    const { outcome } = consequenceOf(message, waited, deferred('4.4.7'), plan, plan.expireAfterMs, 0);
    expect(outcome).toMatchObject({ kind: 'failed', status: '4.2.1' });
  });

  it('RFC 3464 §2.3.6: is told of by the last reply, also where that says 4.4.7', () => {
    const waited = { ...recipient, lastFailure: before };
    const last = deferred('4.4.7', '4.4.7 Expired behind us');
    const { outcome } = consequenceOf(message, waited, last, plan, plan.expireAfterMs, 0);
    expect(outcome).toMatchObject({
      kind: 'failed',
      status: '4.4.7',
      remote: { lines: ['451 4.4.7 Expired behind us'] },
    });
  });
});

describe('the time that BY sets', () => {
  it.each([
    ['BY=360000;R', '5.4.7'],
    ['BY=360001;R', '4.2.1'],
    ['BY=360000;N', '4.2.1'],
  ])(
    'RFC 2852 §4.1.3: with %s a recipient given up after 100 hours failed with %s, and what the host said is told',
    (by, status) => {
      const last = deferred('4.2.1', 'Busy');
      const { outcome } = consequenceOf(messageWith(by), recipient, last, plan, plan.expireAfterMs, 0);
      expect(outcome).toMatchObject({ kind: 'failed', status, remote: { lines: ['451 Busy'] } });
    },
  );

  it('RFC 2852 §4.1.3: its notice does not stand for the usual one, which comes later', () => {
    const late = messageWith('BY=3600;N');
    const first = consequenceOf(late, { ...recipient, dueAtMs: hour }, deferred('4.2.1'), plan, hour, 0);
    expect(first).toMatchObject({
      update: { delayReported: false },
      outcome: { kind: 'delayed', deliverByPassed: true },
    });
    const then = { ...recipient, dueAtMs: 4 * hour };
    const second = consequenceOf(late, then, deferred('4.2.1'), plan, 4 * hour, 0);
    expect(second).toMatchObject({ update: { delayReported: true }, outcome: { kind: 'delayed' } });
    expect(second.outcome).not.toHaveProperty('deliverByPassed');
  });

  it.each([
    [hour - 1, false],
    [hour, true],
  ])('RFC 2852 §4.1.4.2: what is handed on after %i ms: passed is %s', (nowMs, deliverByPassed) => {
    const relayed = { kind: 'relayed', status: '2.0.0', nextHopSupportsDsn: true } as const;
    const { outcome } = consequenceOf(messageWith('BY=3600;N'), recipient, relayed, plan, nowMs, 0);
    expect(outcome).toMatchObject({ kind: 'relayed', deliverByPassed, nextHopSupportsDeliverBy: false });
  });
});

it('RFC 3461 §6.3(j): the address that was presented to the next hop is the one behind the alias', () => {
  const behind = { ...recipient, address: 'robert@b.example', shownAs: 'bob@a.example' };
  const { outcome } = consequenceOf(message, behind, deferred('4.2.1', 'Busy'), plan, plan.expireAfterMs, 0);
  expect(outcome).toMatchObject({ kind: 'failed', remote: { recipient: 'robert@b.example' } });
});
