import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { DSND } from '../support/commands.ts';
import { freePort, startDsnd, temporaryFolder, type Dsnd } from '../support/dsnd.ts';

const folder = temporaryFolder('dsnd-http-');
const running: Dsnd[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.kill();
});
afterAll(() => folder.remove());

async function start(http: number): Promise<Dsnd> {
  const smtp = await freePort();
  const toml = `
hostname = "mx.example.org"
store = "sqlite:queue"
[admin]
listen = "127.0.0.1:${http}"
[history]
[[listen]]
address = "127.0.0.1:${smtp}"
[[route]]
match = "simulator.test"
to = "simulator:"
[[route]]
match = "*"
to = "maildir:mail"`;
  const server = await startDsnd(folder.path, toml, smtp);
  running.push(server);
  const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${http}/readyz`)).status;
  while ((await ready()) !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  return server;
}

interface Answer {
  readonly id: string;
}

function submit(http: number, key: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${http}/api/v1/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify({ from: '', recipients: [{ address: '4.2.1@simulator.test' }], raw: 'a: b\n\n' }),
  });
}

it('a key is honoured after kill -9, and the message is there once', async () => {
  const http = await freePort();
  const first = await start(http);
  const { id } = (await (await submit(http, 'k')).json()) as Answer;
  await first.kill();
  await start(http);
  const again = await submit(http, 'k');
  expect([again.headers.get('idempotency-replayed'), ((await again.json()) as Answer).id]).toEqual(['true', id]);
  const queue = await fetch(`http://127.0.0.1:${http}/api/v1/queue`);
  expect(await queue.json()).toMatchObject({ messages: [{ id }], next: null });
});

it('ends on SIGTERM although somebody follows the events', async () => {
  const http = await freePort();
  const server = await start(http);
  const stream = await fetch(`http://127.0.0.1:${http}/api/v1/events`);
  expect(stream.status).toBe(200);
  const ended = stream.text().catch(() => 'cut off');
  expect(await server.stop()).toBe(0);
  await ended;
});

it('does not start where other hosts could steer it without a secret, or where somebody else has the port', async () => {
  const config = (listen: string): string => {
    const file = join(folder.path, 'refused.toml');
    const rest = '[[listen]]\naddress = "127.0.0.1:0"\n[[route]]\nmatch = "*"\nto = "discard:"';
    writeFileSync(file, `hostname = "a.example"\nstore = "sqlite:refused"\n[admin]\nlisten = "${listen}"\n${rest}`);
    return file;
  };
  const dsnd = (file: string) =>
    spawnSync(process.execPath, [...DSND, '--config', file], { encoding: 'utf8', timeout: 20_000 });
  const open = dsnd(config('0.0.0.0:0'));
  expect([open.status, open.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^dsnd: .*refused\.toml:4: admin\.listen: "0\.0\.0\.0" can be reached from other hosts; .*\n$/,
    ),
  ]);
  const http = await freePort();
  await start(http);
  const taken = dsnd(config(`127.0.0.1:${http}`));
  expect([taken.status, taken.stderr]).toEqual([
    2,
    expect.stringMatching(/^dsnd: no HTTP on 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n$/),
  ]);
});

it('ends with one line where the HTTP side can not go into service, although mail is taken by then', () => {
  mkdirSync(join(folder.path, 'unreadable/idempotency.jsonl'), { recursive: true });
  const file = join(folder.path, 'unreadable.toml');
  const tables = [
    '[admin]\nlisten = "127.0.0.1:0"',
    '[history]\n[suppression]',
    '[[webhook]]\nurl = "http://127.0.0.1:9/"\nsecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"',
    '[[listen]]\naddress = "127.0.0.1:0"',
    '[[route]]\nmatch = "*"\nto = "discard:"',
  ];
  writeFileSync(file, `hostname = "a.example"\nstore = "sqlite:unreadable"\n${tables.join('\n')}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [...DSND, '--config', file], {
    ...{ cwd: folder.path, encoding: 'utf8', timeout: 15_000 },
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^dsnd: EISDIR[^\n]*\n$/);
});
