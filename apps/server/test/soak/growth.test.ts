import { describe, expect, it } from 'vitest';
import { blocksOf, judge, slopeOf, type Point } from './growth.ts';

const MINUTE_MS = 60_000;

/** Noise that is the same each time, between -1 and 1. */
function noise(index: number): number {
  return 2 * ((index * 0.618_033_988_749_895 * 7) % 1) - 1;
}

/** A value every five seconds for so many minutes. */
function series(minutes: number, valueAt: (hours: number, index: number) => number): Point[] {
  return Array.from({ length: minutes * 12 }, (_, index) => {
    return { atMs: index * 5_000, value: valueAt(index / 720, index) };
  });
}

function verdict(points: readonly Point[], bound: number): string {
  return judge(points, slopeOf(blocksOf(points)), bound);
}

describe('growth', () => {
  it('finds the slope of a straight line', () => {
    expect(slopeOf(series(30, (hours) => 100 + 12 * hours))?.perHour).toBeCloseTo(12);
  });

  it('is not moved by single wild values', () => {
    const points = series(30, (_, index) => (index % 50 === 49 ? 500 : 100 + noise(index)));
    expect(Math.abs(slopeOf(blocksOf(points))?.perHour ?? NaN)).toBeLessThan(1);
  });

  it('finds a leak under a saw of collections, and none under the saw alone', () => {
    const saw = (index: number) => (index % 17) * 2 + noise(index);
    expect(
      verdict(
        series(30, (hours, index) => 60 + saw(index) + 40 * hours),
        10,
      ),
    ).toBe('grows');
    expect(
      verdict(
        series(30, (_, index) => 60 + saw(index)),
        10,
      ),
    ).toBe('steady');
  });

  it('judges no short run, whatever it shows', () => {
    expect(
      verdict(
        series(5, (hours) => 100 + 1_000 * hours),
        10,
      ),
    ).toBe('not judged');
    expect(
      verdict(
        series(5, () => 100),
        10,
      ),
    ).toBe('not judged');
    expect(verdict([], 10)).toBe('not judged');
  });

  it('judges nothing where the noise is wider than the bound', () => {
    expect(
      verdict(
        series(12, (_, index) => 100 + 80 * noise(index)),
        1,
      ),
    ).toBe('not judged');
  });

  it('has the true slope within its range', () => {
    const slope = slopeOf(series(30, (hours, index) => 7 * hours + noise(index)));
    expect(slope?.low).toBeLessThan(7);
    expect(slope?.high).toBeGreaterThan(7);
  });

  it('gives each block the median of its points', () => {
    const blocks = blocksOf(series(30, (_, index) => index));
    expect(blocks).toHaveLength(24);
    expect(blocks.slice(0, 2).map(({ value }) => value)).toEqual([7, 22]);
    expect(blocks[0]?.atMs).toBeLessThan(MINUTE_MS);
  });
});
