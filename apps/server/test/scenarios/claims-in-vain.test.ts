import { expect, it, vi } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeQueue } from '../../src/queue/queue.ts';
import { sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';

it('what is due and can not be had is asked for ever less often, and what comes new at once', async () => {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  await store.accept([sample('m1')]);
  // Somebody took the message and never gave it back: the store says that it is due, and gives nothing.
  await store.claimMessage({ messageId: 'm1', token: 'lost', nowMs: clock.now(), leaseUntilMs: clock.now() });
  const claim = vi.spyOn(store, 'claim').mockResolvedValue([]);
  const worked: string[] = [];
  const queue = makeQueue(
    {
      ...{ store, clock, ids: { next: () => 't1' }, paused: new Set<string>() },
      work: ({ message: { id } }) => Promise.resolve(void worked.push(id)),
      afterReplies: queueMicrotask,
      trouble(error) {
        throw error;
      },
    },
    { inFlight: 100, perDestination: 20, leaseMs: 3_600_000 },
  );
  queue.start();
  await clock.advance(60_000);
  expect(claim.mock.calls.length).toBeGreaterThan(10);
  expect(claim.mock.calls.length).toBeLessThan(100);
  claim.mockRestore();
  queue.expect(clock.now());
  await clock.advance(1);
  expect(worked).toEqual(['m1']);
  await clock.during(queue.stop());
});
