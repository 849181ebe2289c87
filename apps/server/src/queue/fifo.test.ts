import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('Fifo', () => {
  it('gives what came first, and undefined when there is nothing', () => {
    const fifo = new Fifo<number>();
    expect(fifo.shift()).toBeUndefined();
    let [given, taken] = [0, 0];
    for (const [most, least] of [
      [3, 0],
      [5_000, 1],
      [3_000, 2_900],
      [4_000, 0],
    ] as const) {
      while (fifo.size < most) fifo.push(given++);
      while (fifo.size > least) expect(fifo.shift()).toBe(taken++);
    }
    expect(taken).toBe(given);
    expect(fifo.shift()).toBeUndefined();
    fifo.push(7);
    expect([fifo.size, fifo.shift(), fifo.size]).toEqual([1, 7, 0]);
  });

  it('takes room for what is left, not for what has gone, also where it is never empty', () => {
    const fifo = new Fifo<number>();
    for (let number = 0; number < 10; number++) fifo.push(number);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let number = 0; number < 4_000_000; number++) {
      fifo.push(number);
      fifo.shift();
    }
    collect();
    // Their places alone would take 16 MB or 32.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
    expect(fifo.size).toBe(10);
  });
});
