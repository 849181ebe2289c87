import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import type { KeptPolicy } from '../ports.ts';
import { makeStsKeeping } from './sts-keeping.ts';

const day = 86_400_000;
const kept = (domain: string, fetchedAtMs: number, expiresAtMs: number): KeptPolicy => ({
  ...{ domain, id: '1', fetchedAtMs, expiresAtMs },
  policy: { mode: 'enforce', mx: ['mail.ivory.edu'], maxAgeSeconds: (expiresAtMs - fetchedAtMs) / 1000 },
});

function world(stored: readonly KeptPolicy[] = []) {
  const clock = new SimulatedClock(10 * day);
  const troubles: unknown[] = [];
  const state = { fault: undefined as Error | undefined, saves: 0 };
  const keeping = makeStsKeeping({
    clock,
    store: {
      load: () => (state.fault === undefined ? Promise.resolve(stored) : Promise.reject(state.fault)),
      save() {
        state.saves++;
        return state.fault === undefined ? Promise.resolve() : Promise.reject(state.fault);
      },
    },
    known: () => [],
    trouble: (error) => troubles.push(error),
  });
  return { clock, troubles, state, keeping };
}

it('RFC 8461 §3.2: what is over is not loaded, and a clock that was set back makes nothing last longer than its max_age', async () => {
  const { keeping } = world([
    kept('over', 8 * day, 9 * day),
    kept('now', 10 * day, 10 * day),
    kept('good', 9 * day, 11 * day),
    kept('ahead', 1000 * day, 1007 * day),
  ]);
  const found = (await keeping.load()).map(({ domain, fetchedAtMs, expiresAtMs }) => [
    domain,
    fetchedAtMs,
    expiresAtMs,
  ]);
  expect(found).toEqual([
    ['good', 9 * day, 11 * day],
    ['ahead', 10 * day, 17 * day],
  ]);
});

it('saves together what changes within seconds, and at the stop what is not saved yet', async () => {
  const { clock, state, keeping } = world();
  for (let i = 0; i < 5; i++) keeping.changed();
  expect(state.saves).toBe(0);
  await clock.advance(10_000);
  expect(state.saves).toBe(1);
  await keeping.stop();
  expect(state.saves).toBe(1);
  keeping.changed();
  await keeping.stop();
  expect([state.saves, clock.nextTimerAtMs()]).toEqual([2, undefined]);
});

it('goes on where nothing can be read or written, tells so, and tries again later', async () => {
  const { clock, state, keeping, troubles } = world([kept('good', 9 * day, 11 * day)]);
  state.fault = new Error('the disk is full');
  expect(await keeping.load()).toEqual([]);
  keeping.changed();
  await clock.advance(20_000);
  expect([state.saves, troubles.length]).toEqual([1, 2]);
  state.fault = undefined;
  await clock.advance(day);
  expect([state.saves, troubles.length]).toEqual([2, 2]);
});
