import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FetchHttpClient } from './fetch-http-client.ts';

let server: Server;
let url: string;
const heard: string[] = [];

beforeEach(async () => {
  heard.length = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      heard.push(`${request.method ?? ''} ${request.headers['x-test'] as string} ${body}`);
      if (request.url === '/slow') return;
      if (request.url === '/moved') response.writeHead(302, { location: '/' }).end();
      else response.writeHead(202).end('x'.repeat(request.url === '/long' ? 100_000 : 5));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function* body(): AsyncGenerator<Uint8Array> {
  for (const piece of ['{"a":', '1}']) yield await Promise.resolve(new TextEncoder().encode(piece));
}
const post = (path: string, timeoutMs = 10_000) =>
  new FetchHttpClient().post({
    url: url + path,
    headers: { 'x-test': 'yes' },
    body: body(),
    timeoutMs,
    maxOctets: 1000,
  });

describe('FetchHttpClient', () => {
  it('posts a body in pieces and reads the answer', async () => {
    expect(await post('/')).toEqual({ status: 202, body: 'xxxxx' });
    expect(heard).toEqual(['POST yes {"a":1}']);
  });

  it('says why there is no answer', async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(post('/')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('follows no redirect, and does not read more of the answer than counts', async () => {
    expect((await post('/moved')).status).toBe(302);
    expect((await post('/long')).body.length).toBeLessThanOrEqual(1000);
  });

  it('RFC 8461 §3.3: gets a page, follows no redirect, refuses one that is too long', async () => {
    const get = (path: string) => new FetchHttpClient().get({ url: url + path, timeoutMs: 5000, maxOctets: 1000 });
    expect(await get('/')).toEqual({ status: 202, contentType: '', body: 'xxxxx' });
    expect((await get('/moved')).status).toBe(302);
    await expect(get('/long')).rejects.toThrow('more than 1000 octets');
  });

  it('rejects when no answer comes in time or nobody is there', async () => {
    await expect(post('/slow', 100)).rejects.toThrow();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(post('/')).rejects.toThrow();
  });
});
