import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import type { Follower } from '../events/follower.ts';
import { makeKeeper } from './keeper.ts';

interface Kept {
  readonly clock: { nowMs: number | undefined };
  readonly follower: Follower;
  /** Lets the follower take what there is. */
  readonly turn: () => Promise<void>;
  /** Messages that are to be forgotten. */
  waiting: number;
  asked: number;
}

const AT_ONCE = 1000;

/** A history that forgets a thousand in each transaction, as the stores do, and a clock that can be set. */
function start(simulated = new SimulatedClock(0)): Kept {
  const clock: Kept['clock'] = { nowMs: undefined };
  const kept = { clock, waiting: 0, asked: 0 };
  const follower = makeKeeper({
    journal: { read: () => Promise.resolve([]), pass: () => Promise.resolve() },
    history: {
      position: () => Promise.resolve(0),
      record: () => Promise.resolve(true),
      forget() {
        kept.asked++;
        const gone = Math.min(kept.waiting, AT_ONCE);
        kept.waiting -= gone;
        return Promise.resolve(gone);
      },
    },
    clock: {
      now: () => clock.nowMs ?? simulated.now(),
      after: (delayMs, run) => simulated.after(delayMs, run),
    },
    limits: () => ({ keepMs: 1000, maxMessages: 10 }),
    trouble: (error) => expect.fail(String(error)),
  });
  return Object.assign(kept, {
    follower,
    async turn() {
      follower.wake();
      await simulated.advance(1000);
    },
  });
}

it('forgets all that is to be forgotten, however much came since the last time', async () => {
  const kept = start();
  kept.waiting = 25_500;
  for (let turn = 0; turn < 3; turn++) await kept.turn();
  expect(kept.waiting).toBe(0);
});

it('forgets on after a clock that was ahead was set back', async () => {
  const kept = start();
  kept.clock.nowMs = 86_400_000;
  await kept.turn();
  expect(kept.asked).toBe(1);
  await kept.turn();
  expect(kept.asked).toBe(1);
  kept.clock.nowMs = 5000;
  kept.waiting = 3;
  await kept.turn();
  expect(kept.waiting).toBe(0);
});

it('forgets by the clock where nothing happens, a bounded number of times in each round, and not after its stop', async () => {
  const simulated = new SimulatedClock(0);
  const kept = start(simulated);
  kept.waiting = 12_500;
  await simulated.advance(61_000);
  expect([kept.asked, kept.waiting]).toEqual([10, 2_500]);
  await simulated.advance(60_000);
  expect(kept.waiting).toBe(0);
  await kept.follower.stop();
  kept.asked = 0;
  await simulated.advance(600_000);
  expect(kept.asked).toBe(0);
});
