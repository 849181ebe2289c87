import { expect, it } from 'vitest';
import { recipient, sample } from '../../test/contracts/queue-samples.ts';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { openMemoryQueueStore } from '../adapters/memory/queue-store.ts';
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
    queue: { full: () => ['mx:ivory.edu'], isFull: () => false },
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

it('looks page by page with rests between, in which clients have the store, and stops in one at once', async () => {
  const clock = new SimulatedClock();
  const store = openMemoryQueueStore();
  const recipients = [recipient(0, { destination: 'mx:ivory.edu', dueAtMs: 0 })];
  await store.accept(Array.from({ length: 1_200 }, (_, n) => sample(`m${n}`, { recipients })));
  const looks: number[] = [];
  const end = startWaitingRounds({
    ...{ clock, ids: { next: () => 't' } },
    store: {
      async list(query) {
        looks.push(clock.now());
        await new Promise<void>((resolve) => void clock.after(10, resolve));
        return await store.list(query);
      },
      find: (id) => store.find(id),
      claimMessage: (claim) => store.claimMessage(claim),
      release: (tokens) => store.release(tokens),
    },
    pauses: { all: () => [] },
    queue: { full: () => ['mx:ivory.edu'], isFull: () => false },
    work: { isDue: () => false, run: () => Promise.reject(new Error('nothing is due')) },
    trouble: (error) => {
      throw error;
    },
  });
  const startMs = clock.now();
  await clock.advance(60_350);
  expect(looks.map((atMs) => atMs - startMs)).toEqual([60_000, 60_200]);
  await clock.advance(1_000);
  expect(looks.map((atMs) => atMs - startMs)).toEqual([60_000, 60_200, 60_400, 60_600]);
  await clock.advance(59_500);
  expect(looks).toHaveLength(5);
  await end();
  expect(looks).toHaveLength(5);
});
