import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { explanationSchema, type FullExplanation } from '../../src/admin/explain-schema.ts';
import type { Content } from '../../src/model.ts';
import { contentOf } from '../../src/queue/content.ts';
import { waitFor } from '../support/dsnd.ts';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApi();
});
afterAll(() => server.stop());

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

it('describes itself by an OpenAPI document that a validator takes', async () => {
  const document = await json<Record<string, unknown>>(server.get('/openapi.json'));
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
});

it('answers at every path of the document, and only as the document says', async () => {
  const { paths } = await json<OpenApi>(server.get('/openapi.json'));
  expect(Object.keys(paths).length).toBeGreaterThan(25);
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { operationId }] of Object.entries(operations)) {
      if (operationId === 'followEvents') continue;
      const url = path.replace(/\{\w+\}/g, 'nobody');
      const request =
        method === 'get' ? server.get(url) : fetch(new URL(url, server.url), { method: method.toUpperCase() });
      const response = await request;
      const { status } = response;
      await response.text();
      // Known, whatever is wrong with this request.
      expect([operationId, status]).not.toEqual([operationId, 405]);
      expect([operationId, status === 500]).toEqual([operationId, false]);
    }
  }
  expect(server.troubles).toEqual([]);
});

it('RFC 9110 §15.5.6: answers a method that a path of the document does not have with 405, and says which it has', async () => {
  const { paths } = await json<OpenApi>(server.get('/openapi.json'));
  for (const path of Object.keys(paths)) {
    const url = new URL(path.replace(/\{\w+\}/g, 'nobody%40example.net'), server.url);
    // `/api/v1/queue/retry` is also one of `/api/v1/queue/{id}`.
    const known = Object.entries(paths)
      .filter(([each]) => new RegExp(`^${each.replace(/\{\w+\}/g, '[^/]+')}$`).test(url.pathname))
      .flatMap(([, operations]) => Object.keys(operations).map((method) => method.toUpperCase()))
      .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      if (known.includes(method)) continue;
      const response = await fetch(url, { method });
      expect([path, method, response.status]).toEqual([path, method, 405]);
      expect(await response.json()).toMatchObject({ code: 'method-not-allowed' });
      expect([path, response.headers.get('allow')?.split(', ').sort()]).toEqual([path, [...new Set(known)].sort()]);
    }
  }
  for (const beside of ['/api/v1/messages/a/b/c', '/api/v1/messages/', '/openapiXjson'])
    expect([beside, (await server.get(beside, { method: 'PUT' })).status]).toEqual([beside, 404]);
});

it('does nothing to a terminal that shows it, whatever strangers wrote', async () => {
  const reason = 'a\u009b2J\u202eb\u2028c';
  const entries = [{ address: 'terminal@example.org', reason }];
  expect((await server.post('/api/v1/suppressions', { entries })).status).toBe(200);
  for (const path of ['/api/v1/suppressions', '/api/v1/suppressions/export']) {
    const text = await (await server.get(path)).text();
    expect(text).toContain(String.raw`a\u009b2J\u202eb\u2028c`);
    expect(text).not.toMatch(/[\u007f-\u009f\u2028-\u202e]/);
  }
  await server.get('/api/v1/suppressions/terminal@example.org', { method: 'DELETE' });
});

it('tells what is wrong as a problem (RFC 9457), with the place of each fault', async () => {
  const response = await server.get('/api/v1/messages?limt=3&state=gone');
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect([response.status, await response.json()]).toEqual([
    400,
    {
      ...{ type: 'about:blank', title: 'Bad Request', status: 400, code: 'bad-request' },
      detail: expect.stringMatching(/^query\./) as string,
      errors: expect.arrayContaining([
        { where: 'query.limt', message: 'is unknown' },
        { where: 'query.state', message: expect.stringContaining('"delivered"') as string },
      ]) as unknown,
    },
  ]);
  for (const name of ['constructor', '__proto__'])
    expect(await json(server.get(`/api/v1/messages?${name}=x`))).toMatchObject({
      status: 400,
      errors: [{ where: `query.${name}`, message: 'is unknown' }],
    });
  expect(await json(server.get('/api/v1/messages/0000'))).toMatchObject({ status: 404, code: 'not-found' });
  expect(await json(server.get('/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
  expect((await fetch(`${server.url}metrics`, { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD');
  const text = { method: 'POST', body: '{"message":"x"}', headers: { 'Content-Type': 'text/plain' } };
  expect(await json(server.get('/api/v1/explain', text))).toMatchObject({ code: 'unsupported-media-type' });
  const broken = { method: 'POST', body: '{"message', headers: { 'Content-Type': 'application/json' } };
  expect(await json(server.get('/api/v1/explain', broken))).toMatchObject({ status: 400 });
});

it('a cursor that is none is told so, and not taken for the end', async () => {
  for (const path of ['messages', 'reports', 'queue', 'webhooks/nobody/dead-letters'])
    for (const cursor of ['', 'xx', '1e9', '-1', '5%20'])
      expect(await json(server.get(`/api/v1/${path}?cursor=${cursor}`))).toMatchObject({
        ...{ status: 400, detail: 'query.cursor is not allowed: expected next of the page before' },
      });
});

it('RFC 3339 §5.7: refuses times of days that there are not, and names the field', async () => {
  const time = '2026-02-31T00:00:00Z';
  for (const [path, field] of [
    [`/api/v1/messages?from=${time}`, 'query.from'],
    [`/api/v1/messages?to=${time}`, 'query.to'],
    [`/api/v1/reports?from=${time}`, 'query.from'],
    [`/api/v1/queue?before=${time}`, 'query.before'],
    ['/api/v1/queue?before=2026-04-31', 'query.before'],
  ] as const)
    expect(await json(server.get(path))).toMatchObject({ status: 400, detail: `${field} is no RFC 3339 time` });
  for (const field of ['since', 'until']) {
    const added = server.post('/api/v1/suppressions', { entries: [{ address: 'a@b.example', [field]: time }] });
    expect(await json(added)).toMatchObject({ status: 400, errors: [{ where: `body.entries.0.${field}` }] });
  }
  expect((await server.get('/api/v1/queue?before=2028-02-29')).status).toBe(200);
});

it('follows one message from its submission to the report, which it explains', async () => {
  const submitted = await server.post('/api/v1/messages', {
    from: 'alice@example.org',
    envelopeId: 'order 7',
    ret: 'headers',
    recipients: [{ address: '550@simulator.test', notify: ['failure'], orcpt: 'rfc822;bob@example.net' }],
    message: { subject: 'Grüße', text: 'Schöne Grüße', from: 'Alícia <alice@example.org>' },
  });
  expect(submitted.status).toBe(202);
  const { id } = await json<{ readonly id: string }>(submitted);
  const issued = await server.event((event) => event.kind === 'report-issued' && event.messageId === id);
  const reportId = issued.kind === 'report-issued' ? issued.reportId : '';
  await server.event((event) => event.kind === 'delivered' && event.messageId === reportId);
  await server.kept(id);
  const found = await json<{ readonly messages: readonly unknown[] }>(
    server.get('/api/v1/messages?envelopeId=order%207'),
  );
  expect(found).toMatchObject({
    messages: [
      {
        ...{ id, state: 'failed', reversePath: 'alice@example.org', envelopeId: 'order 7', subject: 'Grüße' },
        recipients: [{ address: '550@simulator.test', state: 'failed', status: '5.1.1', attempts: 1 }],
        reportsIssued: [reportId],
      },
    ],
    next: null,
  });
  await server.kept(reportId);
  expect(await json(server.get(`/api/v1/messages/${reportId}`))).toMatchObject({
    ...{ reportOn: id, origin: 'report', headerMessageId: `<${reportId}@mx.example.org>` },
    subject: expect.stringMatching(/\w/) as string,
    sizeOctets: (await (await server.get(`/api/v1/messages/${reportId}/content`)).arrayBuffer()).byteLength,
  });
  const detail = await json<{ readonly events: readonly { readonly kind: string }[] }>(
    server.get(`/api/v1/messages/${id}`),
  );
  expect(detail.events.map(({ kind }) => kind)).toEqual(['accepted', 'attempted', 'failed', 'report-issued']);
  const content = await server.get(`/api/v1/messages/${reportId}/content`);
  expect(content.headers.get('content-type')).toBe('message/rfc822');
  expect(content.headers.get('content-disposition')).toBe(`attachment; filename="${reportId}.eml"`);
  expect(await content.text()).toContain('Original-Envelope-Id: order 7');
  expect(await json(server.get(`/api/v1/messages/${reportId}/explanation`))).toMatchObject({
    kind: 'dsn',
    summary: 'To 550@simulator.test: the message was not delivered, and will not be.',
    message: { envelopeId: 'order 7' },
    recipients: [
      {
        ...{ address: '550@simulator.test', action: 'failed', status: '5.1.1' },
        originalRecipient: { type: 'rfc822', value: 'bob@example.net' },
        fields: expect.arrayContaining([
          expect.objectContaining({ name: 'Action', value: 'failed', clause: 'RFC 3464 §2.3.3' }),
        ]) as unknown,
      },
    ],
    original: { subject: 'Grüße', from: 'Alícia <alice@example.org>', kind: 'headers' },
    issues: [],
  });
  expect(await json(server.get('/api/v1/reports'))).toMatchObject({ messages: [{ id: reportId, reportOn: id }] });
});

it('explains any bounce, with each departure from the standards', async () => {
  const bounce =
    'From: MAILER-DAEMON\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n' +
    '--b\n\nsorry\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n' +
    'Final-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.1\n--b--\n';
  const raw = { method: 'POST', body: bounce, headers: { 'Content-Type': 'message/rfc822' } };
  const explained = await json<{ readonly issues: readonly { readonly clause: string; readonly code: string }[] }>(
    server.get('/api/v1/explain', raw),
  );
  expect(explained).toMatchObject({ kind: 'dsn', recipients: [{ address: 'bob@example.net', action: 'failed' }] });
  expect(explained.issues).toContainEqual(
    expect.objectContaining({ code: 'bad-status', clause: expect.stringMatching(/^RFC 346[34] §/) as string }),
  );
  expect(await json(server.post('/api/v1/explain', { message: bounce }))).toEqual(explained);
  expect(await json(server.post('/api/v1/explain', { message: 'Subject: hi\n\nhi' }))).toMatchObject({ kind: 'other' });
});

it('explains a bounce of no standard: who, why, whether for good, what to do, and where that stands', async () => {
  const lines = [
    'Return-Path: <>',
    'From: MAILER-DAEMON@mx.example',
    'To: alice@example.org',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at mx.example.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    "This is a permanent error; I've given up. Sorry it didn't work out.",
    '',
    '<bob@example.net>:',
    '192.0.2.1 does not like recipient.',
    'Remote host said: 550 5.1.1 <bob@example.net>: User unknown',
    'Giving up on 192.0.2.1.',
    '',
    '--- Below this line is a copy of the message.',
    '',
    'Message-ID: <m1@example.org>',
    'Subject: Minutes',
    '',
    'text',
    '',
  ];
  const explained = await json<FullExplanation>(server.post('/api/v1/explain', { message: lines.join('\n') }));
  v.parse(explanationSchema, explained);
  expect(explained).toMatchObject({
    ...{ kind: 'bounce', format: 'qmail', message: null },
    summary: 'To bob@example.net: the message was not delivered, and will not be.',
    recipients: [
      {
        ...{ address: 'bob@example.net', action: 'failed', status: '5.1.1' },
        judgement: { reason: 'user-unknown', permanence: 'permanent', advice: 'suppress' },
      },
    ],
    original: { messageId: '<m1@example.org>', subject: 'Minutes', kind: 'told', text: null },
  });
  const { evidence = [] } = explained.recipients[0]?.judgement ?? {};
  const line = (of: string): string => lines[(evidence.find((one) => one.of === of)?.line ?? 0) - 1] ?? '';
  expect(line('reply')).toContain('550 5.1.1');
  expect(line('address')).toBe('<bob@example.net>:');
  expect(explained.attached).toEqual([]);
});

it('RFC 2046 §5.2.1: explains the bounce that a message forwards as an attachment', async () => {
  const bounce = [
    'From: MAILER-DAEMON@mx.example',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=r',
    '',
    '--r',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: rfc822; bob@example.net',
    'Action: failed',
    'Status: 5.2.2',
    '',
    '--r--',
  ];
  const lines = [
    'From: alice@example.org',
    'Subject: What does this mean?',
    'Content-Type: multipart/mixed; boundary=m',
    '',
    '--m',
    '',
    'Please help.',
    '--m',
    'Content-Type: message/rfc822',
    '',
    ...bounce,
    '--m--',
    '',
  ];
  const explained = await json<FullExplanation>(server.post('/api/v1/explain', { message: lines.join('\r\n') }));
  v.parse(explanationSchema, explained);
  expect(explained).toMatchObject({
    ...{ kind: 'other', recipients: [] },
    attached: [{ kind: 'dsn', recipients: [{ address: 'bob@example.net', status: '5.2.2' }] }],
  });
  expect(lines[(explained.attached[0]?.begins ?? 0) - 1]).toBe(bounce[0]);
  expect(explained.attached[0]?.quoted).toBe(false);
  const alone = await json<FullExplanation>(server.post('/api/v1/explain', { message: bounce.join('\r\n') }));
  expect([alone.kind, alone.attached]).toEqual(['dsn', []]);
});

it('explains what is quoted in a message that is no report itself', async () => {
  const quoted = [
    'From: MAILER-DAEMON@mx.example.net',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at mx.example.net.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.",
    '',
    '<bob@example.net>:',
    'Remote host said: 550 5.1.1 no such user',
  ].map((line) => `> ${line}`);
  const lines = ['From: alice@example.org', 'Subject: Fwd: failure notice', '', 'Please help.', '', ...quoted, ''];
  const explained = await json<FullExplanation>(server.post('/api/v1/explain', { message: lines.join('\r\n') }));
  v.parse(explanationSchema, explained);
  expect(explained).toMatchObject({
    ...{ kind: 'other', recipients: [] },
    attached: [{ kind: 'bounce', quoted: true, recipients: [{ address: 'bob@example.net', status: '5.1.1' }] }],
  });
  expect(lines[(explained.attached[0]?.begins ?? 0) - 1]).toBe(quoted[0]);
});

it('troubles nobody with a client that leaves amid its request', async () => {
  const own = await startApi();
  onTestFinished(() => own.stop());
  const { hostname, port } = new URL(own.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /api/v1/explain HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  );
  // Connections are served in their order: the request is being read when another one is answered.
  await own.get('/healthz');
  socket.destroy();
  await once(socket, 'close');
  await own.get('/healthz');
  expect(own.troubles).toEqual([]);
});

it('shows the configuration in force, and no secret of it', async () => {
  const secret = await startApi({
    admin: 'token-file = "token"',
    files: { token: 'correct-horse-battery\n', password: 'unspeakable' },
    toml: '[[route]]\nmatch = "a.example"\nto = "smtp://mx.example:25"\nauth = { user = "u", password-file = "password" }',
  });
  const headers = { Authorization: 'Bearer correct-horse-battery' };
  const text = await (await secret.get('/api/v1/config', { headers })).text();
  expect(JSON.parse(text)).toMatchObject({ hostname: 'mx.example.org', admin: { token: '(hidden)' } });
  expect(text).not.toMatch(/correct-horse|unspeakable/);
  await secret.stop();
});

it('lets in by another table whoever asks from then on, and ends streams', async () => {
  const own = await startApi({ admin: 'token-file = "token"', files: { token: 'correct-horse-battery\n' } });
  const status = async (token: string): Promise<number> =>
    (await own.get('/api/v1/overview', { headers: { Authorization: `Bearer ${token}` } })).status;
  const stream = await own.get('/api/v1/events', { headers: { Authorization: 'Bearer correct-horse-battery' } });
  const { admin } = own.config;
  await own.front.reload({ admin: { ...admin, token: 'correct-horse-battery' } });
  expect([await status('correct-horse-battery'), await status('staple-of-the-day')]).toEqual([200, 401]);
  await own.front.reload({ admin: { ...admin, token: 'staple-of-the-day' } });
  await expect(stream.text()).rejects.toThrow('terminated');
  expect([await status('correct-horse-battery'), await status('staple-of-the-day')]).toEqual([401, 200]);
  const document = await json<{ readonly security: readonly unknown[] }>(
    own.get('/openapi.json', { headers: { Authorization: 'Bearer staple-of-the-day' } }),
  );
  expect(document.security).toHaveLength(2);
  const { host, port, hosts } = admin;
  await own.front.reload({ admin: { host, port, hosts } });
  expect(await status('none')).toBe(200);
  expect(await json(own.get('/openapi.json'))).toMatchObject({ security: [] });
  await own.stop();
});

it('listens to nobody without a table, and again with one, by what that says', async () => {
  const own = await startApi({ admin: 'token-file = "token"', files: { token: 'correct-horse-battery\n' } });
  onTestFinished(() => own.stop());
  const port = Number(new URL(own.url).port);
  const status = async (token: string): Promise<number> =>
    (await fetch(new URL('/api/v1/overview', own.url), { headers: { Authorization: `Bearer ${token}` } })).status;
  await own.front.reload({});
  await expect(status('correct-horse-battery')).rejects.toThrow('fetch failed');
  await own.front.reload({});
  expect(own.front.url).toBe('');
  await own.front.reload({ admin: { ...own.config.admin, port, token: 'staple-of-the-day' } });
  expect([await status('correct-horse-battery'), await status('staple-of-the-day')]).toEqual([401, 200]);
});

it('moves to where another table listens, and stays as it is when it can not', async () => {
  const own = await startApi({ admin: 'token-file = "token"', files: { token: 'correct-horse-battery\n' } });
  onTestFinished(() => own.stop());
  const overview = async (url: string, token = 'correct-horse-battery'): Promise<number> =>
    (await fetch(new URL('/api/v1/overview', url), { headers: { Authorization: `Bearer ${token}` } })).status;
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  // There it would need no token.
  const open = { host: '127.0.0.1', port, hosts: [] };
  await own.front.reload({ admin: open });
  expect(String(own.troubles[0])).toMatch(/no HTTP on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; it stays on 127\.0\.0\.1:/);
  expect([own.front.url, await overview(own.url), await overview(own.url, 'none')]).toEqual([own.url, 200, 401]);
  await new Promise((closed) => other.close(closed));
  const stream = await own.get('/api/v1/events', { headers: { Authorization: 'Bearer correct-horse-battery' } });
  await own.front.reload({ admin: { ...own.config.admin, port } });
  expect(own.front.url).toBe(`http://127.0.0.1:${port}/`);
  expect([await overview(own.front.url), await overview(own.front.url, 'none')]).toEqual([200, 401]);
  await expect(stream.text()).rejects.toThrow('terminated');
  await expect(fetch(new URL('/health/live', own.url))).rejects.toThrow('fetch failed');
});

it('moves to any address of the port on which it listens, and back', async () => {
  const own = await startApi({ admin: 'token-file = "token"', files: { token: 'correct-horse-battery\n' } });
  onTestFinished(() => own.stop());
  const port = Number(new URL(own.url).port);
  const isThere = async (host: string): Promise<boolean> => {
    const socket = connect(port, host);
    const there = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return there;
  };
  const at = (host: string): Promise<void> => own.front.reload({ admin: { ...own.config.admin, host, port } });
  await at('0.0.0.0');
  expect([own.troubles, await isThere('127.0.0.1'), await isThere('127.0.0.2')]).toEqual([[], true, true]);
  await at('127.0.0.1');
  expect([own.troubles, await isThere('127.0.0.1'), await isThere('127.0.0.2')]).toEqual([[], true, false]);
});

it('RFC 3339 §5.6: takes days and times that say how far they are from UTC, no local ones', async () => {
  const status = async (time: string): Promise<number> =>
    (await server.get(`/api/v1/queue?before=${encodeURIComponent(time)}`)).status;
  for (const time of ['2026-01-31', '2026-01-31T12:00:00Z', '2026-01-31t12:00:00.25z', '2026-01-31 12:00:00+05:30'])
    expect([time, await status(time)]).toEqual([time, 200]);
  for (const time of ['2026-01-31T12:00:00', '2026-01-31T12:00Z', '2026-01-31 noon', '31 Jan 2026'])
    expect([time, await status(time)]).toEqual([time, 400]);
});

it('counts what goes on in steps of ten seconds', async () => {
  const overview = await json<{ readonly steps: readonly unknown[]; readonly totals: { readonly accepted: number } }>(
    server.get('/api/v1/overview'),
  );
  expect(overview.steps).toHaveLength(360);
  expect(overview.totals.accepted).toBeGreaterThan(0);
  // The message of the test above failed.
  expect(overview).toMatchObject({ failures: [{ status: '5.1.1', recipients: 1 }] });
});

it('lists what webhooks could not deliver, and sends it again', async () => {
  const bodies: string[] = [];
  let status = 410;
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      if (status === 200) bodies.push(body);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const hooked = await startApi({
    toml: `[[webhook]]\nname = "app"\nurl = "http://127.0.0.1:${port}/"\nsecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"\nevents = ["failed"]`,
  });
  const recipients = [{ address: '550@simulator.test' }];
  await hooked.post('/api/v1/messages', { from: '', recipients, raw: 'a: b\n\n' });
  interface Letters {
    readonly letters: readonly { readonly id: string; readonly event: { readonly kind: string } }[];
  }
  const dead = () => json<Letters>(hooked.get('/api/v1/webhooks/app/dead-letters'));
  await waitFor(async () => (await dead()).letters.length === 1);
  expect((await dead()).letters[0]?.event).toMatchObject({ kind: 'failed', recipient: '550@simulator.test' });
  expect(await json(hooked.get('/api/v1/webhooks'))).toMatchObject({ webhooks: [{ webhook: 'app', deadLetters: 1 }] });
  status = 200;
  expect(await json(hooked.post('/api/v1/webhooks/app/dead-letters/replay', {}))).toEqual({ count: 1 });
  await waitFor(() => bodies.length === 1);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ type: 'failed' });
  expect((await hooked.post('/api/v1/webhooks/other/dead-letters/replay', {})).status).toBe(404);
  await hooked.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

it('refuses what is suppressed, and says so', async () => {
  const entry = { address: 'Bob@simulator.test', reason: 'asked us to stop', until: '2999-01-01T00:00:00Z' };
  expect(await json(server.post('/api/v1/suppressions', { entries: [entry] }))).toEqual({ count: 1 });
  const recipients = [{ address: 'ok@simulator.test' }, { address: 'bob@simulator.test' }];
  expect(await json(server.post('/api/v1/messages', { from: '', recipients, raw: 'a: b\n\n' }))).toMatchObject({
    code: 'refused',
    errors: [
      { where: 'body.recipients.1.address', message: expect.stringMatching(/^5\.1\.1 .*suppression list/) as string },
    ],
  });
  const kept = { address: 'bob@simulator.test', reason: 'asked us to stop', until: '2999-01-01T00:00:00.000Z' };
  expect(await json(server.get('/api/v1/suppressions?search=BOB'))).toMatchObject({ entries: [kept], next: null });
  expect(await json(server.get('/api/v1/suppressions/bob%40simulator.test'))).toMatchObject(kept);
  const exported = await (await server.get('/api/v1/suppressions/export')).text();
  const path = '/api/v1/suppressions/bob%40simulator.test';
  expect((await server.get(path, { method: 'DELETE' })).status).toBe(204);
  expect((await server.get(path, { method: 'DELETE' })).status).toBe(404);
  // What was exported can be added again as it is.
  const entries = exported
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(await json(server.post('/api/v1/suppressions', { entries }))).toEqual({ count: 1 });
  expect(await json(server.get(path))).toMatchObject(kept);
});

it('a server that keeps no suppression list says so, to whoever asks for all of it, too', async () => {
  const keepsNone = await startApi({ suppression: false });
  try {
    for (const path of ['', '/export', '/a%40b.example']) {
      const answer = await keepsNone.get(`/api/v1/suppressions${path}`);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        code: 'not-available',
        detail: expect.stringContaining('suppression'),
      });
    }
  } finally {
    await keepsNone.stop();
  }
});

it('HEAD opens no content, which nobody would read', async () => {
  const store = openMemoryQueueStore();
  let opened = 0;
  const large: Content = {
    sizeOctets: 3,
    read() {
      opened++;
      return contentOf([new TextEncoder().encode('abc')]).read();
    },
  };
  const watched = new Proxy(store, {
    get: (target, name) =>
      name === 'content' ? () => Promise.resolve(large) : bound(target, Reflect.get(target, name)),
  });
  const other = await startApi({ store: watched });
  onTestFinished(() => other.stop());
  const recipients = [{ address: '4.2.1@simulator.test' }];
  const { id } = await json<{ readonly id: string }>(
    other.post('/api/v1/messages', { from: 'a@b.example', recipients, raw: 'Subject: x\n\n' }),
  );
  await other.event((event) => event.kind === 'deferred' && event.messageId === id);
  const before = opened;
  const path = `/api/v1/messages/${id}/content`;
  const head = await other.get(path, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type'), opened]).toEqual([200, 'message/rfc822', before]);
  expect(await (await other.get(path)).text()).toBe('abc');
  expect(opened).toBe(before + 1);
});

function bound(target: object, value: unknown): unknown {
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
