import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory-queue-store.ts';
import { makeQueue } from '../../src/queue/queue.ts';
import { sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';

it('what is in hand stays so for as long as it takes, and under a shorter lease that has come since', async () => {
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
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    expect(queue.isHeld('m1'), `after ${second + 1} s`).toBe(true);
  }
  done();
  await clock.during(queue.stop());
});
