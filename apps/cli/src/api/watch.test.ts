import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { dsn } from '../../test/support/terminal.ts';

const event = 'id: run-1\ndata: {"kind":"resumed","at":"2026-11-23T09:00:00Z","messageId":""}\n\n';

/** A server that gives these answers, one after the other, and breaks each off. */
async function serving(...answers: readonly ((response: ServerResponse) => void)[]): Promise<string> {
  const left = [...answers];
  const server = createServer((_, response) => (left.shift() ?? answers.at(-1))?.(response)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const streaming = (response: ServerResponse): void =>
  void response.writeHead(200, { 'Content-Type': 'text/event-stream', Connection: 'close' }).end(event);
const refusing = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end('{"detail":"Not you"}');

it('RFC 9110 §15.5.2: dsn watch ends, and says why, where the server does not let it in any more', async () => {
  const url = await serving(streaming, refusing(401));
  const { code, stdout, stderr } = await dsn(['watch', '--url', url]);
  expect(stdout).toMatch(/ resumed\n$/);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^dsn: Not you: the token of the server in /)]);
});

it('RFC 9110 §15.6.4: dsn watch goes on where the server says that it can not answer now', async () => {
  const url = await serving(streaming, refusing(503), streaming);
  const { code, stdout } = await dsn(['watch', '--url', url, '--count', '2']);
  expect([code, stdout.match(/ resumed\n/g)?.length]).toEqual([0, 2]);
});
