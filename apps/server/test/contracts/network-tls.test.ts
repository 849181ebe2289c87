import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { NodeNetwork } from '../../src/adapters/network/node-network.ts';
import type { Connection, Network, TlsError, TlsIdentity, TlsOptions, TlsState } from '../../src/ports.ts';
import { SimulatedClock } from '../simulation/clock.ts';
import { SimulatedNetwork } from '../simulation/network.ts';
import { identityOf, testRoot, tlsFile } from '../support/certificates.ts';

const PKCS8 = { format: 'pem', type: 'pkcs8' } as const;

interface World {
  readonly network: Network;
  readonly during: <T>(promise: Promise<T>) => Promise<T>;
  readonly wait: (ms: number) => Promise<void>;
}

function simulated(): World {
  const clock = new SimulatedClock();
  const network = new SimulatedNetwork(clock).host('mx.example.org', '127.0.0.1');
  return { network, during: (promise) => clock.during(promise), wait: (ms) => clock.advance(ms) };
}

function real(trouble: (error: unknown) => void = () => undefined): World {
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return { network: new NodeNetwork({ ca: testRoot, trouble }), during: (promise) => promise, wait };
}

const worlds: Readonly<Record<string, () => World>> = {
  NodeNetwork: () => real(),
  SimulatedNetwork: simulated,
};

class End {
  readonly connection: Connection;
  text = '';
  ended = false;
  closed = false;
  #check: () => void = () => undefined;

  constructor(connection: Connection, isToldOfEnd = false) {
    this.connection = connection;
    const ended = (): void => {
      this.ended = true;
      this.#check();
    };
    connection.attach({
      ...(isToldOfEnd ? { ended } : {}),
      data: (piece) => {
        this.text += new TextDecoder().decode(piece);
        this.#check();
      },
      closed: () => {
        this.closed = true;
        this.#check();
      },
    });
  }

  say(text: string): void {
    this.connection.write(new TextEncoder().encode(text));
  }

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (done()) resolve();
      };
      this.#check();
    });
  }
}

async function open({ network, during }: World, isToldOfEnd = false) {
  const accepted = Promise.withResolvers<End>();
  const at = { host: '127.0.0.1', port: 0, tls: identityOf('first') };
  const listener = await during(network.listen(at, (connection) => accepted.resolve(new End(connection, isToldOfEnd))));
  const target = { host: '127.0.0.1', port: listener.port, timeoutMs: 5000 };
  const client = new End(await during(network.connect(target)));
  return { listener, client, server: await during(accepted.promise) };
}

const asServer: TlsOptions = { side: 'server', identity: identityOf('first'), timeoutMs: 5000 };
function asClient(...names: string[]): TlsOptions {
  return { side: 'client', serverName: 'mx.example.org', names, timeoutMs: 5000 };
}

async function secured(world: World, names = ['mx.example.org'], server = asServer, isToldOfEnd = false) {
  const ends = await open(world, isToldOfEnd);
  const states = Promise.all([
    ends.server.connection.startTls(server),
    ends.client.connection.startTls(asClient(...names)),
  ]);
  const [ours, theirs] = await world.during(states);
  return { ...ends, ours, theirs };
}

describe.each(Object.entries(worlds))('TLS by the contract of Network: %s', (_, make) => {
  it('goes over to TLS in the middle of a conversation, and tells both sides what it came to', async () => {
    const world = make();
    const { listener, client, server, ours, theirs } = await secured(world);
    expect(ours).toEqual({ protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) as string });
    expect(theirs).toMatchObject({ protocol: 'TLSv1.3', peer: { verified: true, trusted: true } });
    server.say('220 ready\r\n');
    await world.during(client.until(() => client.text.endsWith('\n')));
    client.say('EHLO me\r\n');
    await world.during(server.until(() => server.text.endsWith('\n')));
    expect([client.text, server.text]).toEqual(['220 ready\r\n', 'EHLO me\r\n']);
    client.connection.end();
    await world.during(Promise.all([client.until(() => client.closed), server.until(() => server.closed)]));
    await listener.close();
  });

  it('RFC 3207 §4.2 R3207-4.2-a: what was said in the clear before the handshake is never heard', async () => {
    const world = make();
    const { client, server } = await open(world);
    server.connection.pause();
    client.say('MAIL FROM:<injected@example.net>\r\n');
    await world.wait(50);
    server.connection.resume();
    const begun = Promise.all([
      server.connection.startTls(asServer),
      client.connection.startTls(asClient('mx.example.org')),
    ]);
    const code = await world.during(
      begun.then(
        () => undefined,
        (error: unknown) => (error as TlsError).code,
      ),
    );
    if (code === undefined) {
      client.say('NOOP\r\n');
      await world.during(server.until(() => server.text !== ''));
      expect(server.text).toBe('NOOP\r\n');
    } else {
      await world.during(server.until(() => server.closed));
      expect([code, server.text]).toEqual(['handshake', '']);
    }
  });

  it('says of a peer whether it is who it should be', async () => {
    const peers: (TlsState['peer'] | undefined)[] = [];
    for (const names of [['mx.example.org'], ['other.example', 'MX.example.org'], ['.example.org'], ['other.example']])
      peers.push((await secured(make(), names)).theirs.peer);
    expect(peers.map((peer) => peer?.verified)).toEqual([true, true, true, false]);
    expect(peers[3]).toMatchObject({ trusted: true, problem: expect.stringContaining('mx.example.org') as string });
  });

  it('closes and rejects when the peer does not speak TLS', async () => {
    const world = make();
    const { client, server } = await open(world);
    const begun = server.connection.startTls(asServer);
    client.say('EHLO in the clear\r\n');
    await expect(world.during(begun)).rejects.toMatchObject({ name: 'TlsError', code: 'handshake' });
    await world.during(Promise.all([client.until(() => client.closed), server.until(() => server.closed)]));
    expect(server.text).toBe('');
  });

  it('who is told of the end of what the peer says inside may still speak, and is the one to close', async () => {
    const world = make();
    const { listener, client, server } = await secured(world, undefined, undefined, true);
    client.say('last words');
    client.connection.end();
    await world.during(server.until(() => server.ended));
    expect([server.text, server.closed, client.closed]).toEqual(['last words', false, false]);
    server.say('an answer');
    server.connection.finish();
    await world.during(Promise.all([client.until(() => client.closed), server.until(() => server.closed)]));
    expect(client.text).toBe('an answer');
    await listener.close();
  });

  it('does not begin with a peer that has said its last', async () => {
    const world = make();
    const { listener, client, server } = await open(world, true);
    client.connection.end();
    await world.during(server.until(() => server.ended));
    const begun = server.connection.startTls(asServer);
    await expect(world.during(begun)).rejects.toMatchObject({ name: 'TlsError', code: 'closed' });
    await world.during(Promise.all([client.until(() => client.closed), server.until(() => server.closed)]));
    await listener.close();
  });

  it.each([false, true])('closes and rejects when the peer leaves (%s), or says nothing for too long', async (told) => {
    const world = make();
    const leaving = await open(world, told);
    const begun = leaving.server.connection.startTls(asServer);
    leaving.client.connection.end();
    await expect(world.during(begun)).rejects.toMatchObject({ name: 'TlsError', code: 'closed' });
    const other = make();
    const silent = await open(other);
    const waiting = silent.server.connection.startTls({ ...asServer, timeoutMs: 30 });
    await expect(other.during(waiting)).rejects.toMatchObject({ name: 'TlsError', code: 'timeout' });
    await other.during(silent.server.until(() => silent.server.closed));
  });
});

describe('TLS of NodeNetwork', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dsnd-tls-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows the chain for DANE, and a certificate that nobody vouches for is no error', async () => {
    const world = real();
    const known = (await secured(world)).theirs.peer;
    expect(known?.chain.map(({ certificate, publicKey }) => [certificate.length > 300, publicKey.length])).toEqual([
      [true, 91],
      [true, 91],
    ]);
    const unknown = (await secured(world, ['mx.example.org'], { ...asServer, identity: identityOf('unknown') })).theirs;
    expect(unknown.peer).toMatchObject({ verified: false, trusted: false, problem: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('takes a changed certificate for the next handshake, and keeps the last one while the new one is half-written, which is told once', async () => {
    const identity = {
      certificateFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
      minimumVersion: 'TLSv1.3' as const,
    };
    const install = (name: string) => {
      copyFileSync(tlsFile(`${name}.pem`), identity.certificateFile);
      copyFileSync(tlsFile(`${name}.key.pem`), identity.keyFile);
    };
    const told: unknown[] = [];
    const world = real((error) => told.push(error));
    const shown = async () => {
      const { theirs } = await secured(world, ['mx.example.org'], { ...asServer, identity });
      return Buffer.from(theirs.peer?.chain[0]?.certificate ?? []).toString('base64');
    };
    install('first');
    const first = await shown();
    install('second');
    utimesSync(identity.keyFile, 1, 1);
    expect(await shown()).toBe(first);
    await world.wait(1_100);
    const second = await shown();
    expect(second).not.toBe(first);
    expect(told).toEqual([]);
    writeFileSync(identity.certificateFile, '-----BEGIN CERTIFICATE-----\nMIIB');
    for (let looks = 0; looks < 2; looks++) {
      await world.wait(1_100);
      expect(await shown()).toBe(second);
    }
    expect(told).toEqual([
      expect.objectContaining({ message: expect.stringContaining(identity.certificateFile) as string }),
    ]);
  });

  it('does not listen with files that can not be used', async () => {
    const network = new NodeNetwork();
    const listen = (tls: ReturnType<typeof identityOf>) =>
      network.listen({ host: '127.0.0.1', port: 0, tls }, () => undefined);
    const { certificateFile, keyFile, minimumVersion } = identityOf('first');
    await expect(listen({ certificateFile, keyFile: '/nowhere.pem', minimumVersion })).rejects.toMatchObject({
      name: 'TlsError',
      code: 'identity',
      message: expect.stringContaining('/nowhere.pem') as string,
    });
    await expect(listen({ certificateFile, keyFile: tlsFile('second.key.pem'), minimumVersion })).rejects.toMatchObject(
      { code: 'identity', message: expect.stringContaining('mismatch') as string },
    );
    // Of another kind than the certificate, which is for EC: OpenSSL takes it, and no handshake would succeed.
    const folder = mkdtempSync(join(tmpdir(), 'dsnkit-key-'));
    const rsa = join(folder, 'rsa.pem');
    writeFileSync(rsa, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8));
    await expect(listen({ certificateFile, keyFile: rsa, minimumVersion })).rejects.toMatchObject({
      code: 'identity',
      message: expect.stringContaining('the key does not belong to the certificate') as string,
    });
    rmSync(folder, { recursive: true });
    await expect(listen({ certificateFile: keyFile, keyFile, minimumVersion })).rejects.toMatchObject({
      code: 'identity',
    });
  });
});

describe('a server of NodeNetwork, after the handshake', () => {
  /** A client of a version over a line of the test's own, and what the server hears of the end. */
  async function overLine(version: 'TLSv1.2' | 'TLSv1.3') {
    const identity = { ...identityOf('first'), minimumVersion: 'TLSv1.2' as const };
    const ended = Promise.withResolvers<Error | undefined>();
    const listener = await new NodeNetwork().listen({ host: '127.0.0.1', port: 0, tls: identity }, (connection) => {
      connection.attach({ data: (octets) => connection.write(octets), closed: ended.resolve });
      void connection.startTls({ side: 'server', identity, timeoutMs: 5_000 });
    });
    const line = Promise.withResolvers<Socket>();
    const between = createServer((near) => {
      const far = connect(listener.port, '127.0.0.1');
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far).pipe(near);
      line.resolve(far);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const { port } = between.address() as AddressInfo;
    const client: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: version });
    client.on('error', () => undefined);
    client.write('hello');
    await once(client, 'data');
    const close = async () => {
      client.destroy();
      between.close();
      await listener.close();
    };
    return { client, far: await line.promise, ended: ended.promise, close };
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'RFC 8446 §6.2: closes when a record of %s is broken: nothing that comes behind it could be read',
    async (version) => {
      const { far, ended, close } = await overLine(version);
      far.write(Buffer.from(`1703030020${'00'.repeat(32)}`, 'hex'));
      expect(await ended).toBeInstanceOf(Error);
      await close();
    },
  );

  it('makes no new keys because the client wants some: that costs us more than the client', async () => {
    const { client, close } = await overLine('TLSv1.2');
    const answer = Promise.withResolvers<unknown>();
    client.on('error', answer.resolve);
    client.renegotiate({ rejectUnauthorized: false }, answer.resolve);
    expect(await answer.promise).toMatchObject({ message: expect.stringMatching(/no.renegotiation/) as string });
    await close();
  });
});

describe('NodeNetwork', () => {
  /** Opens two connections in turn; each is closed once the client has heard something, tickets included. */
  async function twice(network: Network, identity: TlsIdentity, names: readonly string[][]): Promise<TlsState[]> {
    const at = { host: '127.0.0.1', port: 0, tls: identity };
    const listener = await network.listen(at, (connection) => {
      const server = new End(connection);
      void connection.startTls({ side: 'server', identity, timeoutMs: 5000 }).then(() => server.say('220 ready'));
    });
    const states: TlsState[] = [];
    for (const each of names) {
      const target = { host: '127.0.0.1', port: listener.port, timeoutMs: 5000 };
      const client = new End(await network.connect(target));
      states.push(await client.connection.startTls(asClient(...each)));
      await client.until(() => client.text !== '');
      client.connection.destroy();
    }
    await listener.close();
    return states;
  }

  it('resumes the session of the last connection to a server, and judges what that one was shown', async () => {
    const network = new NodeNetwork({ ca: testRoot });
    const states = await twice(network, identityOf('first'), [
      ['mx.example.org'],
      ['mx.example.org'],
      ['other.example'],
    ]);
    const [full, resumed, misnamed] = states;
    expect(states.map((state) => state.resumed)).toEqual([undefined, true, true]);
    expect(resumed?.peer).toEqual(full?.peer);
    expect(resumed?.peer).toMatchObject({ verified: true, chain: { length: full?.peer?.chain.length } });
    expect(misnamed?.peer).toMatchObject({ verified: false, trusted: true, named: false });
  });

  it('trusts a server that resumes a session no more than before', async () => {
    const network = new NodeNetwork({ ca: testRoot });
    const states = await twice(network, identityOf('unknown'), [['mx.example.org'], ['mx.example.org']]);
    expect(states.map(({ resumed, peer }) => [resumed, peer?.trusted])).toEqual([
      [undefined, false],
      [true, false],
    ]);
  });
});
