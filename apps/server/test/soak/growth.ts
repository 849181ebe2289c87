/** A slope with its uncertainty. */
export interface Slope {
  readonly perHour: number;
  /** The range in which it lies with 95 %. */
  readonly low: number;
  readonly high: number;
}

/** One value at one time (milliseconds). */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export type Judgement = 'steady' | 'grows' | 'not judged';

const HOUR_MS = 3_600_000;
/** What is shorter says nothing: a heap that is collected every minute or two looks like one that grows. */
export const LEAST_MS = 10 * 60_000;
const BLOCKS = 24;

/**
 * The points as so many blocks, the median of each. Neighbours depend on each other (a heap rises until it is collected),
 * and the slope takes them for independent: blocks are, nearly.
 */
export function blocksOf(points: readonly Point[]): readonly Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2 * BLOCKS) return points;
  const widthMs = (last.atMs - first.atMs) / BLOCKS;
  const blocks = Array.from({ length: BLOCKS }, (): number[] => []);
  for (const { atMs, value } of points)
    blocks[Math.min(BLOCKS - 1, Math.floor((atMs - first.atMs) / widthMs))]?.push(value);
  return blocks.flatMap((values, index) =>
    values.length === 0 ? [] : [{ atMs: first.atMs + (index + 0.5) * widthMs, value: median(values) }],
  );
}

/**
 * The slope of Theil and Sen: the median of the slopes of all pairs, which a quarter of wild points can't move far; and
 * its range by the distribution of Kendall's S (Sen 1968). Undefined for fewer than three points.
 */
export function slopeOf(points: readonly Point[]): Slope | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const slopes = points
    .flatMap((a, index) => points.slice(index + 1).map((b) => (b.value - a.value) / ((b.atMs - a.atMs) / HOUR_MS)))
    .sort((a, b) => a - b);
  const spread = 1.96 * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (index: number) => slopes[Math.max(0, Math.min(slopes.length - 1, Math.round(index)))] ?? 0;
  return {
    perHour: median(slopes),
    low: at((slopes.length - spread) / 2 - 1),
    high: at((slopes.length + spread) / 2),
  };
}

/** `grows` only if it is sure that it does so faster than the bound; `steady` only if it is sure that it does not. */
export function judge(points: readonly Point[], slope: Slope | undefined, boundPerHour: number): Judgement {
  const spanMs = (points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0);
  if (slope === undefined || spanMs < LEAST_MS) return 'not judged';
  if (slope.low > boundPerHour) return 'grows';
  return slope.high < boundPerHour ? 'steady' : 'not judged';
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place - Math.floor(place));
}
