import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/ports.ts';
import { SimulatedClock } from './clock.ts';
import { SimulatedNetwork } from './network.ts';
import { TableResolver } from './resolver.ts';

const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
const octets = (value: string) => new TextEncoder().encode(value);

describe('SimulatedClock', () => {
  it('runs timers in order and lets promises settle between them', async () => {
    const clock = new SimulatedClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b ${clock.now()}`));
    clock.after(10, () => {
      seen.push(`a ${clock.now()}`);
      void Promise.resolve().then(() => seen.push('a settled'));
    });
    clock.after(15, () => seen.push('never')).cancel();
    clock.after(20, () => seen.push('c'));
    await clock.advance(19);
    expect(seen).toEqual(['a 10', 'a settled']);
    await clock.runUntilIdle();
    expect(seen).toEqual(['a 10', 'a settled', 'b 20', 'c']);
    expect(clock.now()).toBe(20);
  });

  it('waits for work outside the simulation that is tracked', async () => {
    const clock = new SimulatedClock(0);
    const store = clock.tracked({
      save: () => new Promise<string>((resolve) => setTimeout(() => resolve('saved'), 20)),
    });
    const seen: string[] = [];
    clock.after(1000, () => seen.push('a second later'));
    void store.save().then((value) => seen.push(value));
    await clock.advance(1000);
    expect(seen).toEqual(['saved', 'a second later']);
  });

  it('says when it comes to rest too early', async () => {
    await expect(new SimulatedClock().runUntil(() => false)).rejects.toThrow('came to rest');
  });
});

describe('SimulatedNetwork', () => {
  async function pair() {
    const clock = new SimulatedClock(0);
    const network = new SimulatedNetwork(clock, 5);
    const server = network.host('mx.example.org', '192.0.2.1');
    const client = network.host('client.example.net', '192.0.2.2');
    let accepted: Connection | undefined;
    const seen: string[] = [];
    await server.listen({ host: '0.0.0.0', port: 25 }, (connection) => {
      accepted = connection;
      connection.attach({
        data: (piece) => seen.push(`server got ${text(piece)} at ${clock.now()}`),
        closed: (error) => seen.push(`server closed${error === undefined ? '' : ` ${error.message}`}`),
      });
    });
    const connection = await clock.during(client.connect({ host: '192.0.2.1', port: 25, timeoutMs: 1000 }));
    connection.attach({
      data: (piece) => seen.push(`client got ${text(piece)} at ${clock.now()}`),
      drained: () => seen.push('client drained'),
      closed: (error) => seen.push(`client closed${error === undefined ? '' : ` ${error.message}`}`),
    });
    return { clock, server, client, connection, accepted: accepted!, seen };
  }

  it('carries octets with latency and closes both ways', async () => {
    const { clock, connection, accepted, seen, server } = await pair();
    expect([accepted.remoteAddress, accepted.localAddress, connection.remoteAddress]).toEqual([
      '192.0.2.2',
      '192.0.2.1',
      '192.0.2.1',
    ]);
    connection.write(octets('hello'));
    expect(seen).toEqual([]);
    await clock.runUntilIdle();
    accepted.write(octets('bye'));
    accepted.end();
    await clock.runUntilIdle();
    expect(seen).toEqual(['server got hello at 10', 'client got bye at 15', 'client closed', 'server closed']);
    expect(server.openConnections).toBe(0);
  });

  it('holds a writer back while the reader pauses', async () => {
    const { clock, connection, accepted, seen } = await pair();
    accepted.pause();
    expect(connection.write(new Uint8Array(65_536))).toBe(true);
    expect(connection.write(new Uint8Array(1))).toBe(false);
    await clock.runUntilIdle();
    expect(seen).toEqual([]);
    accepted.resume();
    await clock.runUntilIdle();
    expect(seen).toContain('client drained');
  });

  it('breaks, refuses, is silent and has no route', async () => {
    const { clock, server, client, seen } = await pair();
    server.cutAll();
    await clock.runUntilIdle();
    expect(seen).toEqual(['server closed read ECONNRESET', 'client closed read ECONNRESET']);
    const target = { host: 'mx.example.org', port: 25, timeoutMs: 1000 };
    for (const code of ['refused', 'timeout', 'unreachable'] as const) {
      server.down = code;
      await expect(clock.during(client.connect(target))).rejects.toMatchObject({ code });
    }
    await expect(clock.during(client.connect({ ...target, host: '203.0.113.9' }))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

describe('TableResolver', () => {
  it('answers from its table', async () => {
    const resolver = new TableResolver({
      'Ivory.EDU': { mx: [[10, 'mail.ivory.edu']] },
      'mail.ivory.edu': { addresses: ['192.0.2.1'] },
      'null.example': { mx: [[0, '.']] },
      'alias.example': { cname: 'ivory.edu' },
      'bad.example': { trouble: 'SERVFAIL' },
    });
    expect(await resolver.mx('alias.example')).toEqual({
      kind: 'hosts',
      hosts: [{ preference: 10, host: 'mail.ivory.edu' }],
    });
    expect(await resolver.mx('mail.ivory.edu')).toEqual({ kind: 'none' });
    expect(await resolver.mx('null.example')).toEqual({ kind: 'null-mx' });
    expect(await resolver.mx('nowhere.example')).toEqual({ kind: 'no-such-domain' });
    expect(await resolver.addresses('MAIL.ivory.edu')).toEqual({ kind: 'addresses', addresses: ['192.0.2.1'] });
    expect(await resolver.addresses('bad.example')).toEqual({ kind: 'trouble', reason: 'SERVFAIL' });
    expect(resolver.questions).toHaveLength(6);
  });
});
