import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort, startDsnd, temporaryFolder, waitFor } from '../support/dsnd.ts';

const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;

interface Hook {
  readonly id: string;
  readonly type: string;
  readonly messageId: string;
  readonly answered: 'stalled' | 'failed' | 'redirected' | 'taken';
}

/** A receiver that checks signatures, and behaves as `mood` says. */
async function startReceiver(port: number) {
  const hooks: Hook[] = [];
  const state: { mood: Hook['answered'] } = { mood: 'taken' };
  let elsewhere = 0;
  const server: Server = createServer((request, response) => {
    if (request.url !== '/hook') elsewhere += 1;
    void readBody(request).then((body) => {
      const headers = request.headers as Record<string, string>;
      new Webhook(SECRET).verify(body, headers);
      const { type, data } = JSON.parse(body) as { type: string; data: { messageId: string } };
      const answered = state.mood;
      hooks.push({ id: headers['webhook-id'] ?? '', type, messageId: data.messageId, answered });
      if (answered === 'stalled') return;
      const status = { failed: 500, redirected: 307, taken: 204 }[answered];
      response.writeHead(status, answered === 'redirected' ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { hooks, state, elsewhere: () => elsewhere };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
}

async function send(port: number, number: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = [
    ...['EHLO client.example', `MAIL FROM:<sender${number}@example.org>`, 'RCPT TO:<bob@example.net>', 'DATA'],
    ...[`Subject: ${number}\r\n\r\nHello.\r\n.`, 'QUIT'],
  ];
  let waiting = 0;
  socket.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\r\n')) {
      if (!/^\d{3} /.test(line)) continue;
      const next = lines[waiting++];
      if (next !== undefined) socket.write(`${next}\r\n`);
    }
  });
  await new Promise((resolve) => socket.once('close', resolve));
}

it('a real receiver that stalls, fails and comes back has every event at least once and in order, over kill -9', async () => {
  const folder = temporaryFolder('events-webhook-');
  onTestFinished(() => folder.remove());
  const port = await freePort();
  const hookPort = await freePort();
  const { hooks, state, elsewhere } = await startReceiver(hookPort);
  const toml = `
hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "*"
to = "discard:"
[[webhook]]
name = "receiver"
url = "http://127.0.0.1:${hookPort}/hook"
secret-env = "HOOK_SECRET"
timeout = "1s"`;
  vi.stubEnv('HOOK_SECRET', SECRET);
  onTestFinished(() => void vi.unstubAllEnvs());
  const first = await startDsnd(folder.path, toml, port);
  onTestFinished(() => first.kill());
  await send(port, 1);
  await waitFor(() => hooks.filter(({ answered }) => answered === 'taken').length === 3);
  state.mood = 'stalled';
  await Promise.all([send(port, 2), send(port, 3)]);
  await waitFor(() => hooks.some(({ answered }) => answered === 'stalled'));
  // In the middle of a stalled request.
  await first.kill();
  state.mood = 'redirected';
  const second = await startDsnd(folder.path, toml, port);
  onTestFinished(() => second.kill());
  await waitFor(() => hooks.some(({ answered }) => answered === 'redirected'));
  state.mood = 'failed';
  await send(port, 4);
  await waitFor(() => hooks.some(({ answered }) => answered === 'failed'), 30_000);
  await second.kill();
  state.mood = 'taken';
  const third = await startDsnd(folder.path, toml, port);
  onTestFinished(() => third.kill());
  const taken = () => hooks.filter(({ answered }) => answered === 'taken');
  await waitFor(() => new Set(taken().map(({ id }) => id)).size === 12);
  expect(await third.stop()).toBe(0);
  expect(elsewhere()).toBe(0);
  for (const messageId of new Set(taken().map((hook) => hook.messageId))) {
    // One that was taken more slowly than its sender waits comes again, with the same id.
    const own = taken().filter((hook) => hook.messageId === messageId);
    const types = [...new Map(own.map(({ id, type }) => [id, type])).values()];
    expect(types).toEqual(['accepted', 'attempted', 'delivered']);
  }
}, 90_000);
