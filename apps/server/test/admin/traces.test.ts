import { expect, it } from 'vitest';
import { FetchHttpClient } from '../../src/adapters/http/fetch-http-client.ts';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import { SystemClock } from '../../src/adapters/system-clock.ts';
import type { MailEvent } from '../../src/model.ts';
import { makeExporter, type Exporter } from '../../src/traces/exporter.ts';
import { makeTracing } from '../../src/traces/tracing.ts';
import { collector, type SpanJson } from '../support/collector.ts';

function hop(endpoint: string, hostname: string, troubles: unknown[] = []): Exporter {
  const crypto = new NodeCrypto();
  const parts = {
    ...{ http: new FetchHttpClient(), clock: new SystemClock() },
    sha256: (octets: Uint8Array) => crypto.sha256(octets),
    randomOctets: (count: number) => crypto.randomOctets(count),
    trouble: (error: unknown) => void troubles.push(error),
  };
  return makeExporter(parts, { endpoint, hostname });
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

it('spans go where the configuration of their time has them; a trace that was begun goes on', async () => {
  const [first, second] = [await collector(), await collector()];
  const opened: string[] = [];
  const tracing = makeTracing(({ endpoint, hostname }) => {
    opened.push(endpoint);
    return Promise.resolve(hop(endpoint, hostname));
  });
  const to = (endpoint?: string) => ({
    hostname: 'one.example',
    ...(endpoint === undefined ? {} : { traces: { endpoint } }),
  });
  tracing.emit(accepted('m0'));
  await tracing.reload(to(first.endpoint));
  tracing.emit(accepted('m1'));
  await tracing.reload(to(first.endpoint));
  await tracing.reload(to(second.endpoint));
  const attempted = { destination: 'mx:d.example', recipients: ['c@d.example'], durationMs: 400, atMs: 1500 };
  tracing.emit({ kind: 'attempted', messageId: 'm1', ...attempted });
  await tracing.reload(to());
  tracing.emit(accepted('m2'));
  await tracing.stop();
  expect([first, second].map(({ spans }) => spans.map(({ name }) => name))).toEqual([['accept'], ['attempt']]);
  expect(second.spans[0]?.parentSpanId).toBe(first.spans[0]?.spanId);
  expect(opened).toEqual([first.endpoint]);
});

it('a collector that is given up costs its own spans, not those of the next one', async () => {
  const [first, second] = [await collector(503), await collector()];
  const troubles: unknown[] = [];
  const exporter = hop(first.endpoint, 'one.example', troubles);
  exporter.emit(accepted('m1'));
  exporter.moveTo({ endpoint: second.endpoint, hostname: 'one.example' });
  exporter.emit(accepted('m2'));
  await exporter.stop();
  expect(troubles.map(String)).toEqual([`Error: 1 spans were lost: ${first.endpoint} answers 503: {}`]);
  expect(second.spans).toHaveLength(1);
});
