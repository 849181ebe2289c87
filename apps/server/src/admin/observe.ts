import type { Clock, EventSink, Notice, QueueStore } from '../ports.ts';
import { makeMetrics, type Metrics, type MetricsParts } from './metrics.ts';
import { makeRates, type Rates } from './rates.ts';
import { makeReadiness, type Readiness } from './readiness.ts';
import { makeEventRing, type EventRing } from './ring.ts';
import { watchedStore } from './watched-store.ts';

/** What observing works with. */
export interface ObserverParts extends Pick<MetricsParts, 'destinations' | 'counts' | 'webhooks'> {
  readonly clock: Clock;
  /** Milliseconds of a clock that never goes back, with fractions. */
  readonly monotonicMs: () => number;
  /** Tells this run of the server from others. */
  readonly run: string;
}

/** What watches the server from its first event on. */
export interface Observers {
  readonly events: EventSink;
  readonly notice: (notice: Notice) => void;
  /** The store, with its commits timed and its failures seen. */
  readonly watch: (store: QueueStore) => QueueStore;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly rates: Rates;
  readonly ring: EventRing;
}

/** Events that the live stream can go back to. */
const RING_SIZE = 5_000;

/** Makes the observers. */
export function makeObservers({ clock, monotonicMs, run, ...parts }: ObserverParts): Observers {
  const now = (): number => clock.now();
  const metrics = makeMetrics({ ...parts, now });
  const rates = makeRates(now);
  const ring = makeEventRing(RING_SIZE, run);
  const readiness = makeReadiness(clock);
  const sinks = [metrics.events, rates, ring];
  const listener = {
    committed(what: 'accept' | 'settle', tookMs: number): void {
      metrics.committed(what, tookMs);
      readiness.committed();
    },
    failed: (error: unknown): void => readiness.failed(error),
  };
  return {
    metrics,
    rates,
    ring,
    readiness,
    events: { emit: (event) => sinks.forEach((sink) => sink.emit(event)) },
    notice: metrics.notice,
    watch: (store) => watchedStore(store, monotonicMs, listener),
  };
}
