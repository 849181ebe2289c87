import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../ports.ts';
import { InheritedSockets } from './inherited-sockets.ts';
import { NodeNetwork } from './node-network.ts';

const octets = (text: string) => new TextEncoder().encode(text);

/** A connection that was accepted, over a socket in the hands of the test: it tells what is written as it goes out. */
async function acceptedInHand(written: (text: string) => void) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  let accept: (socket: Socket) => void = () => undefined;
  const inherited = new InheritedSockets({});
  inherited.take = (_host, _port, accepted) => {
    accept = accepted;
    return server;
  };
  const network = new NodeNetwork({ inherited });
  const listening = Promise.withResolvers<Connection>();
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, listening.resolve);
  const socket = new Socket();
  socket._read = () => undefined;
  socket._write = (piece: Buffer, _, done) => {
    written(piece.toString());
    done();
  };
  accept(socket);
  return { network, socket, listener, connection: await listening.promise };
}

describe.each(['127.0.0.1', '::1'])('NodeNetwork on %s', (host) => {
  it('carries octets both ways and closes', async () => {
    const network = new NodeNetwork();
    const accepted: Connection[] = [];
    const listener = await network.listen({ host, port: 0 }, (connection) => {
      accepted.push(connection);
      connection.attach({ data: (piece) => connection.write(piece), closed: () => undefined });
    });
    expect(listener.host).toBe(host);
    const connection = await network.connect({ host, port: listener.port, timeoutMs: 5000 });
    const seen = await new Promise<string>((resolve, reject) => {
      let text = '';
      connection.attach({
        data: (piece) => {
          text += new TextDecoder().decode(piece);
          if (text === 'hello') connection.end();
        },
        closed: (error) => (error === undefined ? resolve(text) : reject(error)),
      });
      connection.write(octets('hel'));
      connection.write(octets('lo'));
    });
    expect(seen).toBe('hello');
    expect([connection.remoteAddress, connection.remotePort, accepted[0]?.remoteAddress]).toEqual([
      host,
      listener.port,
      host,
    ]);
    await listener.close();
    await expect(network.connect({ host, port: listener.port, timeoutMs: 5000 })).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'refused',
    });
  });
});

describe('NodeNetwork', () => {
  it('holds a writer back while the peer pauses, and tells when it may go on', async () => {
    const network = new NodeNetwork();
    let received = 0;
    let server: Connection | undefined;
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      server = connection;
      connection.attach({ data: (piece) => (received += piece.length), closed: () => undefined });
      connection.pause();
    });
    const connection = await network.connect({ host: '127.0.0.1', port: listener.port, timeoutMs: 5000 });
    let wake: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      connection.attach({ data: () => undefined, drained: () => wake(), closed: () => resolve() });
    });
    const piece = new Uint8Array(1 << 20);
    let sent = 0;
    do sent += piece.length;
    while (connection.write(piece) && sent < 1 << 28);
    expect(sent).toBeLessThan(1 << 28);
    const drained = new Promise<void>((resolve) => (wake = resolve));
    server?.resume();
    await drained;
    connection.end();
    await closed;
    expect(received).toBe(sent);
    await listener.close();
  });

  it('frees the memory of large pieces that are given back', async () => {
    const network = new NodeNetwork();
    const { promise: left, resolve } = Promise.withResolvers<number>();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({
        data: (piece) => {
          if (piece.length < 16_384) return;
          connection.release(piece);
          resolve(piece.length);
        },
        closed: () => undefined,
      });
    });
    const connection = await network.connect({ host: '127.0.0.1', port: listener.port, timeoutMs: 5000 });
    connection.attach({ data: () => undefined, closed: () => undefined });
    connection.write(new Uint8Array(1 << 22));
    expect(await left).toBe(0);
    connection.destroy();
    await listener.close();
  });

  it('answers a peer that closed its side right after its words', async () => {
    const network = new NodeNetwork();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({ data: () => connection.write(octets('bye')), closed: () => undefined });
    });
    const peer = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true });
    peer.end('hello');
    const said: Buffer[] = [];
    for await (const piece of peer) said.push(piece as Buffer);
    expect(Buffer.concat(said).toString()).toBe('bye');
    await listener.close();
  });

  it('hears at once that a host which it called has ended its side, also if that host still listens', async () => {
    const host = createServer({ allowHalfOpen: true }, (socket) => socket.end('421 bye')).listen(0, '127.0.0.1');
    await once(host, 'listening');
    const { port } = host.address() as AddressInfo;
    const connection = await new NodeNetwork().connect({ host: '127.0.0.1', port, timeoutMs: 5000 });
    let said = '';
    await new Promise<void>((resolve) => {
      connection.attach({ data: (piece) => (said += new TextDecoder().decode(piece)), closed: () => resolve() });
    });
    expect(said).toBe('421 bye');
    host.close();
  });

  it('goes on answering a peer that closed its side, if it is told of that, until it has said all', async () => {
    const network = new NodeNetwork();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      const ended = (): void => {
        connection.write(octets('one '));
        setImmediate(() => {
          connection.write(octets('two '));
          setImmediate(() => {
            connection.write(octets('three'));
            connection.finish();
          });
        });
      };
      connection.attach({ data: () => undefined, ended, closed: () => undefined });
    });
    const peer = connect({ host: '127.0.0.1', port: listener.port, allowHalfOpen: true });
    peer.end('hello');
    const said: Buffer[] = [];
    for await (const piece of peer) said.push(piece as Buffer);
    expect(Buffer.concat(said).toString()).toBe('one two three');
    await listener.close();
  });

  it('answers a peer whose end comes in the turn of the answer', async () => {
    const said: string[] = [];
    const { socket, connection, listener } = await acceptedInHand((text) => said.push(text));
    connection.attach({ data: () => connection.write(octets('bye')), closed: () => undefined });
    const finished = once(socket, 'finish');
    socket.push('hello');
    socket.push(null);
    await finished;
    expect(said.join('')).toBe('bye');
    await listener.close();
  });

  it('does what is to come after writes when what was said in this turn has gone out, asked for before it or later', async () => {
    const order: string[] = [];
    const { network, connection, listener } = await acceptedInHand((text) => order.push(text));
    connection.attach({ data: () => undefined, closed: () => undefined });
    await new Promise<void>((resolve) => {
      network.afterWrites(() => order.push('one'));
      connection.write(octets('250'));
      network.afterWrites(() => resolve(void order.push('two')));
    });
    expect(order).toEqual(['250', 'one', 'two']);
    connection.destroy();
    await listener.close();
  });

  it.each(['end', 'finish', 'destroy'] as const)('sends a few last words before %s', async (how) => {
    const network = new NodeNetwork();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({ data: () => undefined, closed: () => undefined });
      connection.write(octets('bye'));
      connection[how]();
    });
    const peer = connect({ host: '127.0.0.1', port: listener.port });
    const said: Buffer[] = [];
    for await (const piece of peer) said.push(piece as Buffer);
    expect(Buffer.concat(said).toString()).toBe('bye');
    await listener.close();
  });

  it('sends small and large pieces in the order in which they were written, and all of them before it ends', async () => {
    const pieces = [3, 5_000, 7, 1, 70_000, 2].map((length, index) => new Uint8Array(length).fill(65 + index));
    const network = new NodeNetwork();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({ data: () => undefined, closed: () => undefined });
      for (const piece of pieces) connection.write(piece);
      connection.write(octets('last'));
      connection.end();
    });
    const peer = connect({ host: '127.0.0.1', port: listener.port });
    const said: Buffer[] = [];
    for await (const piece of peer) said.push(piece as Buffer);
    expect(Buffer.concat(said).equals(Buffer.concat([...pieces, octets('last')]))).toBe(true);
    await listener.close();
  });

  it('tells who writes small pieces, too, to wait for a peer that does not read', async () => {
    const network = new NodeNetwork();
    const written = Promise.withResolvers<number>();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({ data: () => undefined, closed: () => undefined });
      const piece = new Uint8Array(1000);
      let count = 0;
      const more = (): void => {
        count += 1;
        if (connection.write(piece) && count < 100_000) setImmediate(more);
        else {
          written.resolve(count);
          connection.destroy();
        }
      };
      more();
    });
    const peer = connect({ host: '127.0.0.1', port: listener.port }).on('error', () => undefined);
    peer.pause();
    expect(await written.promise).toBeLessThan(100_000);
    peer.destroy();
    await listener.close();
  });

  it('sends what a client says before anything else happens: a process that is halted then has sent it', async () => {
    const heard = new Int32Array(new SharedArrayBuffer(4));
    const peer = new Worker(
      `const { parentPort, workerData: heard } = require('node:worker_threads');
       require('node:net').createServer((socket) => socket.on('data', () => {
         Atomics.store(heard, 0, 1);
         Atomics.notify(heard, 0);
       })).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });`,
      { eval: true, workerData: heard },
    );
    const [port] = (await once(peer, 'message')) as [number];
    const connection = await new NodeNetwork().connect({ host: '127.0.0.1', port, timeoutMs: 5000 });
    connection.attach({ data: () => undefined, closed: () => undefined });
    connection.write(octets('DATA'));
    // This thread stands still meanwhile.
    expect(Atomics.wait(heard, 0, 0, 10_000)).not.toBe('timed-out');
    connection.destroy();
    await peer.terminate();
  });

  it('closes after its last words without waiting for the peer', async () => {
    const network = new NodeNetwork();
    const listener = await network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.attach({
        data: () => {
          connection.write(octets('bye'));
          connection.finish();
        },
        closed: () => undefined,
      });
    });
    const connection = await network.connect({ host: '127.0.0.1', port: listener.port, timeoutMs: 5000 });
    const said = await new Promise<string>((resolve) => {
      let text = '';
      connection.attach({ data: (piece) => (text += new TextDecoder().decode(piece)), closed: () => resolve(text) });
      connection.write(octets('hello'));
    });
    expect(said).toBe('bye');
    await listener.close();
  });

  it('says that a port is taken, and gives up on a silent host', async () => {
    const network = new NodeNetwork();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('no address');
    await expect(network.listen({ host: '127.0.0.1', port: address.port }, () => undefined)).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    other.close();
    // 192.0.2.0/24 is for documentation: silent or without a route, depending on the machine.
    await expect(network.connect({ host: '192.0.2.1', port: 25, timeoutMs: 50 })).rejects.toMatchObject({
      name: 'ConnectError',
    });
  });
});
