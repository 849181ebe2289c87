import { expect, it } from 'vitest';
import { recipient, sample } from '../../test/contracts/queue-samples.ts';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { openMemoryQueueStore } from '../adapters/memory-queue-store.ts';
import { startWaitingRounds } from './waiting-rounds.ts';

it('a message that can not be settled keeps none of the others from it, and is told of once in a round', async () => {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  const recipients = [recipient(0, { destination: 'mx:ivory.edu', dueAtMs: 0 })];
  await store.accept(['m1', 'm2', 'm3'].map((id) => sample(id, { recipients })));
  const settled: string[] = [];
  const troubles: unknown[] = [];
  let last = 0;
  const end = startWaitingRounds({
    ...{ store, clock, ids: { next: () => `t${++last}` } },
    pauses: { all: () => [] },
    queue: { full: () => ['mx:ivory.edu'] },
    work: {
      isDue: ({ destination }) => destination === 'mx:ivory.edu',
      run: ({ message: { id } }) => {
        if (id !== 'm3') return Promise.reject(new Error(`${id} can not be read`));
        settled.push(id);
        return Promise.resolve();
      },
    },
    trouble: (error) => void troubles.push(error),
  });
  await clock.advance(90_000);
  expect(settled).toEqual(['m3']);
  expect(troubles).toHaveLength(1);
  await clock.during(end());
});
