import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { certificate } from '../test/certificate.ts';
import type { Connection } from './index.ts';
import { connectTo } from './node.ts';

let server: Server | undefined;
let connection: Connection | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  connection?.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  server = connection = undefined;
});

async function connected(serve: (socket: Socket) => void): Promise<Connection> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const tlsOptions = { ca: certificate.cert, servername: 'mx.example.net' };
  return (connection = await connectTo({ host: '127.0.0.1', port, tlsOptions }));
}

describe('connectTo', () => {
  it('RFC 5321 §4.5.3.2.5: a server that takes nothing more breaks the connection', async () => {
    const silent = await connected((socket) => void socket.pause());
    await expect(silent.write(new Uint8Array(100_000_000), 300)).rejects.toThrow();
    expect(await silent.read(60_000)).toBe('end');
    await expect(silent.write(new Uint8Array(1), 300)).rejects.toThrow();
  });

  it('a server that says more than is asked for has to wait until it is read', async () => {
    const said = new Uint8Array(100_000_000).fill(0x78);
    const all = { taken: false };
    const chatty = await connected((socket) => void socket.write(said, () => (all.taken = true)));
    // Time enough to take all of it, if it were taken.
    for (let turn = 0; turn < 5000 && !all.taken; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(all.taken).toBe(false);
    let length = 0;
    while (length < said.length) length += ((await chatty.read(60_000)) as Uint8Array).length;
    expect(length).toBe(said.length);
  });

  it.each([
    ['RFC 8314 §3.3: where TLS comes first', 'implicit', 465],
    ['RFC 6409 §3.1: else', 'starttls', 587],
    ['RFC 6409 §3.1: unless told otherwise', undefined, 587],
  ] as const)('%s the port of a submission server (%s) is %i', async (_, tls, port) => {
    // Nobody can be connected to there, and what failed is told with its port.
    const host = '255.255.255.255';
    await expect(connectTo({ host, ...(tls && { tls }) })).rejects.toThrow(`${host}:${port}`);
  });

  it('tells what went wrong with each address of a name', async () => {
    const lookup: LookupFunction = (_, __, found) =>
      found(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    await expect(
      connectTo({ host: 'mx.example.net', port: 1, tls: 'implicit', tlsOptions: { lookup } }),
    ).rejects.toThrow(/127\.0\.0\.1.*127\.0\.0\.2/);
  });

  it('RFC 3207 §4.1: a certificate for another name does not do for an address', async () => {
    await connected((socket) => {
      new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate) }).on('error', () => {
        socket.destroy();
      });
    });
    const { port } = server?.address() as AddressInfo;
    connection?.close();
    connection = await connectTo({ host: '127.0.0.1', port, tlsOptions: { ca: certificate.cert } });
    await expect(connection.startTls()).rejects.toThrow(/IP: 127\.0\.0\.1/);
  });

  it('a handshake that the server never takes up ends in the time that a connection may take', async () => {
    await connected(() => undefined);
    const { port } = server?.address() as AddressInfo;
    connection?.close();
    connection = await connectTo({ host: '127.0.0.1', port, connectTimeoutMs: 500 });
    await expect(connection.startTls()).rejects.toMatchObject({ code: 'connection', message: 'no connection in time' });
    expect(connection.secure).toBe(false);
  }, 20_000);

  it('RFC 3207 §4.2: octets that came in the clear are not read as if they had come inside TLS', async () => {
    const two = await connected((socket) => {
      // More than arrives in one piece.
      socket.write(`220 go\r\n${'250-put in between\r\n'.repeat(5000)}`);
      socket.once('data', (hello: Buffer) => {
        socket.pause();
        socket.unshift(hello);
        const secureContext = createSecureContext(certificate);
        new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined);
      });
    });
    expect(Buffer.from((await two.read(60_000)) as Uint8Array).toString()).toMatch(/^220 go/);
    // Whether the rest lies here by then or goes into the handshake: TLS does not come about.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await expect(two.startTls()).rejects.toMatchObject({ code: 'connection' });
    expect(two.secure).toBe(false);
  });
});
