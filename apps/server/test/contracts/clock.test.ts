import { afterEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import type { Clock } from '../../src/ports.ts';
import { SimulatedClock } from '../simulation/clock.ts';

interface World {
  readonly clock: Clock;
  readonly advance: (ms: number) => Promise<unknown>;
}

const worlds: Readonly<Record<string, () => World>> = {
  SystemClock: () => {
    vi.useFakeTimers();
    return { clock: new SystemClock(), advance: (ms) => vi.advanceTimersByTimeAsync(ms) };
  },
  SimulatedClock: () => {
    const clock = new SimulatedClock();
    return { clock, advance: (ms) => clock.advance(ms) };
  },
};

afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(worlds))('%s', (_, makeWorld) => {
  it('goes on by what has passed', async () => {
    const { clock, advance } = makeWorld();
    const startMs = clock.now();
    await advance(1_234);
    expect(clock.now()).toBe(startMs + 1_234);
  });

  it.each([[1], [1_000], [30 * 86_400_000]])('calls back once, after %i ms and not before', async (delayMs) => {
    const { clock, advance } = makeWorld();
    const dueMs = clock.now() + delayMs;
    const calledAtMs: number[] = [];
    clock.after(delayMs, () => calledAtMs.push(clock.now()));
    await advance(delayMs - 1);
    expect(calledAtMs).toEqual([]);
    await advance(100 * 86_400_000);
    expect(calledAtMs).toEqual([dueMs]);
  });

  it.each([[0], [-5]])('is never synchronous: after %i ms', async (delayMs) => {
    const { clock, advance } = makeWorld();
    const run = vi.fn();
    clock.after(delayMs, run);
    expect(run).not.toHaveBeenCalled();
    await advance(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('calls nobody who has cancelled, and lets timers be cancelled when it is too late', async () => {
    const { clock, advance } = makeWorld();
    const [cancelled, called] = [vi.fn(), vi.fn()];
    const timer = clock.after(10, cancelled);
    const late = clock.after(10, called);
    await advance(9);
    timer.cancel();
    timer.cancel();
    await advance(1);
    late.cancel();
    await advance(1_000);
    expect([cancelled.mock.calls.length, called.mock.calls.length]).toEqual([0, 1]);
  });

  it('calls back by time, and those of one time in the order in which they asked', async () => {
    const { clock, advance } = makeWorld();
    const order: string[] = [];
    clock.after(20, () => order.push('later'));
    clock.after(10, () => {
      order.push('first');
      clock.after(10, () => order.push('asked last'));
    });
    clock.after(10, () => order.push('second'));
    await advance(20);
    expect(order).toEqual(['first', 'second', 'later', 'asked last']);
  });
});
