import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import type { Claim } from '../ports.ts';
import { makeFlood } from './flood.ts';
import { makeGatherer } from './gather.ts';

const claim = (token: string): Claim => ({
  token,
  message: { id: token, reversePath: '', mailParameters: '', arrivedAtMs: 0, origin: 'report', sizeOctets: 0 },
  recipients: [],
  lastN: 0,
});

describe('makeGatherer', () => {
  it('waits until no more come, then works all off at once', async () => {
    const clock = new SimulatedClock(0);
    const batches: string[][] = [];
    const ended: string[] = [];
    const take = makeGatherer(clock, (claims) => {
      batches.push(claims.map(({ token }) => token));
      return Promise.resolve();
    });
    for (const token of ['a', 'b', 'c']) {
      void take(claim(token)).then(() => ended.push(token));
      await clock.advance(900);
    }
    expect(batches).toEqual([]);
    await clock.advance(100);
    expect(batches).toEqual([['a', 'b', 'c']]);
    expect(ended).toEqual(['a', 'b', 'c']);
    void take(claim('d'));
    await clock.advance(1_000);
    expect(batches).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('does not wait when there are very many', async () => {
    const clock = new SimulatedClock(0);
    const sizes: number[] = [];
    const take = makeGatherer(clock, (claims) => Promise.resolve(void sizes.push(claims.length)));
    for (let i = 0; i < 1_200; i++) void take(claim(`${i}`));
    await clock.settle();
    expect(sizes).toEqual([500, 500]);
    await clock.advance(1_000);
    expect(sizes).toEqual([500, 500, 200]);
  });
});

describe('makeFlood', () => {
  it('counts per sender and minute', () => {
    const flood = makeFlood(2);
    const admitted = (atMs: number, ...senders: string[]) => senders.map((sender) => flood.admit(sender, atMs));
    expect(admitted(0, 'a', 'a', 'a', 'b')).toEqual([true, true, false, true]);
    expect(admitted(59_999, 'a', 'b', 'b')).toEqual([false, true, false]);
    expect(admitted(60_000, 'a', 'a', 'a')).toEqual([true, true, false]);
  });
});
