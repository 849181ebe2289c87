import type { EventSink } from '../ports.ts';
import type { Totals } from './schemas.ts';

/** What went on in the last hour, in small steps. */
export interface Rates extends EventSink {
  totals(): Totals;
  /** The status codes of failures, by how often they were told; the most frequent first. */
  failures(): readonly { readonly status: string; readonly recipients: number }[];
  /** The oldest first; the last one is under way. Steps in which nothing went on are there, too. */
  steps(): readonly (Totals & { readonly atMs: number })[];
}

export const STEP_MS = 10_000;
const STEPS = 360;

/** Codes that are counted; hosts may make up any number of them. */
const MOST_CODES = 1000;
const MOST_CODES_TOLD = 20;

type Counted = keyof Totals;

/** Which count an event is one of. */
const COUNTS: Readonly<Record<string, Counted>> = {
  accepted: 'accepted',
  attempted: 'attempted',
  delivered: 'delivered',
  relayed: 'relayed',
  expanded: 'expanded',
  deferred: 'deferred',
  failed: 'failed',
  bounced: 'failed',
  expired: 'expired',
  'report-issued': 'reportsIssued',
  'report-received': 'reportsReceived',
};

const NAMES: readonly Counted[] = [...new Set(Object.values(COUNTS))];
const PLACE: ReadonlyMap<string, number> = new Map(
  Object.entries(COUNTS).map(([kind, name]) => [kind, NAMES.indexOf(name)]),
);

/** Counts events by their own times. */
export function makeRates(now: () => number): Rates {
  const totals = new Float64Array(NAMES.length);
  const counts = new Float64Array(NAMES.length * STEPS);
  /** The step that stands in each place; counted since 1970. */
  const stepAt = new Float64Array(STEPS);
  const failures = new Map<string, number>();
  return {
    emit(event) {
      if (event.kind === 'failed' || event.kind === 'expired' || event.kind === 'bounced') {
        const { status } = event.failure;
        const known = failures.get(status);
        if (known !== undefined || failures.size < MOST_CODES) failures.set(status, (known ?? 0) + 1);
      }
      const place = PLACE.get(event.kind);
      if (place === undefined) return;
      totals[place] = (totals[place] ?? 0) + 1;
      const step = Math.floor(event.atMs / STEP_MS);
      const row = step % STEPS;
      if ((stepAt[row] ?? 0) > step) return;
      if (stepAt[row] !== step) {
        stepAt[row] = step;
        counts.fill(0, row * NAMES.length, (row + 1) * NAMES.length);
      }
      const at = row * NAMES.length + place;
      counts[at] = (counts[at] ?? 0) + 1;
    },
    totals: () => named(totals),
    failures: () =>
      [...failures]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_CODES_TOLD)
        .map(([status, recipients]) => ({ status, recipients })),
    steps() {
      const last = Math.floor(now() / STEP_MS);
      return Array.from({ length: STEPS }, (_, i) => {
        const step = last - STEPS + 1 + i;
        const row = step % STEPS;
        const isThere = stepAt[row] === step;
        const values = isThere ? counts.subarray(row * NAMES.length, (row + 1) * NAMES.length) : NONE;
        return { atMs: step * STEP_MS, ...named(values) };
      });
    },
  };
}

const NONE = new Float64Array(NAMES.length);

function named(values: Float64Array): Totals {
  return Object.fromEntries(NAMES.map((name, i) => [name, values[i] ?? 0])) as Record<Counted, number>;
}
