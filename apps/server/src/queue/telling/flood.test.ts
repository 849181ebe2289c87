import { describe, expect, it } from 'vitest';
import { makeFlood } from './flood.ts';

describe('makeFlood', () => {
  it('counts per sender and minute', () => {
    const flood = makeFlood(2);
    const held = (atMs: number, ...senders: string[]) =>
      senders.map((sender) => flood.admit(sender, atMs) !== undefined);
    expect(held(0, 'a', 'a', 'a', 'b')).toEqual([false, false, true, false]);
    expect(held(59_999, 'a', 'b', 'b')).toEqual([true, false, true]);
    expect(held(60_000, 'a', 'a', 'a')).toEqual([false, false, true]);
  });

  it('holds as many of one sender together as go in one message, and the groups apart from each other', () => {
    const flood = makeFlood(1);
    const hold = (count: number, sender: string) =>
      Array.from({ length: count }, () => flood.admit(sender, 90_000)).filter((each) => each !== undefined);
    const alone = hold(2, 'a');
    expect(alone).toEqual([{ untilMs: 120_000, group: 0 }]);
    const many = hold(10_001, 'b');
    const untilMs = Map.groupBy(many, ({ group }) => group);
    expect([...untilMs.values()].map(({ length }) => length)).toEqual(Array.from({ length: 100 }, () => 100));
    for (const group of untilMs.values()) expect(new Set(group).size).toBe(1);
    expect(many.at(-1)?.untilMs).toBeGreaterThan((many[0]?.untilMs ?? 0) + 1_000);
    expect(hold(2, 'c')[0]?.untilMs).toBeGreaterThan(many.at(-1)?.untilMs ?? 0);
    expect(hold(1, 'a')).toEqual(alone);
  });
});
