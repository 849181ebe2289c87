import { expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeQueue } from '../../src/queue/queue.ts';
import { recipient, sample } from '../contracts/queue-samples.ts';
import { SimulatedClock } from '../simulation/clock.ts';

it('a client is told that its message is stored before the delivery begins', async () => {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  const told: string[] = [];
  const later: (() => void)[] = [];
  const queue = makeQueue(
    {
      ...{ store, clock, ids: { next: () => 't1' }, paused: new Set<string>() },
      work: ({ message: { id } }) => Promise.resolve(void told.push(`delivery of ${id}`)),
      afterReplies: (run) => later.push(run),
      trouble(error) {
        throw error;
      },
    },
    { inFlight: 100, perDestination: 20, leaseMs: 3_600_000 },
  );
  queue.start();
  const accept = async (id: string): Promise<void> => {
    const message = sample(id, { recipients: [recipient(0, { destination: 'one', dueAtMs: 0 })] });
    await clock.during(queue.accept(message, () => told.push(`${id} is stored`)));
    told.push(`250 for ${id}`);
  };
  await accept('m1');
  await accept('m2');
  expect(told).toEqual(['m1 is stored', '250 for m1', 'm2 is stored', '250 for m2']);
  for (const run of later) run();
  expect(told.slice(4)).toEqual(['delivery of m1', 'delivery of m2']);
  await queue.stop();
});
