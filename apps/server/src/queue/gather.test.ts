import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../test/simulation/clock.ts';
import { recipient } from '../../test/contracts/queue-samples.ts';
import type { Claim } from '../ports.ts';
import { makeGatherer } from './gather.ts';

const claim = (token: string, destination = token): Claim => ({
  token,
  message: { id: token, reversePath: '', mailParameters: '', arrivedAtMs: 0, origin: 'report', sizeOctets: 0 },
  recipients: [recipient(0, { destination })],
  lastN: 0,
});

describe('makeGatherer', () => {
  it('waits until no more come, then works all off at once', async () => {
    const clock = new SimulatedClock(0);
    const batches: string[][] = [];
    const ended: string[] = [];
    const take = makeGatherer(clock, { quietMs: 1_000 }, (claims) => {
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
    const take = makeGatherer(clock, { quietMs: 1_000 }, (claims) => Promise.resolve(void sizes.push(claims.length)));
    for (let i = 0; i < 1_200; i++) void take(claim(`${i}`));
    await clock.settle();
    expect(sizes).toEqual([500, 500]);
    await clock.advance(1_000);
    expect(sizes).toEqual([500, 500, 200]);
  });

  it('does not wait with so many of one destination', async () => {
    const clock = new SimulatedClock(0);
    const batches: string[][] = [];
    const take = makeGatherer(clock, { quietMs: 1_000, mostOfOne: 2 }, (claims) => {
      batches.push(claims.map(({ token }) => token));
      return Promise.resolve();
    });
    for (const token of ['a1', 'b1', 'a2', 'a3', 'c1']) void take(claim(token, token.slice(0, 1)));
    await clock.settle();
    expect(batches).toEqual([['a1', 'a2']]);
    await clock.advance(1_000);
    expect(batches).toEqual([
      ['a1', 'a2'],
      ['b1', 'a3', 'c1'],
    ]);
  });

  it('lets the last ones wait on for the rest of theirs when there are very many', async () => {
    const clock = new SimulatedClock(0);
    const batches: string[][] = [];
    const take = makeGatherer(clock, { quietMs: 1_000, mostOfOne: 100 }, (claims) => {
      batches.push(claims.map(({ token }) => token));
      return Promise.resolve();
    });
    const tokens = Array.from({ length: 500 }, (_, number) => `${number % 10}-${number}`);
    for (const token of tokens) void take(claim(token, token.slice(0, 1)));
    await clock.settle();
    expect(batches.map(({ length }) => length)).toEqual([250]);
    expect(batches[0]?.every((token) => Number(token.slice(0, 1)) < 5)).toBe(true);
    await clock.advance(1_000);
    expect(batches.map(({ length }) => length)).toEqual([250, 250]);
  });
});
