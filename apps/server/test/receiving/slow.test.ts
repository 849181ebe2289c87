import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { QueueStore } from '../../src/ports.ts';
import { receivingWorld, ROUTES } from './world.ts';

const RELAY = `[[listen]]\naddress = "0.0.0.0:25"\n${ROUTES}`;
const octets = (text: string) => new TextEncoder().encode(text);
const MINUTE = 60_000;

describe('clients that are slow', () => {
  it('RFC 5321 §4.5.3.2.7: half a command now and then is no activity', async () => {
    const { world, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    for (let minute = 0; minute < 4; minute++) {
      dialogue.send(octets('N'));
      await world.clock.advance(MINUTE);
    }
    expect(dialogue.closed).toBe(false);
    dialogue.send(octets('O'));
    expect(await dialogue.hear(MINUTE + 1_000)).toBe('421 4.4.2 Timeout, closing connection\r\n');
    expect(dialogue.closed).toBe(true);
  });

  it('RFC 5321 §4.5.3.2.7: a client that has gone silent is let go, also when the clock is set back meanwhile', async () => {
    const { world, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    world.clock.jump(-24 * 60 * MINUTE);
    expect(await dialogue.hear(11 * MINUTE)).toBe('421 4.4.2 Timeout, closing connection\r\n');
  });

  it('RFC 5321 §4.5.3.2.7: content that trickles in is let go after a while, and nothing of it is kept', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
    let minutes = 0;
    for (; minutes < 60 && !dialogue.closed; minutes++) {
      dialogue.send(octets('x'));
      await world.clock.advance(MINUTE);
    }
    expect(minutes).toBeGreaterThanOrEqual(10);
    expect(minutes).toBeLessThan(20);
    expect(await dialogue.hear()).toContain('421 4.4.2');
    expect([server.events, (await server.store.counts()).messages]).toEqual([[], 0]);
  });

  it('RFC 5321 §4.5.3.2.7: content on a slow line is taken, however long it lasts', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
    for (let minutes = 0; minutes < 40; minutes++) {
      dialogue.send(octets(`${'x'.repeat(998)}\r\n`.repeat(8)));
      await world.clock.advance(MINUTE);
    }
    expect(await dialogue.say('.')).toMatch(/^250 2\.0\.0/);
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(1);
  });

  it('RFC 5321 §7.8: who does not read its replies is not read from, and is cut off in the end', async () => {
    const { world, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    await dialogue.say('MAIL FROM:<a@client.example>');
    dialogue.pause();
    // The replies to all of this would be half a megabyte: none of it ends the session.
    for (let i = 0; i < 90; i++) {
      dialogue.send(octets('RCPT TO:<nobody-of-this-name@far.example>\r\n'.repeat(100)));
      await world.clock.advance(100);
    }
    expect(dialogue.unread).toBeGreaterThan(100_000);
    await world.clock.advance(6 * MINUTE);
    dialogue.resume();
    const heard = await dialogue.hear();
    expect(heard).toMatch(/^550 5\.7\.1 /);
    expect(heard.length).toBeLessThan(200_000);
    expect(dialogue.closed).toBe(true);
  });

  it('RFC 5321 §7.8: who does not read our last words does not keep its connection by that', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    dialogue.pause();
    dialogue.send(octets('WHAT\r\n'.repeat(20)));
    await world.clock.advance(1_000);
    expect(server.host.openConnections).toBe(1);
    await world.clock.advance(MINUTE);
    expect(server.host.openConnections).toBe(0);
  });

  it('content for which the disk is too slow is not read, and goes on when that has caught up', async () => {
    const memory = openMemoryQueueStore();
    let catchUp: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (catchUp = resolve));
    const slow: QueueStore = new Proxy(memory, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'spool') return value.bind(target) as unknown;
        return async () => {
          const spool = await target.spool();
          return { ...spool, write: (piece: Uint8Array) => caughtUp.then(() => spool.write(piece)) };
        };
      },
    });
    const { world, server, greeted } = await receivingWorld(RELAY, { store: slow });
    const dialogue = await greeted();
    for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
    const piece = octets(`${'x'.repeat(998)}\r\n`.repeat(60));
    for (let i = 0; i < 200; i++) {
      dialogue.send(piece);
      await world.clock.advance(10);
    }
    // Twelve megabytes were said; what has not been read is not held by the server.
    expect(dialogue.unread).toBeGreaterThan(6_000_000);
    catchUp();
    expect(await dialogue.say('.', 5_000)).toMatch(/^250 2\.0\.0/);
    const [accepted] = server.events;
    expect(accepted).toMatchObject({ kind: 'accepted' });
    expect((accepted as { readonly sizeOctets?: number }).sizeOctets).toBeGreaterThan(200 * piece.length);
  });

  it('RFC 5321 §7.8: who runs ahead of a command that takes its time is not read from', async () => {
    const memory = openMemoryQueueStore();
    let go: () => void = () => undefined;
    const slow: QueueStore = new Proxy(memory, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'accept') return value.bind(target) as unknown;
        return async (...args: Parameters<QueueStore['accept']>) => {
          await new Promise<void>((resolve) => (go = resolve));
          await target.accept(...args);
        };
      },
    });
    const { world, greeted } = await receivingWorld(RELAY, { store: slow });
    const dialogue = await greeted();
    for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
    dialogue.send(octets('x\r\n.\r\n'));
    await world.clock.advance(100);
    for (let i = 0; i < 100; i++) {
      dialogue.send(octets('NOOP\r\n'.repeat(500)));
      await world.clock.advance(50);
    }
    // 300 000 octets were said; the server has read no more than it can use.
    expect(dialogue.unread).toBeGreaterThan(200_000);
    await world.clock.advance(10 * MINUTE);
    expect(dialogue.closed).toBe(false);
    go();
    const heard = await dialogue.hear(10_000);
    expect(heard).toMatch(/^250 2\.0\.0 Ok: queued as \w+\r\n(?:250 2\.0\.0 Ok\r\n){100}421 4\.7\.0/);
  });
});

describe('what the operator is told', () => {
  it('RFC 6409 §5.2: refusals and logins, of one connection not without end', async () => {
    const { world, server, greeted } = await receivingWorld(
      `[[listen]]\naddress = "0.0.0.0:25"\nmax-connections-per-client = 1\n${ROUTES}`,
    );
    const dialogue = await greeted('203.0.113.9');
    await greeted('203.0.113.9');
    await dialogue.say('MAIL FROM:<a@client.example>');
    await dialogue.say(Array.from({ length: 80 }, (_, i) => `RCPT TO:<r${i}@far.example>`).join('\r\n'));
    await world.clock.advance(1_000);
    expect(server.notices[0]).toEqual({
      kind: 'refused',
      client: '203.0.113.9',
      what: 'connection',
      reply: '421 Too many connections from your address, come back later',
    });
    expect(server.notices[1]).toEqual({
      kind: 'refused',
      client: '203.0.113.9',
      what: 'recipient',
      recipient: 'r0@far.example',
      reply: '550 5.7.1 Relaying is not allowed from your address',
    });
    expect(server.notices).toHaveLength(51);
  });
});
