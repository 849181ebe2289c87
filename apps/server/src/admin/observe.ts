import type { Clock, EventSink, Notice } from '../ports.ts';
import { makeMetrics, type Metrics, type MetricsParts } from './metrics.ts';
import { makeRates, type Rates } from './rates.ts';
import { makeReadiness, type Readiness } from './readiness.ts';
import { makeEventRing, type EventRing } from './ring.ts';
import type { CommitListener } from './watched-store.ts';

/** What observing works with. */
export interface ObserverParts extends Pick<MetricsParts, 'destinations' | 'counts' | 'webhooks'> {
  readonly clock: Clock;
  /** Tells this run of the server from others. */
  readonly run: string;
}

/** What watches the server from its first event on. */
export interface Observers {
  readonly events: EventSink;
  readonly notice: (notice: Notice) => void;
  /** Times the commits of the store, and sees its failures. */
  readonly commits: CommitListener;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly rates: Rates;
  readonly ring: EventRing;
}

/** Events that the live stream can go back to. */
const RING_SIZE = 5_000;

/** Makes the observers. */
export function makeObservers({ clock, run, ...parts }: ObserverParts): Observers {
  const now = (): number => clock.now();
  const metrics = makeMetrics({ ...parts, now });
  const rates = makeRates(now);
  const ring = makeEventRing(RING_SIZE, run);
  const readiness = makeReadiness(clock);
  const sinks = [metrics.events, rates, ring];
  const commits: CommitListener = {
    committed(what, tookMs) {
      metrics.committed(what, tookMs);
      readiness.committed();
    },
    failed: (error) => readiness.failed(error),
  };
  return {
    metrics,
    rates,
    ring,
    readiness,
    events: { emit: (event) => sinks.forEach((sink) => sink.emit(event)) },
    notice: metrics.notice,
    commits,
  };
}
