import { StoreError, type EventSink, type Notice, type QueueStore } from '../ports.ts';
import { makeMetrics, type Metrics, type MetricsParts } from './metrics.ts';
import { makeRates, type Rates } from './rates.ts';
import { makeEventRing, type EventRing } from './ring.ts';

/** What watches the server from its first event on. */
export interface Observers {
  readonly events: EventSink;
  readonly notice: (notice: Notice) => void;
  /** The store, with its commits timed and its failures seen. */
  readonly watch: (store: QueueStore) => QueueStore;
  /** Why the last commit failed, for some time; undefined if it did not. */
  readonly failing: () => string | undefined;
  readonly metrics: Metrics;
  readonly rates: Rates;
  readonly ring: EventRing;
}

/** Events that the live stream can go back to. */
const RING_SIZE = 5_000;
/** Where no mail comes since it is known that the store fails, the failure is no news after this time. */
const FAILURE_COUNTS_MS = 30_000;

/** Makes the observers. `run` tells this run of the server from others. */
export function makeObservers(parts: MetricsParts & { readonly run: string }): Observers {
  const metrics = makeMetrics(parts);
  const rates = makeRates(parts.now);
  const ring = makeEventRing(RING_SIZE, parts.run);
  const sinks = [metrics.events, rates, ring];
  let failure: { readonly reason: string; readonly atMs: number } | undefined;
  const seen = async (commit: Promise<void>): Promise<void> => {
    try {
      await commit;
      failure = undefined;
    } catch (error) {
      if (error instanceof StoreError) failure = { reason: error.message, atMs: parts.now() };
      throw error;
    }
  };
  return {
    metrics,
    rates,
    ring,
    events: { emit: (event) => sinks.forEach((sink) => sink.emit(event)) },
    notice: metrics.notice,
    watch: (store) => metrics.timed(store, seen),
    failing: () =>
      failure !== undefined && parts.now() - failure.atMs < FAILURE_COUNTS_MS ? failure.reason : undefined,
  };
}
