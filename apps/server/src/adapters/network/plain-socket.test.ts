import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { PlainSocket } from './plain-socket.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A socket that was accepted, and the peer that connected. */
async function pair(): Promise<{ readonly accepted: Socket; readonly peer: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => void peer.destroy());
  return { accepted, peer };
}

/** Hears until so many octets are there. */
function heard(plain: PlainSocket, octets: number): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  return new Promise((resolve) => {
    plain.hear((piece) => {
      pieces.push(piece);
      if (pieces.reduce((sum, { length }) => sum + length, 0) >= octets) resolve(pieces);
    });
  });
}

describe('PlainSocket', () => {
  it('hears an accepted socket through the memory that all share, not through its stream', async () => {
    const { accepted, peer } = await pair();
    const plain = PlainSocket.accepted(accepted);
    expect(plain.socket, 'the socket is made anew: this Node has the handle that is asked for').not.toBe(accepted);
    plain.socket.on('data', () => expect.unreachable('nothing goes through the stream'));
    const all = heard(plain, 200_000);
    peer.write(Buffer.alloc(200_000, 'x'));
    expect(Buffer.concat(await all).equals(Buffer.alloc(200_000, 'x'))).toBe(true);
    plain.socket.destroy();
  });

  it('gives each piece for good: what another socket reads later changes none', async () => {
    const [one, two] = [await pair(), await pair()];
    const [first, second] = [PlainSocket.accepted(one.accepted), PlainSocket.accepted(two.accepted)];
    const kept = heard(first, 3);
    one.peer.write('abc');
    const [piece] = await kept;
    const later = heard(second, 6);
    two.peer.write('ABCDEF');
    await later;
    expect(Buffer.from(piece ?? []).toString()).toBe('abc');
    first.socket.destroy();
    second.socket.destroy();
  });

  it('keeps the address, the end and the close of an accepted socket', async () => {
    const { accepted, peer } = await pair();
    const { remotePort } = accepted;
    const plain = PlainSocket.accepted(accepted);
    expect([plain.socket.remoteAddress, plain.socket.remotePort]).toEqual(['127.0.0.1', remotePort]);
    plain.hear(() => undefined);
    peer.end();
    await once(plain.socket, 'end');
    plain.socket.end();
    await once(plain.socket, 'close');
  });

  it('reads nothing while paused, and goes on after it', async () => {
    const { accepted, peer } = await pair();
    const plain = PlainSocket.accepted(accepted);
    let text = '';
    plain.hear((piece) => (text += Buffer.from(piece).toString()));
    plain.socket.pause();
    peer.write('held back');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(text).toBe('');
    plain.resume();
    while (text === '') await new Promise((resolve) => setImmediate(resolve));
    expect(text).toBe('held back');
    plain.socket.destroy();
  });

  it.each(['accepted', 'connected'])('says nothing of what comes after mute: %s', async (side) => {
    const { accepted, peer } = await pair();
    const plain =
      side === 'accepted'
        ? PlainSocket.accepted(accepted)
        : PlainSocket.connect({ host: '127.0.0.1', port: (servers[0]?.address() as AddressInfo).port });
    const other = side === 'accepted' ? peer : ((await once(servers[0]!, 'connection')) as [Socket])[0];
    let text = '';
    plain.hear((piece) => {
      text += Buffer.from(piece).toString();
      plain.mute();
    });
    other.write('one');
    while (text === '') await new Promise((resolve) => setImmediate(resolve));
    other.write('two');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(text).toBe('one');
    plain.socket.destroy();
    other.destroy();
  });

  it('reads a socket that has no such handle by its stream, from what waits there on', async () => {
    const stream = new Duplex({ read: () => undefined, write: (_piece, _encoding, done) => done() });
    stream.push('waiting');
    const plain = PlainSocket.accepted(stream as unknown as Socket);
    expect(plain.socket).toBe(stream);
    expect(Buffer.concat(await heard(plain, 7)).toString()).toBe('waiting');
    plain.mute();
    stream.push('after');
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.readableLength).toBe(5);
  });
});
