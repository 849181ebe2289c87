import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, judge, median, slopeOf, type Judgement, type Point, type Slope } from './growth.ts';

const MB = 1_048_576;
/**
 * What the server remembers of each message for hours, and is to remember: the traces of the last 100,000 messages and
 * reports, idempotency keys for a day. What the soak sends took 450 octets a message of it.
 */
const REMEMBERED_MB = 700 / MB;

interface Growth {
  /** How fast it may grow in an hour before that is called a leak. */
  readonly boundPerHour: number;
  /** And beside that with each message. */
  readonly perMessage?: number;
}

/** What is measured. */
const measures = {
  'RSS (MB)': { boundPerHour: 30, perMessage: REMEMBERED_MB },
  'heap after a collection (MB)': { boundPerHour: 15, perMessage: REMEMBERED_MB },
  'open files': { boundPerHour: 10 },
  'timers, sockets, requests': { boundPerHour: 20 },
  'databases and WAL (MB)': { boundPerHour: 20 },
  'WAL alone (MB)': { boundPerHour: 10 },
  'reply to MAIL, median (ms)': { boundPerHour: 2 },
  'reply to MAIL, 99 % (ms)': { boundPerHour: 20 },
} as const satisfies Readonly<Record<string, Growth>>;
type Measure = keyof typeof measures;

/** All measures at one time. */
export interface Sample {
  readonly atMs: number;
  /** The life of the server in which it was taken. */
  readonly life: number;
  readonly values: Readonly<Partial<Record<Measure, number>>>;
}

/** A line of the table. */
export interface Row {
  readonly measure: Measure;
  /** Medians of the first third, the middle and the last third. */
  readonly thirds: readonly (number | undefined)[];
  readonly slope: Slope | undefined;
  readonly boundPerHour: number;
  readonly judgement: Judgement;
}

/** Of the longest life, so much is left out: caches fill, code is compiled, the history grows up to its age. */
const WARM_UP = 0.25;

/** RSS, open files and processor seconds of a process, as Linux tells them. */
export function processFigures(pid: number): {
  readonly rss: number;
  readonly files: number;
  readonly cpuSeconds: number;
} {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
  // utime and stime, counted from behind the name, which may hold spaces.
  const ticks = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  return {
    rss: (pages * 4_096) / MB,
    files: readdirSync(`/proc/${pid}/fd`).length,
    cpuSeconds: (Number(ticks[11]) + Number(ticks[12])) / 100,
  };
}

/** The size of all databases in a folder, and of their WALs alone. */
export function databaseSizes(folder: string): { readonly all: number; readonly wal: number } {
  const files = readdirSync(folder).filter((name) => /\.db(-wal)?$/.test(name));
  const sizeOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0) / MB;
  return { all: sizeOf(files), wal: sizeOf(files.filter((name) => name.endsWith('-wal'))) };
}

/** The longest life without its warm-up: what follows a start is no growth. */
export function judged(samples: readonly Sample[]): readonly Sample[] {
  const lives = Map.groupBy(samples, ({ life }) => life);
  const longest = [...lives.values()].toSorted((a, b) => spanOf(b) - spanOf(a))[0] ?? [];
  const fromMs = (longest[0]?.atMs ?? 0) + WARM_UP * spanOf(longest);
  return longest.filter(({ atMs }) => atMs >= fromMs);
}

export function spanOf(samples: readonly Pick<Sample, 'atMs'>[]): number {
  return (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
}

/** The table over samples of one life, while so many messages came in an hour. */
export function tableOf(samples: readonly Sample[], messagesPerHour: number): readonly Row[] {
  return (Object.keys(measures) as Measure[]).map((measure) => {
    const { boundPerHour: bound, perMessage = 0 }: Growth = measures[measure];
    const boundPerHour = bound + perMessage * messagesPerHour;
    const points = samples.flatMap(({ atMs, values }): Point[] => {
      const value = values[measure];
      return value === undefined ? [] : [{ atMs, value }];
    });
    const third = Math.ceil(points.length / 3);
    const thirds = [0, 1, 2].map((n) => {
      const values = points.slice(n * third, (n + 1) * third).map(({ value }) => value);
      return values.length === 0 ? undefined : median(values);
    });
    const slope = slopeOf(blocksOf(points));
    return { measure, thirds, slope, boundPerHour, judgement: judge(points, slope, boundPerHour) };
  });
}
