import { describe, expect, it } from 'vitest';
import { makeTurns } from './turns.ts';

/** A clock on which time passes by the work that is done; its timers run when the test says so. */
function makeWorld() {
  const timers: (() => void)[] = [];
  let nowMs = 0;
  const turn = makeTurns({
    now: () => nowMs,
    after: (_, run) => {
      timers.push(run);
      return { cancel: () => undefined };
    },
  });
  const done: string[] = [];
  return {
    done,
    timers,
    turn,
    /** Asks for work of so many milliseconds. */
    ask: (name: string, ms: number) =>
      turn(() => {
        nowMs += ms;
        done.push(name);
        return name;
      }),
    next: () => timers.shift()?.(),
  };
}

describe('makeTurns', () => {
  it('works in slices with turns in between, in order, and at once on what comes alone', async () => {
    const { ask, done, timers, next } = makeWorld();
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name, 1));
    expect(done).toEqual(['a']);
    next();
    expect(done).toEqual(['a', 'b', 'c']);
    next();
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e']);
    next();
    expect(timers).toEqual([]);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await ask('f', 1)).toBe('f');
  });

  it('lets others have their turn also while the clock stands still', async () => {
    const { ask, done, next, timers } = makeWorld();
    const all = Array.from({ length: 1_000 }, (_, number) => ask(`${number}`, 0));
    let turns = 0;
    for (; timers.length > 0; turns += 1) {
      const before = done.length;
      next();
      expect(done.length - before).toBeLessThanOrEqual(100);
    }
    expect(turns).toBeGreaterThan(10);
    expect(await Promise.all(all)).toHaveLength(1_000);
  });

  it('goes on after work that throws', async () => {
    const { ask, turn, next } = makeWorld();
    const failing = turn(() => {
      throw new RangeError('no');
    });
    const after = ask('after', 1);
    next();
    await expect(failing).rejects.toThrow(new RangeError('no'));
    expect(await after).toBe('after');
  });
});
