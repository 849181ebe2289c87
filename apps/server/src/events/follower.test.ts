import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { makeFollower, type Follower, type FollowerParts } from './follower.ts';

interface Taken {
  readonly clock: SimulatedClock;
  readonly follower: Follower;
  readonly troubles: unknown[];
  /** What happened, and when. */
  readonly told: string[];
  /** Batches that wait to be taken. */
  waiting: number;
}

function start(parts: Partial<Pick<FollowerParts, 'take' | 'rest'>> = {}): Taken {
  const clock = new SimulatedClock(0);
  const troubles: unknown[] = [];
  const told: string[] = [];
  const taken: Taken = {
    ...{ clock, troubles, told, waiting: 0 },
    follower: makeFollower({
      ...{ clock, togetherMs: 100, trouble: (error) => troubles.push(error) },
      take() {
        told.push(`${clock.now()} ${taken.waiting}`);
        taken.waiting = Math.max(0, taken.waiting - 1);
        return Promise.resolve(taken.waiting > 0);
      },
      ...parts,
    }),
  };
  return taken;
}

it('takes what comes within a time together, batch by batch until all is taken', async () => {
  const taken = start();
  taken.waiting = 3;
  for (let n = 0; n < 5; n++) taken.follower.wake();
  await taken.clock.advance(99);
  expect(taken.told).toEqual([]);
  await taken.clock.advance(1000);
  expect(taken.told).toEqual(['100 3', '100 2', '100 1']);
});

it('comes again for what came while it took, and says so at its rest', async () => {
  let finish = (): void => undefined;
  const rests: boolean[] = [];
  const taken = start({
    take: () => new Promise((done) => (finish = () => done(false))),
    rest: (isSoonAgain) => Promise.resolve(void rests.push(isSoonAgain)),
  });
  taken.follower.wake();
  await taken.clock.advance(100);
  taken.follower.wake();
  taken.follower.wake();
  finish();
  await taken.clock.advance(99);
  expect(rests).toEqual([true]);
  await taken.clock.advance(1);
  finish();
  await taken.clock.advance(60_000);
  expect(rests).toEqual([true, false]);
});

it('tells of what could not be taken, and tries it again later', async () => {
  let fails = 1;
  const taken = start({
    take: () => (fails-- > 0 ? Promise.reject(new Error('no disk')) : Promise.resolve(false)),
    rest: () => Promise.resolve(void taken.told.push(`${taken.clock.now()} rests`)),
  });
  taken.follower.wake();
  await taken.clock.advance(100);
  expect(taken.troubles).toEqual([new Error('no disk')]);
  taken.follower.wake();
  await taken.clock.advance(60_000);
  expect(taken.told).toEqual(['5100 rests']);
});

it('when it is stopped, ends what is under way, takes what there is, and no more', async () => {
  const finish: ((isMore: boolean) => void)[] = [];
  const rests: boolean[] = [];
  const taken = start({
    take: () => new Promise((done) => finish.push(done)),
    rest: (isSoonAgain) => Promise.resolve(void rests.push(isSoonAgain)),
  });
  taken.follower.wake();
  await taken.clock.advance(100);
  taken.follower.wake();
  const stopped = taken.follower.stop();
  finish[0]?.(false);
  await taken.clock.settle();
  expect(finish).toHaveLength(2);
  finish[1]?.(true);
  await taken.clock.settle();
  finish[2]?.(false);
  await stopped;
  taken.follower.wake();
  await taken.clock.advance(60_000);
  expect([finish.length, rests]).toEqual([3, [false, false]]);
});
