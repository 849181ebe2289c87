import { describe, expect, it } from 'vitest';
import { makeFlood } from './flood.ts';

describe('makeFlood', () => {
  it('counts per sender and minute', () => {
    const flood = makeFlood(2);
    const held = (atMs: number, ...senders: string[]) =>
      senders.map((sender) => flood.holdUntil(sender, atMs) !== undefined);
    expect(held(0, 'a', 'a', 'a', 'b')).toEqual([false, false, true, false]);
    expect(held(59_999, 'a', 'b', 'b')).toEqual([true, false, true]);
    expect(held(60_000, 'a', 'a', 'a')).toEqual([false, false, true]);
  });

  it('holds what one sender gets to one time after the minute, and senders with much apart from each other', () => {
    const flood = makeFlood(0);
    const times = (sender: string, count: number) =>
      new Set(Array.from({ length: count }, () => flood.holdUntil(sender, 90_000) ?? 0));
    expect(times('a', 1)).toEqual(new Set([120_000]));
    const [a, b] = [times('a', 10_000), times('b', 10)];
    expect(a).toEqual(new Set([120_000]));
    expect(b.size).toBe(1);
    expect(Math.min(...b)).toBeGreaterThan(121_000);
  });
});
