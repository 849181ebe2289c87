import { describe, expect, it } from 'vitest';
import { ClockSkew } from './clock-skew.ts';

/** Our clock, and the database's that is ahead of it. */
function clocks(aheadMs: number) {
  let nowMs = 1_000_000;
  const skew = new ClockSkew(() => nowMs);
  return {
    skew,
    setBack: (ms: number): void => void (nowMs -= ms),
    /** The database is asked, reads its clock after a while, and is heard after another. */
    ask: (thereMs: number, backMs: number): void => {
      const told = skew.ask();
      nowMs += thereMs;
      const databaseMs = nowMs + aheadMs;
      nowMs += backMs;
      told(databaseMs);
    },
  };
}

describe('ClockSkew', () => {
  it('is the difference, as closely as question and answer allow', () => {
    const { ask, skew } = clocks(60_000);
    ask(2, 3);
    expect(Math.abs(skew.toStored(0) - 60_000)).toBeLessThanOrEqual(5);
    ask(1, 1);
    expect(Math.abs(skew.toStored(0) - 60_000)).toBeLessThanOrEqual(2);
    expect(skew.toOurs(skew.toStored(7))).toBe(7);
  });

  it.each([
    [0, 8_000],
    [8_000, 0],
    [4_000, 4_000],
  ])('keeps what it knows while an answer takes long: %d ms there, %d ms back', (thereMs, backMs) => {
    const same = clocks(0);
    same.ask(1, 1);
    same.ask(thereMs, backMs);
    expect(same.skew.toStored(0)).toBe(0);
    const other = clocks(-60_000);
    other.ask(0, 0);
    other.ask(thereMs, backMs);
    expect(other.skew.toStored(0)).toBe(-60_000);
  });

  it('takes less than a tenth of a second for none', () => {
    const { ask, skew } = clocks(99);
    ask(0, 0);
    expect(skew.toStored(0)).toBe(0);
  });

  it('hears of a clock that was set, and passes over the answer during which it was', () => {
    const { ask, setBack, skew } = clocks(0);
    const told = skew.ask();
    setBack(5_000);
    told(1_000_000);
    expect(skew.toStored(0)).toBe(0);
    ask(1, 1);
    expect(skew.toStored(0)).toBe(0);
  });
});
