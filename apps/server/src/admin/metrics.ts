import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MailEvent } from '../model.ts';
import type { DestinationState, EventSink, Notice, WebhookState } from '../ports.ts';
import type { CommitListener } from './watched-store.ts';
import { addWebhookMetrics } from './webhook-metrics.ts';

/** What Prometheus gathers. Counting costs the way of a message no more than additions; text is made when it is asked for. */
export interface Metrics {
  readonly events: EventSink;
  readonly notice: (notice: Notice) => void;
  readonly committed: CommitListener['committed'];
  text(): Promise<string>;
  readonly type: string;
}

/** What is looked up when somebody asks. */
export interface MetricsParts {
  readonly now: () => number;
  readonly destinations: () => Promise<readonly DestinationState[]>;
  readonly counts: () => Promise<{ readonly messages: number; readonly recipients: number }>;
  readonly webhooks: () => Promise<readonly WebhookState[]>;
}

/** Gauges under names of counters, which promtool complains of. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const ATTEMPT_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
const DELIVERY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800, 3600, 14_400, 86_400, 432_000];

/** Makes the metrics of one server. */
export function makeMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const tallies = talliesOf(registry);
  const histograms = histogramsOf(registry);
  addGauges(registry, parts);
  addWebhookMetrics(registry, parts.webhooks);
  return {
    type: registry.contentType,
    text: () => registry.metrics(),
    events: { emit: (event) => count(event, tallies, histograms) },
    notice: (notice) => {
      if (notice.kind === 'refused') tallies.refusals.add(notice.what);
      else tallies.logins.add(notice.kind === 'login' ? 'accepted' : 'failed');
    },
    committed: (what, tookMs) => histograms.commit[what].observe(tookMs / 1000),
  };
}

/** Counts by labels that stand in one text, with spaces between: much cheaper than a hash of label objects each time. */
class Tally {
  readonly #counts = new Map<string, number>();

  constructor(registry: Registry, name: string, help: string, labelNames: readonly string[]) {
    const counts = this.#counts;
    new Counter({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        if (labelNames.length === 0) this.inc(0);
        for (const [key, value] of counts) {
          const values = key.split(' ');
          this.inc(Object.fromEntries(labelNames.map((label, i) => [label, values[i] ?? ''])), value);
        }
      },
    });
  }

  add(key: string, value = 1): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + value);
  }
}

function talliesOf(registry: Registry) {
  const tally = (name: string, help: string, ...labels: string[]): Tally => new Tally(registry, name, help, labels);
  return {
    accepted: tally('dsnd_messages_accepted_total', 'Messages taken into the queue', 'origin'),
    recipients: tally('dsnd_recipients_accepted_total', 'Recipients of the messages taken', 'origin'),
    octets: tally('dsnd_accepted_bytes_total', 'Size of the messages taken', 'origin'),
    attempts: tally('dsnd_attempts_total', 'Attempts to hand a message to a next hop', 'class'),
    outcomes: tally(
      'dsnd_outcomes_total',
      'What became of recipients; deferred ones may count many times',
      'outcome',
      'status_class',
      'class',
    ),
    reports: tally('dsnd_report_recipients_total', 'Recipients told of in reports to senders', 'action'),
    issued: tally('dsnd_reports_issued_total', 'Reports to senders'),
    received: tally('dsnd_reports_received_total', 'Reports and answers that came back', 'kind'),
    suppressed: tally('dsnd_suppressed_total', 'Recipients refused since their address is suppressed'),
    refusals: tally('dsnd_refusals_total', 'Clients, mail and recipients turned away', 'what'),
    logins: tally('dsnd_logins_total', 'Logins of users', 'result'),
  };
}

function histogramsOf(registry: Registry) {
  const make = (name: string, help: string, buckets: number[]): Histogram =>
    new Histogram({ name, help, buckets, registers: [registry] });
  return {
    commit: {
      accept: make('dsnd_accept_commit_seconds', 'Time to make a new message durable', COMMIT_SECONDS),
      settle: make('dsnd_settle_commit_seconds', 'Time to make outcomes and reports durable', COMMIT_SECONDS),
    },
    attempt: make('dsnd_attempt_duration_seconds', 'Time that an attempt took', ATTEMPT_SECONDS),
    delivery: make('dsnd_delivery_seconds', 'From the arrival of a message to its delivery or relay', DELIVERY_SECONDS),
  };
}

type Tallies = ReturnType<typeof talliesOf>;
type Histograms = ReturnType<typeof histogramsOf>;

function count(event: MailEvent, tallies: Tallies, histograms: Histograms): void {
  switch (event.kind) {
    case 'accepted':
      tallies.accepted.add(event.origin);
      tallies.recipients.add(event.origin, event.recipients.length);
      tallies.octets.add(event.origin, event.sizeOctets);
      break;
    case 'attempted':
      tallies.attempts.add(classOf(event.destination));
      histograms.attempt.observe(event.durationMs / 1000);
      break;
    case 'delivered':
    case 'relayed':
      tallies.outcomes.add(`${event.kind} 2 ${classOf(event.destination)}`);
      histograms.delivery.observe(event.delayMs / 1000);
      break;
    case 'expanded':
      tallies.outcomes.add('expanded 2 alias');
      break;
    case 'deferred':
    case 'failed':
    case 'expired':
    case 'bounced':
      tallies.outcomes.add(`${event.kind} ${event.failure.status[0] ?? ''} ${classOf(event.destination)}`);
      break;
    case 'report-issued':
      tallies.issued.add('');
      for (const { action } of event.actions) tallies.reports.add(action);
      break;
    case 'report-received':
      tallies.received.add(event.what);
      break;
    case 'suppressed':
      tallies.suppressed.add('');
      break;
    default:
  }
}

/** What kind of next hop a destination is: its scheme, so that labels stay few. */
export function classOf(destination: string): string {
  const colon = destination.indexOf(':');
  const scheme = colon === -1 ? '' : destination.slice(0, colon);
  return /^[a-z][a-z0-9+]{0,20}$/.test(scheme) ? scheme : 'other';
}

function addGauges(registry: Registry, { destinations, counts, now }: MetricsParts): void {
  const registers = [registry];
  const byClass = { labelNames: ['class'] as const, registers };
  let states: Promise<readonly DestinationState[]> = Promise.resolve([]);
  new Gauge({
    ...{ name: 'dsnd_queue_recipients', help: 'Recipients that wait, on hold and under way included', ...byClass },
    async collect() {
      // The gauges below are collected in the same turn, and take what this one asked for.
      states = destinations();
      const found = await states;
      // Nothing is waited for from here on: others may ask at the same time.
      this.reset();
      for (const { destination, recipients } of found) this.inc({ class: classOf(destination) }, recipients);
    },
  });
  new Gauge({
    ...{ name: 'dsnd_queue_oldest_age_seconds', help: 'Age of the oldest message that waits', ...byClass },
    async collect() {
      const ages = new Map<string, number>();
      for (const { destination, oldestMs } of await states) {
        if (oldestMs === undefined) continue;
        const name = classOf(destination);
        ages.set(name, Math.max(ages.get(name) ?? 0, (now() - oldestMs) / 1000));
      }
      this.reset();
      for (const [name, age] of ages) this.set({ class: name }, age);
    },
  });
  new Gauge({
    ...{ name: 'dsnd_queue_destinations_paused', help: 'Destinations that an operator has paused', registers },
    async collect() {
      this.set((await states).filter(({ pausedSinceMs }) => pausedSinceMs !== undefined).length);
    },
  });
  new Gauge({
    ...{ name: 'dsnd_queue_messages', help: 'Messages in the queue', registers },
    async collect() {
      this.set((await counts()).messages);
    },
  });
}
