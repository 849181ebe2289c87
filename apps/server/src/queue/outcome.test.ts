import { expect, it } from 'vitest';
import type { Message, Recipient } from '../model.ts';
import { consequenceOf } from './outcome.ts';

it('a delivery after the clock was set back took no time, and not less than none', () => {
  const message: Message = {
    ...{ id: 'm1', reversePath: '', mailParameters: '', arrivedAtMs: 5000, origin: 'smtp', sizeOctets: 1 },
  };
  const recipient: Recipient = {
    ...{ n: 0, address: 'a@b.example', parameters: '', destination: 'mx:b.example' },
    ...{ attempts: 0, dueAtMs: 5000, retryAtMs: 5000, delayReported: false },
  };
  const plan = { delaysMs: [1000], delayedAfterMs: 1000, expireAfterMs: 10_000 };
  const { event } = consequenceOf(message, recipient, { kind: 'delivered', status: '2.0.0' }, plan, 1000, 0.5);
  expect(event).toMatchObject({ kind: 'delivered', delayMs: 0 });
});
