import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports.ts';
import { makeTurns } from './turns.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A clock on which time passes by the work that is done; its timers run when the test says so. */
function makeWorld(clients?: () => number) {
  const timers: (() => void)[] = [];
  const rests: number[] = [];
  let nowMs = 0;
  const clock: Clock = {
    now: () => nowMs,
    after: (delayMs, run) => {
      rests.push(delayMs);
      timers.push(run);
      return { cancel: () => undefined };
    },
  };
  const turn = makeTurns(clock, clients);
  const done: string[] = [];
  return {
    done,
    timers,
    /** How long each turn waited for the next one. */
    rests,
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
      expect(done.length - before).toBeLessThanOrEqual(16);
    }
    expect(turns).toBeGreaterThan(60);
    expect(await Promise.all(all)).toHaveLength(1_000);
  });

  it('leaves each client that waits as much time as it took itself, and goes on beside however many', async () => {
    let clients = 0;
    const { ask, done, next, rests } = makeWorld(() => clients);
    const all = Array.from({ length: 10 }, (_, number) => ask(`${number}`, 1));
    for (clients of [1, 5, 1_000_000, 0]) next();
    expect(done).toHaveLength(9);
    const [, one, five, many, none] = rests;
    expect([one, five, none]).toEqual([2, 10, 0]);
    expect(many).toBeGreaterThan(10);
    expect(many).toBeLessThan(100);
    next();
    await Promise.all(all);
    expect(done).toHaveLength(10);
  });

  it('does not wait for ever after the clock was set forward', () => {
    const { ask, rests } = makeWorld(() => 1);
    void ask('long', 3_600_000);
    expect(rests[0]).toBeLessThan(1_000);
  });

  it('keeps nothing of work that is done, also while there is always more', async () => {
    const { turn, next } = makeWorld();
    const kept: WeakRef<object>[] = [];
    const ask = (): void => {
      const original = { octets: new Uint8Array(8) };
      kept.push(new WeakRef(original));
      void turn(() => original.octets.length);
    };
    for (let count = 0; count < 40; count++) ask();
    for (let round = 0; round < 100; round++) {
      for (let count = 0; count < 16; count++) ask();
      next();
    }
    // A WeakRef holds what it refers to until the turn of the event loop is over in which it was made.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const [all, held] = [kept.length, kept.filter((each) => each.deref() !== undefined).length];
    expect(all).toBe(1_640);
    expect(held).toBeGreaterThanOrEqual(24);
    expect(held).toBeLessThan(100);
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
