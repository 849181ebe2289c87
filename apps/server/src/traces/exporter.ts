import type { Clock, EventSink, HttpClient } from '../ports.ts';
import { contentOf } from '../queue/content.ts';
import { makeSpans, type Span, type SpanParts } from './span.ts';

/** Who takes spans, and from whom. */
export interface Collector {
  /** Where it takes OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  /** The name of this server. */
  readonly hostname: string;
}

/** What sending spans works with. */
export interface ExporterParts extends SpanParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Told when spans are lost. */
  readonly trouble: (error: unknown) => void;
}

/** Sends spans of all events. */
export interface Exporter extends EventSink {
  /** Sends what there is, and what comes from now on to another collector. Traces that were begun go on there. */
  moveTo(collector: Collector): void;
  /** Sends what there is, then no more. */
  stop(): Promise<void>;
}

const BATCH = 512;
/** Spans that wait, at most, for all collectors together; further ones are lost: traces are no reason to keep mail waiting. */
const MAX_WAITING = 8_192;
const EVERY_MS = 2_000;
const TIMEOUT_MS = 10_000;

/** Spans on their way to one collector. */
interface Load {
  readonly collector: Collector;
  readonly waiting: Span[];
}

/** Makes the exporter: in batches, each sent once. A collector that is away costs spans, never mail. */
export function makeExporter(parts: ExporterParts, collector: Collector): Exporter {
  const spanOf = makeSpans(parts);
  let load: Load = { collector, waiting: [] };
  let waiting = 0;
  let lost = 0;
  let timer: { cancel(): void } | undefined;
  let sending: Promise<void> = Promise.resolve();

  async function send(from: Load): Promise<void> {
    for (let batch = take(from, BATCH); batch.length > 0; batch = take(from, BATCH)) {
      try {
        await post(parts.http, from.collector, batch);
      } catch (error) {
        lost += batch.length + take(from, Infinity).length;
        tell(error instanceof Error ? error.message : String(error));
        return;
      }
    }
    if (lost > 0) tell('the collector is too slow');
  }

  function take(from: Load, count: number): readonly Span[] {
    const taken = from.waiting.splice(0, count);
    waiting -= taken.length;
    return taken;
  }

  function tell(why: string): void {
    parts.trouble(new Error(`${lost} spans were lost: ${why}`));
    lost = 0;
  }

  function later(): void {
    timer ??= parts.clock.after(EVERY_MS, () => {
      sending = sending
        .then(() => send(load))
        .finally(() => {
          timer = undefined;
          if (load.waiting.length > 0) later();
        });
    });
  }

  return {
    emit(event) {
      const span = spanOf(event);
      if (span === undefined) return;
      if (waiting >= MAX_WAITING) lost++;
      else {
        load.waiting.push(span);
        waiting++;
      }
      later();
    },
    moveTo(next) {
      const before = load;
      load = { collector: next, waiting: [] };
      sending = sending.then(() => send(before));
    },
    async stop() {
      timer?.cancel();
      await sending;
      await send(load);
    },
  };
}

async function post(http: HttpClient, { endpoint, hostname }: Collector, spans: readonly Span[]): Promise<void> {
  const octets = new TextEncoder().encode(JSON.stringify(otlp(spans, hostname)));
  const { status, body } = await http.post({
    url: endpoint,
    headers: { 'Content-Type': 'application/json' },
    body: contentOf([octets]).read(),
    timeoutMs: TIMEOUT_MS,
    maxOctets: 1_000,
  });
  if (status < 200 || status > 299) throw new Error(`${endpoint} answers ${status}: ${body.split('\n', 1)[0] ?? ''}`);
}

/** ExportTraceServiceRequest in the JSON of OTLP 1: ids in hexadecimal, times as decimal nanoseconds. */
export function otlp(spans: readonly Span[], hostname: string): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'dsnd', 'host.name': hostname }) },
        scopeSpans: [{ scope: { name: 'dsnd' }, spans: spans.map(spanJson) }],
      },
    ],
  };
}

const KIND_CONSUMER = 5;
const STATUS_ERROR = 2;

function spanJson({ traceId, spanId, parentSpanId, name, startMs, endMs, attributes, error }: Span): object {
  return {
    ...{ traceId, spanId, name, kind: KIND_CONSUMER },
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: attributesOf(attributes),
    ...(error === undefined ? {} : { status: { code: STATUS_ERROR, message: error } }),
  };
}

function attributesOf(values: Span['attributes']): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
