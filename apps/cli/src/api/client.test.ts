import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { ApiClient } from './client.ts';

it('RFC 9110 §15.5.2: who is asked for a token is told where dsn looks for it', async () => {
  const server = createServer((_, response) => {
    response.writeHead(401, { 'Content-Type': 'application/problem+json' }).end('{"detail":"A token is needed"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient({ url: `http://127.0.0.1:${port}` }, {});
  await expect(client.get('/api/v1/queue', 'items')).rejects.toThrow(
    /^A token is needed: .*--token-file or DSN_API_TOKEN$/,
  );
  server.closeAllConnections();
  server.close();
});
