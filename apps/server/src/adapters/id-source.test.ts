import { expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { TimeOrderedIds } from './id-source.ts';

it('gives unique ids of letters and digits that sort by time, also when the clock is set back', () => {
  let nowMs = 1_790_000_000_000;
  const ids = new TimeOrderedIds({ now: () => nowMs, after: () => ({ cancel: () => undefined }) });
  const made: string[] = [];
  for (let i = 0; i < 5000; i++) {
    if (i === 3000) nowMs -= 3_600_000;
    made.push(ids.next());
  }
  expect(new Set(made).size).toBe(made.length);
  expect([...made].sort()).toEqual(made);
  expect(made.every((id) => /^[0-9a-z]{16}$/.test(id))).toBe(true);
});

it('marks processes apart', () => {
  const clock = new SimulatedClock();
  expect(new TimeOrderedIds(clock).next()).not.toBe(new TimeOrderedIds(clock).next());
});
