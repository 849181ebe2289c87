import type { Failure, MailEvent } from '../model.ts';

/** One piece of the way of a message. */
export interface Span {
  /** 32 hexadecimal digits: the same at every hop that knows the envelope id. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Why it went wrong; absent if it did not. */
  readonly error?: string;
}

/** What spans are made with. */
export interface SpanParts {
  readonly sha256: (octets: Uint8Array) => Uint8Array;
  readonly randomOctets: (count: number) => Uint8Array;
}

/** Messages whose trace is remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 100_000;

/**
 * Makes what turns events into spans. A message that has an envelope id (ENVID, which every hop passes on) is one trace
 * over all hops; a report belongs to the trace of the message that it is about.
 */
export function makeSpans(parts: SpanParts): (event: MailEvent) => Span | undefined {
  const traces = new Map<string, Trace>();

  function remember(messageId: string, trace: Trace): Trace {
    const [oldest] = traces.size >= MAX_REMEMBERED ? traces.keys() : [];
    if (oldest !== undefined) traces.delete(oldest);
    traces.set(messageId, trace);
    return trace;
  }

  function traceOf(event: MailEvent): Trace {
    if (event.kind === 'accepted') {
      const named = event.envelopeId === undefined ? `message ${event.messageId}` : `envelope ${event.envelopeId}`;
      const known = { traceId: hash(parts, named, 16), spanId: hash(parts, `accepted ${event.messageId}`, 8) };
      const { envelopeId } = event;
      return remember(event.messageId, { ...known, ...(envelopeId === undefined ? {} : { envelopeId }) });
    }
    // Accepted before the server was started anew: what is left of it is a trace of its own.
    return (
      traces.get(event.messageId) ??
      remember(event.messageId, {
        traceId: hash(parts, `message ${event.messageId}`, 16),
        spanId: hash(parts, `accepted ${event.messageId}`, 8),
      })
    );
  }

  return (event) => {
    const shape = shapeOf(event);
    if (shape === undefined) return undefined;
    const trace = traceOf(event);
    if (event.kind === 'report-issued') {
      const spanId = hash(parts, `accepted ${event.reportId}`, 8);
      remember(event.reportId, { ...trace, spanId });
      return { ...span(trace, spanId, event, shape), parentSpanId: trace.spanId };
    }
    if (event.kind === 'accepted') return span(trace, trace.spanId, event, shape);
    return { ...span(trace, hex(parts.randomOctets(8)), event, shape), parentSpanId: trace.spanId };
  };
}

interface Trace {
  readonly traceId: string;
  /** Of the acceptance, under which all else stands. */
  readonly spanId: string;
  readonly envelopeId?: string;
}

interface Shape {
  readonly name: string;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failure?: Failure;
}

function span(trace: Trace, spanId: string, { atMs, messageId }: MailEvent, shape: Shape): Span {
  const { name, durationMs, attributes, failure } = shape;
  return {
    ...{ traceId: trace.traceId, spanId, name },
    startMs: atMs - durationMs,
    endMs: atMs,
    attributes: {
      'messaging.message.id': messageId,
      ...(trace.envelopeId === undefined ? {} : { 'dsn.envelope_id': trace.envelopeId }),
      ...attributes,
      ...(failure === undefined ? {} : { 'dsn.status': failure.status }),
    },
    ...(failure === undefined
      ? {}
      : { error: withoutAddresses(failure.remote?.rawLines.join(' / ') ?? failure.reason) }),
  };
}

/** Replies name whom they refuse, and collectors are not told of persons. */
function withoutAddresses(text: string): string {
  return text
    .split(' ')
    .map((word) => (word.includes('@') ? '(address)' : word))
    .join(' ');
}

/** Which events are spans: a point in time where nothing lasts. */
function shapeOf(event: MailEvent): Shape | undefined {
  switch (event.kind) {
    case 'accepted': {
      const attributes = { 'dsn.recipients': event.recipients.length, 'messaging.message.body.size': event.sizeOctets };
      return { name: 'accept', durationMs: 0, attributes };
    }
    case 'attempted':
      return {
        name: 'attempt',
        durationMs: event.durationMs,
        attributes: { 'dsn.destination': event.destination, 'dsn.recipients': event.recipients.length },
      };
    case 'delivered':
    case 'relayed': {
      const attributes = { 'dsn.destination': event.destination, 'dsn.status': event.status };
      return { name: event.kind, durationMs: event.delayMs, attributes };
    }
    case 'deferred':
    case 'failed':
    case 'expired':
    case 'bounced': {
      const attributes = { 'dsn.destination': event.destination };
      return { name: event.kind, durationMs: 0, attributes, failure: event.failure };
    }
    case 'report-issued':
      return { name: 'report', durationMs: 0, attributes: { 'dsn.report_id': event.reportId } };
    default:
      return undefined;
  }
}

function hash({ sha256 }: SpanParts, text: string, octets: number): string {
  return hex(sha256(new TextEncoder().encode(text)).subarray(0, octets));
}

function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
