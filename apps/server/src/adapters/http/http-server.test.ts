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
