import { describe, expect, it } from 'vitest';
import { NodeNetwork } from '../../src/adapters/network/node-network.ts';
import type { Connection, Network } from '../../src/ports.ts';
import { SimulatedClock } from '../simulation/clock.ts';
import { SimulatedNetwork } from '../simulation/network.ts';

interface World {
  readonly network: Network;
  /** Lets time run until the promise settles. */
  readonly during: <T>(promise: Promise<T>) => Promise<T>;
}

const worlds: Readonly<Record<string, () => World>> = {
  NodeNetwork: () => ({ network: new NodeNetwork(), during: (promise) => promise }),
  SimulatedNetwork: () => {
    const clock = new SimulatedClock();
    return {
      network: new SimulatedNetwork(clock).host('here.example', '127.0.0.1'),
      during: (promise) => clock.during(promise),
    };
  },
};

/** One end of a connection that keeps what it hears. */
class End {
  readonly connection: Connection;
  readonly heard: string[] = [];
  octets = 0;
  readonly #waiting: { readonly done: () => boolean; readonly resolve: () => void }[] = [];

  constructor(connection: Connection, isToldOfEnd = false) {
    this.connection = connection;
    const ended = (): void => {
      this.heard.push('ended');
      this.#check();
    };
    connection.attach({
      ...(isToldOfEnd ? { ended } : {}),
      data: (piece) => {
        this.octets += piece.length;
        const text = new TextDecoder().decode(piece);
        if (this.heard.at(-1)?.startsWith('data ') === true) this.heard.push(`${this.heard.pop() ?? ''}${text}`);
        else this.heard.push(`data ${text}`);
        this.#check();
      },
      drained: () => {
        this.heard.push('drained');
        this.#check();
      },
      closed: () => {
        this.heard.push('closed');
        this.#check();
      },
    });
  }

  say(text: string): boolean {
    return this.connection.write(new TextEncoder().encode(text));
  }

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ done, resolve });
      this.#check();
    });
  }

  #check(): void {
    for (const { done, resolve } of this.#waiting) if (done()) resolve();
  }
}

/** A listener, and a connection to it with both its ends. */
async function open({ network, during }: World, isToldOfEnd = false) {
  const accepted = Promise.withResolvers<End>();
  const listener = await during(
    network.listen({ host: '127.0.0.1', port: 0 }, (connection) => accepted.resolve(new End(connection, isToldOfEnd))),
  );
  const target = { host: '127.0.0.1', port: listener.port, timeoutMs: 5000 };
  const client = new End(await during(network.connect(target)));
  return { listener, target, client, server: await during(accepted.promise) };
}

describe.each(Object.entries(worlds))('the contract of Network: %s', (_, make) => {
  it('carries octets in order, both ways, and knows both ends', async () => {
    const world = make();
    const { client, server, listener } = await open(world);
    expect([client.connection.remoteAddress, client.connection.remotePort]).toEqual(['127.0.0.1', listener.port]);
    expect([server.connection.remoteAddress, server.connection.localAddress]).toEqual(['127.0.0.1', '127.0.0.1']);
    client.say('one ');
    client.say('two ');
    client.say('three');
    await world.during(server.until(() => server.octets === 13));
    server.say('yes');
    await world.during(client.until(() => client.octets === 3));
    expect([client.heard, server.heard]).toEqual([['data yes'], ['data one two three']]);
    client.connection.destroy();
    await listener.close();
  });

  it('never calls a handler from within a call', async () => {
    const world = make();
    const { client, server, listener } = await open(world);
    client.say('x');
    client.connection.end();
    expect([client.heard, server.heard]).toEqual([[], []]);
    await world.during(client.until(() => client.heard.includes('closed')));
    server.connection.destroy();
    expect(client.heard).toEqual(['closed']);
    await listener.close();
  });

  it('does what is to come after writes in its order, and not from within the call, also if nothing was written', async () => {
    const { network, during } = make();
    const done: string[] = [];
    const all = new Promise<void>((resolve) => {
      network.afterWrites(() => done.push('first'));
      network.afterWrites(() => {
        done.push('second');
        network.afterWrites(() => resolve(void done.push('what it asked for')));
      });
    });
    expect(done).toEqual([]);
    await during(all);
    expect(done).toEqual(['first', 'second', 'what it asked for']);
  });

  it('end() sends what is pending, then closes both ends; nothing comes after closed', async () => {
    const world = make();
    const { client, server, listener } = await open(world);
    client.say('last words');
    client.connection.end();
    expect(client.say('too late')).toBe(true);
    await world.during(
      Promise.all([
        server.until(() => server.heard.includes('closed')),
        client.until(() => client.heard.includes('closed')),
      ]),
    );
    server.say('nobody listens');
    expect([client.heard, server.heard]).toEqual([['closed'], ['data last words', 'closed']]);
    await listener.close();
  });

  it('who is told of the end of what the peer says may still speak, and is the one to close', async () => {
    const world = make();
    const { client, server, listener } = await open(world, true);
    client.say('last words');
    client.connection.end();
    await world.during(server.until(() => server.heard.includes('ended')));
    server.say('an answer');
    await world.during(client.until(() => client.heard.includes('data an answer')));
    expect([client.heard, server.heard]).toEqual([['data an answer'], ['data last words', 'ended']]);
    server.say(', another');
    server.connection.finish();
    await world.during(
      Promise.all([
        server.until(() => server.heard.includes('closed')),
        client.until(() => client.heard.includes('closed')),
      ]),
    );
    expect(client.heard).toEqual(['data an answer, another', 'closed']);
    expect(server.heard).toEqual(['data last words', 'ended', 'closed']);
    await listener.close();
  });

  it('who has ended already is not told of the end of the peer: the connection closes', async () => {
    const world = make();
    const { client, server, listener } = await open(world, true);
    server.connection.end();
    await world.during(server.until(() => server.heard.includes('closed')));
    await world.during(client.until(() => client.heard.includes('closed')));
    expect([client.heard, server.heard]).toEqual([['closed'], ['closed']]);
    await listener.close();
  });

  it('destroy() closes both ends at once', async () => {
    const world = make();
    const { client, server, listener } = await open(world);
    server.connection.destroy();
    await world.during(
      Promise.all([
        server.until(() => server.heard.includes('closed')),
        client.until(() => client.heard.includes('closed')),
      ]),
    );
    expect([client.heard, server.heard]).toEqual([['closed'], ['closed']]);
    await listener.close();
  });

  it('tells a writer to wait for a reader that pauses, and when to go on', async () => {
    const world = make();
    const { client, server, listener } = await open(world);
    server.connection.pause();
    const piece = new Uint8Array(1 << 16);
    let sent = 0;
    do sent += piece.length;
    while (client.connection.write(piece) && sent < 1 << 28);
    expect(sent).toBeLessThan(1 << 28);
    server.connection.resume();
    await world.during(client.until(() => client.heard.includes('drained')));
    client.connection.end();
    await world.during(server.until(() => server.heard.includes('closed')));
    expect(server.octets).toBe(sent);
    await listener.close();
  });

  it('a listener that closes takes no more, and leaves open connections alone', async () => {
    const world = make();
    const { client, server, listener, target } = await open(world);
    await world.during(listener.close());
    client.say('still here');
    await world.during(server.until(() => server.octets === 10));
    client.connection.end();
    await world.during(server.until(() => server.heard.includes('closed')));
    await expect(world.during(world.network.connect(target))).rejects.toMatchObject({
      name: 'ConnectError',
      code: 'refused',
    });
  });

  it('a port that is taken can not be listened on', async () => {
    const world = make();
    const { client, listener, target } = await open(world);
    await expect(world.during(world.network.listen(target, () => undefined))).rejects.toThrow();
    client.connection.destroy();
    await listener.close();
  });
});
