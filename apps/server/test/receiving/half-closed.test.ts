import { describe, expect, it, vi } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import type { MxAnswer, QueueStore } from '../../src/ports.ts';
import { userTable } from '../support/users.ts';
import { receivingWorld, ROUTES, STRANGER } from './world.ts';

const RELAY = `[[listen]]\naddress = "0.0.0.0:25"\n${ROUTES}`;
const MINUTE = 60_000;
const octets = (text: string) => new TextEncoder().encode(text);
const message = (to = 'bob') =>
  `MAIL FROM:<a@client.example>\r\nRCPT TO:<${to}@example.org>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n`;

/** A store that stores nothing before the test lets it. */
function heldStore() {
  const waiting: (() => void)[] = [];
  const memory = openMemoryQueueStore();
  const store: QueueStore = new Proxy(memory, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'accept') return value.bind(target) as unknown;
      return async (...args: Parameters<QueueStore['accept']>) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        await target.accept(...args);
      };
    },
  });
  return { store, waiting, release: () => waiting.shift()?.() };
}

/** The codes of the last lines of replies. */
const codes = (heard: string) => [...heard.matchAll(/^(\d{3}) /gm)].map(([, code]) => code);

describe('a client that closes its side and still listens', () => {
  it('gets every reply to what it has said, and the connection closes then', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    dialogue.send(
      octets(message() + message('carol') + 'MAIL FROM:<a@client.example>\r\nRCPT TO:<nobody@example.org>\r\n'),
    );
    dialogue.leave();
    const heard = await dialogue.hear(1_000);
    expect(codes(heard)).toEqual(['250', '250', '354', '250', '250', '250', '354', '250', '250', '550']);
    expect([dialogue.closed, server.host.openConnections]).toEqual([true, 0]);
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(2);
  });

  it('RFC 5321 §4.1.1.4: is told of a message only when it is stored, and keeps its connection until then', async () => {
    const held = heldStore();
    const { world, server, greeted } = await receivingWorld(RELAY, { store: held.store });
    const dialogue = await greeted();
    dialogue.send(octets(`${message()}${message('carol')}QUIT\r\n`));
    dialogue.leave();
    expect(codes(await dialogue.hear(10 * MINUTE))).toEqual(['250', '250', '354']);
    expect([dialogue.closed, server.host.openConnections, held.waiting.length]).toEqual([false, 1, 1]);
    held.release();
    const first = await dialogue.hear(1_000);
    expect(first).toMatch(/^250 2\.0\.0 Ok: queued as \w+\r\n250 .*\r\n250 .*\r\n354 /);
    held.release();
    expect(await dialogue.hear(1_000)).toMatch(/^250 2\.0\.0 Ok: queued as \w+\r\n221 2\.0\.0 Bye\r\n$/);
    expect([dialogue.closed, server.host.openConnections]).toEqual([true, 0]);
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(2);
  });

  it('counts as a connection while its message is being stored, and no longer', async () => {
    const held = heldStore();
    const { greeted } = await receivingWorld(RELAY.replace('\n', '\nmax-connections-per-client = 1\n'), {
      store: held.store,
    });
    const dialogue = await greeted();
    dialogue.send(octets(message()));
    dialogue.leave();
    await dialogue.hear();
    expect((await greeted()).closed).toBe(true);
    held.release();
    expect(codes(await dialogue.hear())).toEqual(['250']);
    const next = await greeted();
    expect(codes(await next.say('NOOP'))).toEqual(['250']);
  });

  it('gets the answers that wait for the DNS', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY.replace('\n', '\ncheck-sender-domain = true\n'));
    const answer = Promise.withResolvers<MxAnswer>();
    const asked = vi.spyOn(world.resolver, 'mx').mockReturnValue(answer.promise);
    const dialogue = await greeted();
    dialogue.send(octets(message()));
    dialogue.leave();
    expect(await dialogue.hear(MINUTE)).toBe('');
    expect([asked.mock.calls.length, dialogue.closed]).toEqual([1, false]);
    answer.resolve({ kind: 'hosts', hosts: [{ preference: 10, host: 'mail.client.example' }] });
    expect(codes(await dialogue.hear())).toEqual(['250', '250', '354', '250']);
    expect([dialogue.closed, server.events[0]]).toMatchObject([true, { kind: 'accepted' }]);
  });

  it('gets the answers that wait for a login, and a challenge is the last of them', async () => {
    const toml = RELAY.replace('\n', '\nauth = ["PLAIN", "LOGIN"]\nauth-in-clear = true\n');
    const { greeted } = await receivingWorld(`${toml}[users]\nfile = "users.toml"\n`, {
      users: userTable('alice', 'pencil'),
    });
    const known = await greeted();
    known.send(octets(`AUTH PLAIN ${btoa('\0alice\0pencil')}\r\n${message()}`));
    known.leave();
    expect(codes(await known.hear(1_000))).toEqual(['235', '250', '250', '354', '250']);
    const half = await greeted();
    half.send(octets('AUTH LOGIN\r\n'));
    half.leave();
    expect(codes(await half.hear(1_000))).toEqual(['334']);
    expect([known.closed, half.closed]).toEqual([true, true]);
  });

  it('RFC 2033 §4.2: gets the reply of each recipient', async () => {
    const held = heldStore();
    const lmtp = RELAY.replace('0:25"', '0:24"\nrole = "lmtp"');
    const { greeted } = await receivingWorld(lmtp, { store: held.store });
    const dialogue = await greeted(STRANGER, 24);
    dialogue.send(octets(message().replace('DATA', 'RCPT TO:<carol@example.org>\r\nDATA')));
    dialogue.leave();
    expect(codes(await dialogue.hear())).toEqual(['250', '250', '250', '354']);
    held.release();
    expect(codes(await dialogue.hear())).toEqual(['250', '250']);
    expect(dialogue.closed).toBe(true);
  });

  it('is spoken to anew after XCLIENT', async () => {
    const { greeted } = await receivingWorld(RELAY.replace('\n', '\nxclient-from = ["0.0.0.0/0"]\n'));
    const dialogue = await greeted();
    dialogue.send(octets('XCLIENT ADDR=203.0.113.9\r\nEHLO other.example\r\nNOOP\r\n'));
    dialogue.leave();
    expect(codes(await dialogue.hear())).toEqual(['220', '250', '250']);
    expect(dialogue.closed).toBe(true);
  });

  it('cannot begin TLS any more', async () => {
    const held = heldStore();
    const tls = '[tls]\ncertificate = "cert.pem"\nkey = "key.pem"\n';
    const { server, greeted } = await receivingWorld(`${RELAY}${tls}`, { store: held.store });
    const dialogue = await greeted();
    dialogue.send(octets(`${message()}STARTTLS\r\n`));
    dialogue.leave();
    await dialogue.hear();
    held.release();
    expect(codes(await dialogue.hear())).toEqual(['250', '220']);
    expect([dialogue.closed, server.host.openConnections]).toEqual([true, 0]);
  });

  it('RFC 5321 §3.8: is told that the server stops, after the reply to its message', async () => {
    const held = heldStore();
    const { world, server, greeted } = await receivingWorld(RELAY, { store: held.store });
    const dialogue = await greeted();
    dialogue.send(octets(message() + message('carol')));
    dialogue.leave();
    await dialogue.hear();
    const stopped = server.stop();
    held.release();
    expect(codes(await dialogue.hear(1_000))).toEqual(['250', '421']);
    await world.clock.during(stopped);
    expect([dialogue.closed, held.waiting.length]).toEqual([true, 0]);
  });

  it('RFC 5321 §7.8: does not keep its connection by not reading', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    dialogue.send(octets('MAIL FROM:<a@client.example>\r\n'));
    dialogue.pause();
    dialogue.send(octets('RCPT TO:<nobody-of-this-name@far.example>\r\n'.repeat(9_000)));
    dialogue.leave();
    await world.clock.advance(1_000);
    expect(server.host.openConnections).toBe(1);
    await world.clock.advance(6 * MINUTE);
    expect(server.host.openConnections).toBe(0);
  });

  it('RFC 5321 §7.8: does not keep its connection by not reading the replies that came late', async () => {
    const held = heldStore();
    const { world, server, greeted } = await receivingWorld(RELAY, { store: held.store });
    const dialogue = await greeted();
    dialogue.send(octets(`${message()}MAIL FROM:<a@client.example>\r\n`));
    dialogue.send(octets('RCPT TO:<nobody-of-this-name@far.example>\r\n'.repeat(1_450)));
    dialogue.pause();
    dialogue.leave();
    await world.clock.advance(1_000);
    held.release();
    await world.clock.advance(1_000);
    expect(server.host.openConnections).toBe(1);
    await world.clock.advance(MINUTE);
    expect(server.host.openConnections).toBe(0);
  });
});

describe('a client that leaves', () => {
  it.each([
    ['that says nothing', '', []],
    ['in the middle of a command', 'MAIL FROM:<a@client.example>\r\nRCPT TO:<bob@exam', ['250']],
    ['in the middle of the content', message().slice(0, -5), ['250', '250', '354']],
    ['before the line end of the last dot', message().slice(0, -2), ['250', '250', '354']],
    [
      'in the middle of a chunk',
      'MAIL FROM:<a@x.example>\r\nRCPT TO:<bob@example.org>\r\nBDAT 9 LAST\r\nhello',
      ['250', '250'],
    ],
  ])('%s is let go at once, and nothing of that is kept', async (_, said, replies) => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    dialogue.send(octets(said));
    dialogue.leave();
    expect(codes(await dialogue.hear(50))).toEqual(replies);
    expect([dialogue.closed, server.host.openConnections]).toEqual([true, 0]);
    await world.clock.advance(MINUTE);
    expect([server.events, server.notices, (await server.store.counts()).messages]).toEqual([[], [], 0]);
  });
});
