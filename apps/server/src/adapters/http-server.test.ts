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
