import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { withRounds } from './rounds.ts';

const FOLLOWER = { wake: () => undefined, stop: () => Promise.resolve() };

it('begins the next round when one has ended, also when it failed', async () => {
  const clock = new SimulatedClock(0);
  const begun: number[] = [];
  const troubles: unknown[] = [];
  const slow = Promise.withResolvers<undefined>();
  const round = (): Promise<undefined> => {
    begun.push(clock.now());
    return begun.length === 1 ? slow.promise : Promise.resolve(undefined);
  };
  const rounds = withRounds(FOLLOWER, { clock, everyMs: 10, round, trouble: (error) => troubles.push(error) });
  await clock.advance(35);
  expect(begun).toEqual([10]);
  slow.reject(new Error('the disk is full'));
  await clock.advance(20);
  expect(begun).toEqual([10, 45, 55]);
  expect(troubles).toHaveLength(1);
  await rounds.stop();
  await clock.advance(100);
  expect(begun).toHaveLength(3);
});

it('waits at its stop for the round that is under way', async () => {
  const clock = new SimulatedClock(0);
  const slow = Promise.withResolvers<undefined>();
  const rounds = withRounds(FOLLOWER, {
    ...{ clock, everyMs: 10, round: () => slow.promise, trouble: (error: unknown) => expect.fail(String(error)) },
  });
  await clock.advance(10);
  let stopped = false;
  const stopping = rounds.stop().then(() => (stopped = true));
  await clock.settle();
  expect(stopped).toBe(false);
  slow.resolve(undefined);
  await stopping;
  expect(clock.nextTimerAtMs()).toBeUndefined();
});
