import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../test/simulation/clock.ts';
import { makeTroubleLog, type TroubleLog } from './trouble-log.ts';

const full = (): Error => new Error('no room');

describe('trouble that comes again', () => {
  let clock: SimulatedClock;
  let told: [string, number][];
  let log: TroubleLog;
  beforeEach(() => {
    clock = new SimulatedClock(1_000_000);
    told = [];
    log = makeTroubleLog({ now: () => clock.now() }, (error, times) => told.push([String(error), times]));
  });

  it('is told at once, then counted for a minute, and told with the number', async () => {
    log.trouble(full());
    expect(told).toEqual([['Error: no room', 1]]);
    await clock.advance(59_999);
    for (let i = 0; i < 5; i++) log.trouble(full());
    expect(told).toHaveLength(1);
    await clock.advance(1);
    log.trouble(full());
    expect(told.slice(1)).toEqual([['Error: no room', 6]]);
    log.trouble(full());
    expect(told).toHaveLength(2);
  });

  it('is the same whatever the name of the file', () => {
    for (const file of ['a', 'b', 'c']) log.trouble(new Error(`ENOSPC: no space left on device, open '/q/${file}'`));
    log.end();
    expect(told).toEqual([
      ["Error: ENOSPC: no space left on device, open '/q/a'", 1],
      ["Error: ENOSPC: no space left on device, open '/q/c'", 2],
    ]);
  });

  it('does not hide another', () => {
    log.trouble(full());
    log.trouble(new Error('no way'));
    log.trouble('a text');
    expect(told.map(([error]) => error)).toEqual(['Error: no room', 'Error: no way', 'a text']);
  });

  it('is told where the clock was set back', async () => {
    log.trouble(full());
    await clock.advance(0);
    clock = new SimulatedClock(0);
    log.trouble(full());
    expect(told).toHaveLength(2);
  });

  it('is told at the end as often as it was not', () => {
    for (let i = 0; i < 3; i++) log.trouble(full());
    log.trouble(new Error('no way'));
    log.end();
    expect(told).toEqual([
      ['Error: no room', 1],
      ['Error: no way', 1],
      ['Error: no room', 2],
    ]);
    log.end();
    expect(told).toHaveLength(3);
  });

  it('makes room for other kinds, and is told then', () => {
    for (let i = 0; i < 2; i++) log.trouble(full());
    for (let i = 0; i < 99; i++) log.trouble(new Error(`kind ${i}`));
    expect(told).toHaveLength(100);
    log.trouble(new Error('one more'));
    expect(told.slice(100)).toEqual([
      ['Error: one more', 1],
      ['Error: no room', 1],
    ]);
  });
});
