import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { FetchHttpClient } from '../../src/adapters/fetch-http-client.ts';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import type { MailEvent } from '../../src/model.ts';
import { makeExporter, type Exporter } from '../../src/traces/exporter.ts';

interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code: number; readonly message: string };
}

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** Something that takes OTLP, and what it got. */
async function collector(status = 200): Promise<{ readonly endpoint: string; readonly spans: SpanJson[] }> {
  const spans: SpanJson[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      interface Traces {
        readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly SpanJson[] }[] }[];
      }
      for (const { scopeSpans } of (JSON.parse(body) as Traces).resourceSpans)
        for (const scope of scopeSpans) spans.push(...scope.spans);
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, spans };
}

function hop(endpoint: string, hostname: string, troubles: unknown[] = []): Exporter {
  const crypto = new NodeCrypto();
  return makeExporter({
    ...{ endpoint, hostname, http: new FetchHttpClient(), clock: new SystemClock() },
    sha256: (octets) => crypto.sha256(octets),
    randomOctets: (count) => crypto.randomOctets(count),
    trouble: (error) => void troubles.push(error),
  });
}

function accepted(messageId: string, envelopeId?: string): MailEvent {
  const envelope = { reversePath: 'a@b.example', recipients: ['c@d.example'], sizeOctets: 1, origin: 'smtp' as const };
  return { kind: 'accepted', atMs: 1000, messageId, ...envelope, ...(envelopeId === undefined ? {} : { envelopeId }) };
}

const failure = { status: '5.1.1', reason: 'nobody there', atMs: 1500 } as const;

it('a message is one trace over all hops by its envelope id, and so are the reports about it', async () => {
  const { endpoint, spans } = await collector();
  const first = hop(endpoint, 'one.example');
  const second = hop(endpoint, 'two.example');
  const destination = 'smtp://two.example:25';
  const attempted = { destination, recipients: ['c@d.example'], durationMs: 400, atMs: 1500 };
  first.emit(accepted('m1', 'order 7'));
  first.emit({ kind: 'attempted', messageId: 'm1', ...attempted });
  second.emit(accepted('m2', 'order 7'));
  second.emit({ kind: 'failed', recipient: 'c@d.example', destination, failure, atMs: 1500, messageId: 'm2' });
  second.emit({ kind: 'report-issued', reportId: 'r1', to: 'a@b.example', actions: [], atMs: 1500, messageId: 'm2' });
  second.emit({ kind: 'attempted', messageId: 'r1', ...attempted });
  second.emit(accepted('m3'));
  await first.stop();
  await second.stop();
  expect(spans.map(({ name }) => name)).toEqual([
    'accept',
    'attempt',
    'accept',
    'failed',
    'report',
    'attempt',
    'accept',
  ]);
  const [accept, attempt, , failed, report, reporting, other] = spans as [
    SpanJson,
    SpanJson,
    SpanJson,
    SpanJson,
    SpanJson,
    SpanJson,
    SpanJson,
  ];
  expect(new Set(spans.slice(0, 6).map(({ traceId }) => traceId)).size).toBe(1);
  expect(other.traceId).not.toBe(accept.traceId);
  expect(accept.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(attempt.parentSpanId).toBe(accept.spanId);
  expect([attempt.startTimeUnixNano, attempt.endTimeUnixNano]).toEqual(['1100000000', '1500000000']);
  expect(failed.status).toEqual({ code: 2, message: 'nobody there' });
  expect(reporting.parentSpanId).toBe(report.spanId);
  expect(JSON.stringify(spans)).not.toContain('c@d.example');
});

it('the words of a reply are told without the addresses in them', async () => {
  const { endpoint, spans } = await collector();
  const exporter = hop(endpoint, 'one.example');
  const rawLines = ['550-5.1.1 <c@d.example>: nobody there', '550 5.1.1 ask abuse@d.example'];
  const remote = { mta: 'd.example', reply: { code: 550, lines: [] }, rawLines, stage: 'rcpt' } as const;
  const refused = { ...failure, remote };
  const about = { recipient: 'c@d.example', destination: 'mx:d.example', atMs: 1500, messageId: 'm1' };
  exporter.emit({ kind: 'failed', ...about, failure: refused });
  await exporter.stop();
  expect(spans.map(({ status }) => status?.message)).toEqual([
    '550-5.1.1 (address) nobody there / 550 5.1.1 ask (address)',
  ]);
});

it('a collector that refuses costs spans, and is told of once for each batch', async () => {
  const { endpoint } = await collector(503);
  const troubles: unknown[] = [];
  const exporter = hop(endpoint, 'one.example', troubles);
  exporter.emit(accepted('m1'));
  exporter.emit(accepted('m2'));
  await exporter.stop();
  expect(troubles.map(String)).toEqual([`Error: 2 spans were lost: ${endpoint} answers 503: {}`]);
});

it('spans for which there is no room are told of, also where the collector takes the others', async () => {
  const { endpoint, spans } = await collector();
  const troubles: unknown[] = [];
  const exporter = hop(endpoint, 'one.example', troubles);
  for (let n = 0; n < 8_200; n++) exporter.emit(accepted(`m${n}`));
  await exporter.stop();
  expect(spans).toHaveLength(8_192);
  expect(troubles.map(String)).toEqual(['Error: 8 spans were lost: the collector is too slow']);
});
