import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeQueue } from '../../src/queue/queue.ts';
import { sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';

it('what is in hand is renewed long before its time is over, by a shorter lease that has come since, too', async () => {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  const limits = { inFlight: 100, perDestination: 20, leaseMs: 600_000 };
  let done: () => void = () => undefined;
  const queue = makeQueue(
    {
      ...{ store, clock, ids: { next: () => 't1' }, paused: new Set<string>() },
      work: () => new Promise<void>((resolve) => (done = resolve)),
      afterReplies: queueMicrotask,
      trouble(error) {
        throw error;
      },
    },
    limits,
  );
  queue.start();
  limits.leaseMs = 9_000;
  queue.renewAnew();
  await clock.during(queue.accept(sample('m1')));
  const renewals: number[] = [];
  const renew = store.renew.bind(store);
  store.renew = (tokens, untilMs) => {
    renewals.push(clock.now());
    return renew(tokens, untilMs);
  };
  const startMs = clock.now();
  await clock.advance(60_000);
  expect(renewals.map((atMs) => (atMs - startMs) / 1_000)).toEqual(Array.from({ length: 20 }, (_, at) => 3 * (at + 1)));
  expect(queue.isHeld('m1')).toBe(true);
  done();
  await clock.during(queue.stop());
});
