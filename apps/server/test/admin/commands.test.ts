import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { DSN, runDsn } from '../support/commands.ts';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
let id = '';
beforeAll(async () => {
  server = await startApi();
  const recipients = [{ address: '4.2.1@simulator.test', notify: ['failure'] }];
  const submitted = await server.post('/api/v1/messages', {
    from: 'alice@example.org',
    recipients,
    raw: 'Subject: x\n\nx',
  });
  ({ id } = (await submitted.json()) as { readonly id: string });
  await server.event((event) => event.kind === 'deferred');
});
afterAll(() => server.stop());

/** What a command writes, with ids and times as words. */
async function dsn(...args: string[]): Promise<string> {
  const { stdout, stderr } = await runDsn(args, { DSN_API_URL: server.url, COLUMNS: '300', NO_COLOR: '1' });
  return (stderr.replace(/^(?=.)/gm, '! ') + stdout)
    .replaceAll(id, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b\d+[smh]\b( \d+m\b)?/g, 'SPAN')
    .replace(/ {2,}/g, '  ');
}

it('dsn queue shows what waits, and steers it', async () => {
  expect(await dsn('queue', 'list')).toBe(
    'ID  AGE  SIZE  FROM  TO  STATE\n' +
      'ID  SPAN  ' +
      `${String((await queued()).sizeOctets)}  <alice@example.org>  4.2.1@simulator.test  waiting for SPAN, 1 attempt: ` +
      '450 4.2.1 The mailbox is busy or receiving mail at too high a rate, try again later\n',
  );
  expect(await dsn('queue', 'show', id)).toContain('  4.2.1@simulator.test: waiting for SPAN, 1 attempt: 450 4.2.1');
  expect(await dsn('queue', 'hold', id)).toBe('1 recipient of 1 message: held\n');
  expect(await dsn('queue', 'list', '--state', 'held', '--json')).toContain('"state":"held"');
  expect(await dsn('queue', 'release', id, '--json')).toBe('{"messages":1,"recipients":1,"busy":0}\n');
  const before = await server.event((event) => event.kind === 'released');
  expect(await dsn('queue', 'retry', '--destination', 'simulator:')).toBe(
    '1 recipient of 1 message: to be attempted now\n',
  );
  const again = await server.event((event) => event.kind === 'deferred' && event.atMs >= before.atMs);
  expect(await dsn('queue', 'retry', '--all')).toBe('1 recipient of 1 message: to be attempted now\n');
  await server.event((event) => event.kind === 'deferred' && event.atMs > again.atMs);
  expect(await dsn('queue', 'retry', '--all', '--destination', 'simulator:')).toContain('cannot be used with');
  expect(await dsn('queue', 'retry', '--all', id)).toContain('name messages by their ids, or --all alone');
  expect(await dsn('queue', 'pause', 'simulator:')).toBe('simulator: paused\n');
  expect(await dsn('queue', 'destinations')).toBe(
    'RECIPIENTS  OLDEST  IN HAND  STATE  DESTINATION\n1  SPAN  0  paused  simulator:\n',
  );
  expect(await dsn('queue', 'resume', 'simulator:')).toBe('simulator: resumed\n');
  await server.event((event) => event.kind === 'resumed');
  expect(await dsn('queue', 'bounce', id, '--status', '5.7.1', '--reason', 'Not sent by us')).toBe(
    '1 recipient of 1 message: failed; senders are told as they asked\n',
  );
  expect(await server.event((event) => event.kind === 'bounced')).toMatchObject({
    failure: { status: '5.7.1', reason: 'Not sent by us' },
  });
  expect(await dsn('queue', 'drop', id)).toBe(
    `! dsn: There is nothing of ID in the queue for which this can be done\n`,
  );
});

it('dsn watch follows the events', async () => {
  const watched = dsn('watch', '--kinds', 'delivered', '--count', '1');
  // Whoever watches sees what comes from then on.
  for (;;) {
    await server.post('/api/v1/messages', {
      from: '',
      recipients: [{ address: 'ok@simulator.test' }],
      raw: 'a: b\n\n',
    });
    const first = await Promise.race([watched, new Promise((resolve) => setTimeout(resolve, 200, undefined))]);
    if (first !== undefined) break;
  }
  expect(await watched).toMatch(/^\d\d:\d\d:\d\d \S+ delivered +ok@simulator\.test 250 2\.1\.5 Delivered\n$/);
});

it('dsn suppress keeps the suppression list', async () => {
  expect(await dsn('suppress', 'list')).toBe('no address is suppressed\n');
  expect(await dsn('suppress', 'add', 'Bob@example.net', '--reason', 'left the company', '--until', '2999-01-01')).toBe(
    '1 added\n',
  );
  expect((await dsn('suppress', 'list')).replace(/\b20\d\d-\d\d-\d\d/, 'DAY')).toBe(
    'ADDRESS  SINCE  UNTIL  REASON\nbob@example.net  DAY  2999-01-01  left the company\n',
  );
  const exported = await dsn('suppress', 'export');
  expect(JSON.parse(exported)).toMatchObject({ address: 'bob@example.net', reason: 'left the company' });
  expect(await dsn('suppress', 'remove', 'bob@example.net')).toBe('bob@example.net: removed\n');
  expect(await dsn('suppress', 'show', 'bob@example.net')).toBe('! dsn: bob@example.net is not on the list\n');
});

it('dsn suppress takes a time without a zone for one of its own', async () => {
  const env = { DSN_API_URL: server.url, TZ: 'Asia/Kolkata' };
  await runDsn(['suppress', 'add', 'zone@example.net', '--until', '2999-07-01T12:00:00'], env);
  const { stdout } = await runDsn(['suppress', 'export'], env);
  expect(stdout).toMatch(/"zone@example\.net".*"2999-07-01T06:30:00(?:\.000)?Z"/);
  await runDsn(['suppress', 'remove', 'zone@example.net'], env);
});

it('what can not be done is told before anything is done, in words of the command', async () => {
  const { id: gone } = (await (
    await server.post('/api/v1/messages', { from: '', recipients: [{ address: 'ok@simulator.test' }], raw: 'a: b\n\n' })
  ).json()) as { readonly id: string };
  await server.kept(gone);
  for (const [args, told] of [
    [['queue', 'show', 'nosuch'], 'nosuch is not in the queue'],
    [['queue', 'show', gone], `${gone} is not in the queue any more; GET /api/v1/messages/${gone} and the page tell`],
    [['queue', 'bounce', 'x', '--status', '4.0.0'], '--status 4.0.0: expected a status of failure, such as 5.7.1'],
    [['queue', 'list', '--token-file', '/no/such'], '--token-file /no/such: no such file or folder'],
    [['queue', 'reroute', 'x', '--to', 'there'], '"there" is no next hop: expected smtp://HOST:PORT, '],
    [['watch', '--kinds', 'failed,bouncing'], 'query.kinds has a kind that there is not; there are accepted, '],
    [['suppress', 'add', 'bob at example.net'], 'bob at example.net: expected an address such as'],
    [['suppress', 'add', 'a@b.example', '--until', 'tomorrow'], '--until tomorrow: expected a date or time to come'],
    [
      ['suppress', 'add', 'a@b.example', '--until', '2020-01-01'],
      '--until 2020-01-01: expected a date or time to come',
    ],
    [
      ['suppress', 'add', 'a@b.example', '--until', '2999-02-29'],
      '--until 2999-02-29: expected a date or time to come',
    ],
  ] as const)
    expect(await dsn(...args)).toMatch(new RegExp(`^! dsn: ${told.replace(/[?.*+^$(){}|[\]\\]/g, '\\$&')}.*\n$`));
  expect(await dsn('suppress', 'add', 'Postmaster@b.example')).toBe(
    '0 added; 1 passed over: mail to postmasters is never refused\n',
  );
});

it('a server that is not there, and a token that is wrong, are told in one line', async () => {
  expect(await dsn('queue', 'list', '--url', 'http://127.0.0.1:1')).toMatch(
    /^! dsn: no answer from http:\/\/127\.0\.0\.1:1: .*; is \[admin\] there, and --url right\?\n$/,
  );
});

async function queued(): Promise<{ readonly sizeOctets: number }> {
  return (await (await server.get(`/api/v1/queue/${id}`)).json()) as { readonly sizeOctets: number };
}

it('dsn queue list shows a hundred recipients of a message, and says how many more wait; dsn queue show has all', async () => {
  const recipients = Array.from({ length: 102 }, (_, n) => ({ address: `4.2.1+${n}@simulator.test` }));
  const answer = await server.post('/api/v1/messages', { from: 'many@example.org', recipients, raw: 'a: b\n\n' });
  const { id: many } = (await answer.json()) as { readonly id: string };
  await server.event(({ kind, messageId }) => kind === 'deferred' && messageId === many);
  const listed = await dsn('queue', 'list', '--sender', 'many@example.org');
  expect(listed.match(/4\.2\.1\+/g)).toHaveLength(100);
  expect(listed).toMatch(/^ +and 2 more recipients\s*$/m);
  expect((await dsn('queue', 'show', many)).match(/^ {2}4\.2\.1\+\d+@/gm)).toHaveLength(102);
  await dsn('queue', 'drop', many);
});

it('dsn queue pause takes next hops, and names them as those have it who wait', async () => {
  expect(await dsn('queue', 'pause', 'simulator')).toMatch(/^! dsn: "simulator" is no next hop: expected .*\n$/);
  expect(await dsn('queue', 'pause', 'smtp://127.0.0.1')).toBe('smtp://127.0.0.1 paused\n');
  expect(await dsn('queue', 'pause', 'mx:Ivory.EDU')).toBe('mx:Ivory.EDU paused\n');
  const paused = (await dsn('queue', 'destinations', '--json')).trim().split('\n');
  const names = paused.map((line) => (JSON.parse(line) as { readonly destination: string }).destination);
  expect(names).toEqual(expect.arrayContaining(['smtp://127.0.0.1:25', 'mx:ivory.edu']));
  expect(await dsn('queue', 'resume', 'smtp://127.0.0.1')).toBe('smtp://127.0.0.1 resumed\n');
  expect(await dsn('queue', 'resume', 'mx:ivory.edu')).toBe('mx:ivory.edu resumed\n');
});

it('dsn suppress takes what mail can be sent to, and nothing else', async () => {
  for (const wrong of ['<bob@example.net>', 'bob@example.net,x', 'a@b.example, bob@example.net', 'bob'])
    expect(await dsn('suppress', 'add', wrong)).toBe(
      `! dsn: ${wrong}: expected an address such as someone@example.org\n`,
    );
  const answer = await server.post('/api/v1/suppressions', { entries: [{ address: '<bob@example.net>' }] });
  expect(answer.status).toBe(400);
  expect(await dsn('suppress', 'add', '"a b"@example.net', 'josé@例え.example')).toBe('2 added\n');
  expect(await dsn('suppress', 'remove', '"a b"@example.net', 'josé@例え.example')).toBe(
    '"a b"@example.net: removed\njosé@例え.example: removed\n',
  );
});

it('dsn suppress import adds what it can, and tells each line that is no entry', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsn-import-'));
  const file = join(folder, 'list');
  const lines = [
    '\ufeff# from another system',
    '<Ann@example.net>',
    '{"address":"<ben@example.net>","reason":"older list"}',
    'Kim <kim@example.net>',
    '',
    '{"address":',
    'dan@example.net',
    '{"reason":"nobody"}',
  ];
  writeFileSync(file, lines.join('\r\n'));
  const expected = 'expected an address such as someone@example.org';
  expect(await dsn('suppress', 'import', file)).toBe(
    `! dsn: ${file}:4: ${expected}\n! dsn: ${file}:6: is no JSON object\n! dsn: ${file}:8: ${expected}\n3 added\n`,
  );
  writeFileSync(file, 'nobody\n'.repeat(25));
  const refused = await dsn('suppress', 'import', file);
  expect(refused).toContain(`! dsn: ${file}:20: ${expected}\n! dsn: ${file}: 5 more lines are no entries\n`);
  expect(refused).toContain('0 added\n');
  rmSync(folder, { recursive: true });
  for (const name of ['ann', 'ben', 'dan'])
    expect(await dsn('suppress', 'remove', `${name}@example.net`)).toBe(`${name}@example.net: removed\n`);
});

it('another program behind --url is told from dsnd, whatever it answers', async () => {
  const answers = [
    ['text/html', '<html></html>'],
    ['application/json', '{"status":"ok"}'],
    ['application/json', 'null'],
  ] as const;
  for (const [type, body] of answers) {
    const other = createServer((_, response) => response.writeHead(200, { 'Content-Type': type }).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const commands = ['queue list', 'queue pause mx:', 'queue retry 1', 'suppress export', 'suppress list', 'watch'];
    for (const command of commands)
      expect(await dsn(...command.split(' '), '--url', url)).toBe(
        `! dsn: what answers at ${url} is not the API of dsnd; is --url right?\n`,
      );
    await new Promise((resolve) => other.close(resolve));
  }
}, 60_000);

it('nothing that a server names does anything to a terminal', async () => {
  const evil = 'x\u001b]0;owned\u0007\u009b2J\u202e';
  const recipient = {
    ...{ address: evil, parameters: evil, state: evil, destination: evil, attempts: 1, nextAttemptAt: '' },
    lastFailure: null,
  };
  const message = { id: evil, reversePath: evil, parameters: evil, arrivedAt: evil, origin: evil, sizeOctets: 1 };
  const stranger = createServer(({ url = '' }, response) => {
    if (url.includes('/events')) {
      const event = { kind: evil, at: '2026-01-31T12:00:00Z', messageId: evil, recipient: evil };
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`id: 1\nevent: failed\ndata: ${JSON.stringify(event)}\n\n`);
    } else if (url.includes('/export')) {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      response.end(`${JSON.stringify({ address: evil })}\n`);
    } else response.end(JSON.stringify({ ...message, recipients: [recipient] }));
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  onTestFinished(() => {
    stranger.closeAllConnections();
    stranger.close();
  });
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  for (const command of ['queue show x', 'watch --count 1', 'suppress export']) {
    const shown = await dsn(...command.split(' '), '--url', url);
    expect(shown).toContain('0;owned');
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

it('dsn watch goes on where it was when the server breaks off and comes back', async () => {
  const asked: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    asked.push(request.headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    const data = JSON.stringify({ kind: 'delivered', at: '2026-01-01T12:00:00Z', messageId: String(asked.length) });
    response.write(`id: ${asked.length}\nevent: delivered\ndata: ${data}\n\n`);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const watch = spawn(process.execPath, [...DSN, 'watch', '--count', '2', '--url', url]);
  let told = '';
  const hear = (text: Buffer): void => {
    told += text.toString();
    if (asked.length === 1) other.closeAllConnections();
  };
  watch.stdout.on('data', hear);
  watch.stderr.on('data', hear);
  const code = await new Promise((resolve) => watch.once('close', resolve));
  expect({ told, code, asked }).toEqual({
    told: '12:00:00 1 delivered\n12:00:00 2 delivered\n',
    code: 0,
    asked: [undefined, '1'],
  });
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
}, 60_000);
