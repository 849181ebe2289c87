import { expect, it } from 'vitest';
import { makeTurns } from './turns.ts';

it('lets one through in each turn, in order, and who is alone at once', async () => {
  const timers: (() => void)[] = [];
  const turn = makeTurns({
    after: (_, run) => {
      timers.push(run);
      return { cancel: () => undefined };
    },
  });
  const through: string[] = [];
  const all = ['a', 'b', 'c'].map((name) => turn().then(() => through.push(name)));
  await all[0];
  expect(through).toEqual(['a']);
  timers.shift()?.();
  await all[1];
  expect(through).toEqual(['a', 'b']);
  timers.shift()?.();
  await all[2];
  timers.shift()?.();
  expect(timers).toEqual([]);
  await turn();
});
