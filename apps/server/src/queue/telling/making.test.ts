import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeMaking } from './making.ts';

/** Enters in order; `entered` tells who is in. */
function makeWorld(mostOctets: number) {
  const making = makeMaking(mostOctets);
  const entered = new Map<string, () => void>();
  return {
    entered,
    ask: (name: string, ...originals: number[]) =>
      void making.enter(originals).then((leave) => entered.set(name, leave)),
    async leave(name: string) {
      entered.get(name)?.();
      entered.delete(name);
      await setImmediate();
    },
  };
}

describe('makeMaking', () => {
  it('has no more octets in hand than it may, however many reports are owed', async () => {
    const world = makeWorld(1_000_000);
    for (let number = 0; number < 1_000; number++) world.ask(`${number}`, 50_000);
    await setImmediate();
    const atOnce = world.entered.size;
    // Each is read, and returned whole.
    expect(atOnce * 100_000).toBeLessThanOrEqual(1_000_000);
    expect(atOnce).toBeGreaterThan(5);
    const order: string[] = [];
    while (world.entered.size > 0) {
      expect(world.entered.size).toBeLessThanOrEqual(atOnce);
      const [name = ''] = world.entered.keys();
      order.push(name);
      await world.leave(name);
    }
    expect(order).toEqual(Array.from({ length: 1_000 }, (_, number) => `${number}`));
  });

  it('makes what is larger alone, and nobody is passed by those who came later', async () => {
    const world = makeWorld(100_000);
    world.ask('first', 1_000);
    world.ask('large', ...Array.from({ length: 100 }, () => 10_000));
    world.ask('small', 1_000);
    await setImmediate();
    expect([...world.entered.keys()]).toEqual(['first']);
    await world.leave('first');
    expect([...world.entered.keys()]).toEqual(['large']);
    await world.leave('large');
    expect([...world.entered.keys()]).toEqual(['small']);
  });

  it('counts of a very large original no more than its header may have', async () => {
    const world = makeWorld(4_000_000);
    for (const name of ['a', 'b', 'c']) world.ask(name, 1_000_000_000);
    await setImmediate();
    expect(world.entered.size).toBe(3);
  });

  it('gives room back once, however often it is given', async () => {
    const world = makeWorld(20_000);
    world.ask('a', 0);
    world.ask('b', 0);
    world.ask('c', 0);
    world.ask('d', 0);
    await setImmediate();
    const leave = world.entered.get('a');
    leave?.();
    leave?.();
    await setImmediate();
    expect([...world.entered.keys()]).toEqual(['a', 'b', 'c']);
  });
});
