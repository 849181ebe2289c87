import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as moment } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openHttpServer } from './http-server.ts';

it('closes after what is under way has come to its end, though its client was cut off before', async () => {
  const under: { answer?: (response: Response) => void } = {};
  const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, () => {
    return new Promise((resolve) => (under.answer = resolve));
  });
  const client = fetch(`http://127.0.0.1:${server.port}/`).then(
    () => 'answered',
    () => 'cut off',
  );
  while (under.answer === undefined) await moment(5);
  let isClosed = false;
  const closing = server.close().then(() => (isClosed = true));
  expect(await client).toBe('cut off');
  await moment(50);
  expect(isClosed).toBe(false);
  under.answer(new Response(''));
  await closing;
});

it(
  'ends connections on which half a request came, soon after the time that fields may take',
  { timeout: 8_000 },
  async () => {
    const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, () => Promise.resolve(new Response('')), 200);
    const slow = connect(server.port, '127.0.0.1');
    let heard = '';
    slow.setEncoding('latin1').on('data', (text: string) => (heard += text));
    slow.write('GET / HTTP/1.1\r\nHost: x\r\nX-Half: ');
    await once(slow, 'close');
    expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    await server.close();
  },
);

/** What is heard until the connection ends. */
async function exchanged(port: number, ...said: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text));
  socket.on('error', () => undefined);
  for (const text of said) socket.write(text);
  await once(socket, 'close');
  return heard;
}

it.each([
  [431, 'header-too-large', `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  [431, 'header-too-large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`],
  [400, 'bad-request', 'what is this\r\n\r\n'],
])('RFC 9457 §3: what is too large, or no request, is answered as a problem: %i %s', async (status, code, request) => {
  const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, () => Promise.resolve(new Response('')));
  const [head = '', body = ''] = (await exchanged(server.port, request)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toContain('application/problem+json');
  expect(head).toContain(`Content-Length: ${body.length}`);
  expect(JSON.parse(body)).toMatchObject({ status, code });
  await server.close();
});

it('is not said within another answer', async () => {
  const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, () => {
    const pieces = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('a piece')) });
    return Promise.resolve(new Response(pieces));
  });
  const heard = await exchanged(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'what is this\r\n\r\n');
  expect(heard).not.toContain('problem');
  await server.close();
});
