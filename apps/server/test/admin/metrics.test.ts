import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { makeMetrics } from '../../src/admin/metrics.ts';
import { StoreError } from '../../src/ports.ts';
import { waitFor } from '../support/dsnd.ts';
import { startApi, type ApiServer } from './api-server.ts';

const dashboard = fileURLToPath(new URL('../../grafana/dsnd.json', import.meta.url));
const promtool = process.env['PROMTOOL'] ?? 'promtool';
const hasPromtool = spawnSync(promtool, ['--version']).error === undefined;

let server: ApiServer;
let text: string;
beforeAll(async () => {
  server = await startApi();
  const recipients = ['ok', '550', '4.2.1', 'no-dsn'].map((name) => ({
    address: `${name}@simulator.test`,
    notify: ['success', 'failure'],
  }));
  const response = await server.post('/api/v1/messages', { from: 'a@b.example', recipients, raw: 'a: b\n\n' });
  const { id } = (await response.json()) as { readonly id: string };
  await server.event((event) => event.kind === 'report-issued' && event.messageId === id);
  await server.event((event) => event.kind === 'delivered' && event.destination.startsWith('maildir'));
  const metrics = await server.get('/metrics');
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  text = await metrics.text();
});
afterAll(() => server.stop());

it('counts messages, attempts, outcomes, reports, what waits, and how long things take', () => {
  for (const line of [
    'dsnd_messages_accepted_total{origin="submission"} 1',
    'dsnd_recipients_accepted_total{origin="submission"} 4',
    'dsnd_attempts_total{class="simulator"} 1',
    'dsnd_outcomes_total{outcome="delivered",status_class="2",class="simulator"} 1',
    'dsnd_outcomes_total{outcome="relayed",status_class="2",class="simulator"} 1',
    'dsnd_outcomes_total{outcome="failed",status_class="5",class="simulator"} 1',
    'dsnd_outcomes_total{outcome="deferred",status_class="4",class="simulator"} 1',
    'dsnd_outcomes_total{outcome="delivered",status_class="2",class="maildir"} 1',
    'dsnd_reports_issued_total 1',
    'dsnd_report_recipients_total{action="failed"} 1',
    'dsnd_queue_recipients{class="simulator"} 1',
    'dsnd_queue_messages 1',
    'dsnd_accept_commit_seconds_count 1',
    'dsnd_delivery_seconds_count 3',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/^dsnd_queue_oldest_age_seconds\{class="simulator"\} \d+(?:\.\d+)?$/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
});

it('two who ask at the same time are told the same numbers', async () => {
  const asked: (() => void)[] = [];
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => asked.push(() => resolve(value)));
  const hop = { destination: 'smtp://a.example:25', recipients: 3, oldestMs: 0, inHand: 0 };
  const webhook = { webhook: 'crm', url: '', state: 'idle', delivered: 7, failedAttempts: 2, deadLetters: 1 } as const;
  const metrics = makeMetrics({
    now: () => 5000,
    destinations: () => later([hop]),
    counts: () => later({ messages: 1, recipients: 3 }),
    webhooks: () => later([webhook]),
  });
  const texts = Promise.all([metrics.text(), metrics.text()]);
  await waitFor(() => asked.length >= 6);
  for (const answer of asked) answer();
  for (const text of await texts)
    for (const line of [
      'dsnd_queue_recipients{class="smtp"} 3',
      'dsnd_queue_oldest_age_seconds{class="smtp"} 5',
      'dsnd_queue_messages 1',
      'dsnd_webhook_delivered_total{webhook="crm"} 7',
      'dsnd_webhook_failed_attempts_total{webhook="crm"} 2',
    ])
      expect(text.split('\n')).toContain(line);
});

it('the dashboard asks only for metrics and labels that there are', () => {
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  const names = new Set(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type]) => [name, type]).flatMap(
      ([name, type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]),
    ),
  );
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(15);
  for (const expr of expressions) {
    const asked = [...expr.matchAll(/([a-z_0-9]+)\{/g)].map(([, name]) => name);
    expect([expr, asked.length > 0]).toEqual([expr, true]);
    for (const name of asked) expect([expr, names.has(name)]).toEqual([expr, true]);
    for (const [, label = ''] of expr.matchAll(/by \((\w+)\)/g)) expect(['le', ...LABELS]).toContain(label);
  }
});

const LABELS = ['origin', 'class', 'outcome', 'status_class', 'action', 'kind', 'what', 'result', 'webhook'];

it('tells how each webhook is doing', async () => {
  const receiver = createServer((request, response) => {
    response.writeHead(request.url === '/takes' ? 204 : 410).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
  const hook = (name: string): string =>
    `[[webhook]]\nname = "${name}"\nurl = "http://127.0.0.1:${port}/${name}"\nsecret = "${secret}"\nevents = ["delivered"]\n`;
  const hooked = await startApi({ toml: hook('takes') + hook('gone') });
  onTestFinished(async () => {
    await hooked.stop();
    receiver.close();
  });
  const body = { from: '', recipients: [{ address: 'ok@simulator.test' }], raw: 'a: b\n\n' };
  expect((await hooked.post('/api/v1/messages', body)).status).toBe(202);
  const told = async (): Promise<readonly string[]> =>
    (await (await hooked.get('/metrics')).text()).split('\n').filter((line) => line.startsWith('dsnd_webhook_'));
  const expected = [
    'dsnd_webhook_delivered_total{webhook="takes"} 1',
    'dsnd_webhook_delivered_total{webhook="gone"} 0',
    'dsnd_webhook_failed_attempts_total{webhook="takes"} 0',
    'dsnd_webhook_failed_attempts_total{webhook="gone"} 1',
    'dsnd_webhook_failing{webhook="takes"} 0',
    'dsnd_webhook_failing{webhook="gone"} 1',
    'dsnd_webhook_dead_letters{webhook="takes"} 0',
    'dsnd_webhook_dead_letters{webhook="gone"} 1',
  ];
  await waitFor(async () => (await told()).join() === expected.join());
});

it.skipIf(!hasPromtool)('promtool finds nothing wrong with our metrics (skipped where it is not installed)', () => {
  const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect([status, stdout + stderr]).toEqual([0, '']);
});

it('is not ready while the store fails, and ready again once it does not', async () => {
  let isBroken = false;
  const memory = openMemoryQueueStore();
  const accept = memory.accept.bind(memory);
  const full = new StoreError('full', 'The store failed: no space');
  memory.probe = () => (isBroken ? Promise.reject(full) : Promise.resolve());
  memory.accept = (...args) => (isBroken ? Promise.reject(full) : accept(...args));
  const failing = await startApi({ store: memory });
  const ready = async () => {
    const response = await failing.get('/readyz');
    return [response.status, await response.json()];
  };
  const submit = async () => {
    const body = { from: '', recipients: [{ address: 'ok@simulator.test' }], raw: 'a: b\n\n' };
    return (await failing.post('/api/v1/messages', body)).status;
  };
  expect(await ready()).toEqual([200, { ready: true, reason: null }]);
  isBroken = true;
  expect(await submit()).toBe(503);
  expect(await ready()).toEqual([503, { ready: false, reason: 'The store failed: no space' }]);
  isBroken = false;
  expect(await ready()).toEqual([200, { ready: true, reason: null }]);
  expect(await submit()).toBe(202);
  expect(await ready()).toEqual([200, { ready: true, reason: null }]);
  await failing.stop();
});
