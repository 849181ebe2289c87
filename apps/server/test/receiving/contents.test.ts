import { describe, expect, it } from 'vitest';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { StoreError, type QueueStore } from '../../src/ports.ts';
import type { Dialogue } from './dialogue.ts';
import { receivingWorld, ROUTES, STRANGER } from './world.ts';

const RELAY = `[[listen]]\naddress = "0.0.0.0:25"\nrelay-from = ["198.51.100.0/24"]\n${ROUTES}`;
const CONTENT = 'Subject: hello\r\n\r\nHello\r\n';

async function send(dialogue: Dialogue, rcpt: readonly string[], content = CONTENT, mail = ''): Promise<string> {
  await dialogue.say(`MAIL FROM:<alice@client.example>${mail}`);
  for (const address of rcpt) await dialogue.say(`RCPT TO:<${address}>`);
  await dialogue.say('DATA');
  return await dialogue.say(`${content}.`);
}

describe('content that was received', () => {
  it('RFC 5321 §4.1.1.4 R5321-4.1.1.4-c R5321-4.4-a: our Received is the first field, and names a sole recipient', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    await send(await greeted(), ['Bob@Example.org']);
    await world.clock.advance(1_000);
    expect(server.delivered[0]?.text.replace(/^(?:(?:Return-Path|Delivered-To): .*\r\n)*/, '')).toMatch(
      /^Received: from client\.example \(\[198\.51\.100\.7\]\)\r\n\tby mx\.example\.org with ESMTP id \w+\r\n\tfor <Bob@Example\.org>;\r\n\tThu, 07 Jul 1994 21:03:0\d \+0000\r\nSubject: hello\r\n\r\nHello\r\n$/,
    );
  });

  it('RFC 5321 §7.2 R5321-4.4-a: of several recipients it names none', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    await send(await greeted(), ['bob@example.org', 'carol@example.org']);
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(2);
    for (const { text } of server.delivered) expect(text.split('Subject')[0]).not.toMatch(/for </);
  });

  it.each([
    [
      'RFC 6710 §4.1 RFC 6710 §7: the priority that was given',
      '198.51.100.7',
      ' MT-PRIORITY=4',
      'PRIORITY 4',
      'MT-PRIORITY=4',
    ],
    [
      'RFC 6710 §4.1: the one that a stranger is left with',
      '203.0.113.9',
      ' MT-PRIORITY=4',
      'PRIORITY 0',
      'MT-PRIORITY=0',
    ],
    ['RFC 6710 §4.1: a lower one, of a stranger', '203.0.113.9', ' MT-PRIORITY=-4', 'PRIORITY -4', 'MT-PRIORITY=-4'],
  ])('%s', async (_, from, mail, clause, kept) => {
    const world = await receivingWorld(RELAY.replace('to = "maildir:mail"\n', 'to = "lmtp://192.0.2.99:24"\n'));
    // RFC 6758 §3.1: what the header says counts only for want of the parameter.
    await send(await world.greeted(from), ['bob@example.org'], `MT-Priority: -2\r\n${CONTENT}`, mail);
    await world.world.clock.advance(60_000);
    const [claim] = await world.server.store.claim({
      nowMs: world.world.clock.now() + 86_400_000,
      limit: 1,
      perDestination: 1,
      except: [],
      leaseUntilMs: Infinity,
      token: () => 'test',
    });
    expect(claim?.message.mailParameters).toBe(kept);
    const { octets } = await world.server.store.content(claim?.message.id ?? '');
    expect(new TextDecoder().decode(octets)).toContain(`for <bob@example.org> ${clause};`);
  });

  it.each([
    ['1', 'a stranger', '203.0.113.9', undefined],
    ['-1', 'a stranger', '203.0.113.9', '-1'],
    ['1', 'a client that may relay', '198.51.100.7', '1'],
  ])('RFC 6758 §3.1 RFC 6710 §4.1: MT-Priority: %s in the header, of %s', async (value, _, from, given) => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    await send(await greeted(from), ['bob@example.org'], `MT-Priority: ${value}\r\n${CONTENT}`);
    await world.clock.advance(1_000);
    expect(/ PRIORITY (\S+);/.exec(server.delivered[0]?.text ?? '')?.[1]).toBe(given);
    expect(server.delivered).toHaveLength(1);
  });

  it('RFC 6758 §3.1: a field of the header gives no priority where a listener goes without MT-PRIORITY', async () => {
    const { world, server, greeted } = await receivingWorld(
      RELAY.replace('relay-from', 'without = ["MT-PRIORITY"]\nrelay-from'),
    );
    await send(await greeted('198.51.100.7'), ['bob@example.org'], `MT-Priority: 3\r\n${CONTENT}`);
    await world.clock.advance(1_000);
    expect(server.delivered).toHaveLength(1);
    expect(server.delivered[0]?.text).not.toContain('PRIORITY 3;');
  });

  it('RFC 5321 §6.3 R5321-6.3-a: a hundred Received fields are a loop, ninety-nine are a long way', async () => {
    const { server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    const received = (count: number) =>
      `${'Received: from a by b; Thu, 07 Jul 1994 21:03:00 +0000\r\n'.repeat(count)}\r\n`;
    expect(await send(dialogue, ['bob@example.org'], received(99))).toMatch(/^250 /);
    expect(await send(dialogue, ['bob@example.org'], received(100))).toBe(
      '554 5.4.6 Too many hops (100): the message is in a loop\r\n',
    );
    expect(server.events.filter((event) => event.kind === 'accepted')).toHaveLength(1);
  });

  it('RFC 5321 §6.3 R5321-6.3-a: a loop is seen in a large message too, whose header goes to the disk', async () => {
    const store = openMemoryQueueStore({ inlineMaxOctets: 4_096 });
    let discarded = 0;
    const begin = store.spool.bind(store);
    store.spool = async () => {
      const spool = await begin();
      const discard = spool.discard.bind(spool);
      spool.discard = () => (discarded++, discard());
      return spool;
    };
    const { server, greeted } = await receivingWorld(RELAY, { store });
    const header = 'Received: from a by b; Thu, 07 Jul 1994 21:03:00 +0000\r\n'.repeat(100);
    expect(await send(await greeted(), ['bob@example.org'], `${header}\r\n${'x\r\n'.repeat(9_000)}`)).toMatch(
      /^554 5\.4\.6/,
    );
    expect(server.events).toEqual([]);
    expect((await server.store.counts()).messages).toBe(0);
    expect(discarded).toBe(1);
  });

  it.each<[string, string, (dialogue: Dialogue, cut: () => void, fill: () => void) => Promise<string>]>([
    ['in a loop', 'Received', (dialogue) => dialogue.say('.')],
    ['too large', 'X-Long', (dialogue) => dialogue.say(`Subject: x\r\n\r\n${'x\r\n'.repeat(40_000)}.`)],
    [
      'cut off by the client',
      'X-Long',
      (dialogue) => {
        dialogue.leave();
        return dialogue.hear();
      },
    ],
    [
      'cut off by the network',
      'X-Long',
      (dialogue, cut) => {
        cut();
        return dialogue.hear();
      },
    ],
    [
      'refused by the store',
      'X-Long',
      (dialogue, _, fill) => {
        fill();
        return dialogue.say('.');
      },
    ],
  ])('RFC 5321 §7.8: of a large message that is %s nothing stays on the disk', async (_, field, end) => {
    const memory = openMemoryQueueStore({ inlineMaxOctets: 4_096 });
    let [spools, discarded] = [0, 0];
    let isFull = false;
    const counted: QueueStore['spool'] = async () => {
      const spool = await memory.spool();
      spools++;
      return { ...spool, discard: () => (discarded++, spool.discard()) };
    };
    const store: QueueStore = new Proxy(memory, {
      get(target, name): unknown {
        if (name === 'spool') return counted;
        if (name === 'accept' && isFull) return () => Promise.reject(new StoreError('full', 'no space'));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const { world, greeted } = await receivingWorld(`${RELAY}[limits]\nmessage-size-octets = 100000\n`, { store });
    const dialogue = await greeted();
    for (const line of ['MAIL FROM:<a@client.example>', 'RCPT TO:<bob@example.org>', 'DATA']) await dialogue.say(line);
    dialogue.send(new TextEncoder().encode(`${field}: a from b by c\r\n`.repeat(400)));
    await world.clock.advance(1_000);
    expect([spools, discarded]).toEqual([1, 0]);
    await end(
      dialogue,
      () => world.network.find(STRANGER)?.cutAll(),
      () => (isFull = true),
    );
    await world.clock.advance(1_000);
    expect(discarded).toBeGreaterThan(0);
  });

  it('RFC 5321 §4.4: behind a proxy our Received has the name that its client gave, not the proxy’s', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY.replace('\n', '\nxclient-from = ["198.51.100.7"]\n'));
    const dialogue = await greeted();
    expect(await dialogue.say('XCLIENT ADDR=203.0.113.9 HELO=real.example')).toMatch(/^220 /);
    await dialogue.say('EHLO proxy.example');
    await send(dialogue, ['bob@example.org']);
    await world.clock.advance(1_000);
    const [header = ''] = server.delivered.map(({ text }) => text);
    expect(header).toContain('Received: from real.example ([203.0.113.9])\r\n');
  });

  it('RFC 6758 §3.1 RFC 6710 §4.1: a stranger gets no higher priority by a field of the header', async () => {
    for (const [from, expected] of [
      ['203.0.113.9', 'by mx.example.org with ESMTP id'],
      ['198.51.100.7', 'PRIORITY 3'],
    ] as const) {
      const { world, server, greeted } = await receivingWorld(RELAY);
      await send(await greeted(from), ['bob@example.org'], `MT-Priority: 3\r\n${CONTENT}`);
      await world.clock.advance(1_000);
      const [header = ''] = server.delivered.map(({ text }) => text);
      expect(header).toContain(expected);
      expect(header.includes('PRIORITY 3')).toBe(from === '198.51.100.7');
    }
  });

  it('RFC 5321 §4.2.5 R5321-4.2.5-b R5321-4.1.1.11-b: what could not be stored gets 452 4.3.1, and nothing is tried', async () => {
    const memory = openMemoryQueueStore();
    const full: QueueStore = new Proxy(memory, {
      get(target, name): unknown {
        if (name === 'accept') return () => Promise.reject(new StoreError('full', 'no space'));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const { world, server, greeted } = await receivingWorld(RELAY, { store: full });
    const dialogue = await greeted();
    expect(await send(dialogue, ['bob@example.org'])).toBe(
      '452 4.3.1 The message could not be stored; try again later\r\n',
    );
    await world.clock.advance(86_400_000);
    expect([server.events, server.delivered]).toEqual([[], []]);
    expect(server.troubles).toMatchObject([{ name: 'StoreError', code: 'full' }]);
  });

  it('RFC 5321 §6.1 R5321-6.1-e: 250 does not wait for the next hop', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const hop = world.host('mx.far.example');
    world.resolver.table.set('far.example', { mx: [[10, 'mx.far.example']] });
    hop.down = 'timeout';
    const dialogue = await greeted();
    expect(await send(dialogue, ['dana@far.example'])).toMatch(/^250 2\.0\.0/);
    expect(server.events.map((event) => event.kind)).toEqual(['accepted']);
  });

  it('RFC 5321 §3.3 RFC 5321 §4.4 R5321-3.3-d R5321-4.4-f: some fail after the content; the sender is told by mail', async () => {
    const config = `[[listen]]\naddress = "0.0.0.0:25"\n[[route]]\nmatch = "simulator.test"\nto = "simulator:"\n[[route]]\nmatch = "*"\nto = "maildir:mail"`;
    const { world, server, greeted } = await receivingWorld(config);
    const all = ['ok@simulator.test', '550@simulator.test', '5.2.2@simulator.test'];
    expect(await send(await greeted(), all)).toMatch(/^250 2\.0\.0/);
    await world.clock.advance(60_000);
    expect(server.delivered.map(({ folder }) => folder)).toEqual(['alice@client.example']);
    expect(server.delivered[0]?.text).toContain('Final-Recipient: rfc822; 550@simulator.test');
    expect(server.delivered[0]?.text).not.toContain('Final-Recipient: rfc822; ok@simulator.test');
  });

  it('RFC 5321 §4.1.1.5 RFC 5321 §4.1.4 R5321-4.1.1.5-a R5321-4.1.4-a: RSET and EHLO forget parameters', async () => {
    const { server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    for (const forgetting of ['RSET', 'EHLO client.example']) {
      await dialogue.say('MAIL FROM:<old@client.example> ENVID=old RET=FULL');
      await dialogue.say('RCPT TO:<carol@example.org> NOTIFY=NEVER');
      await dialogue.say(forgetting);
      await send(dialogue, ['bob@example.org']);
    }
    const accepted = server.events.filter((event) => event.kind === 'accepted');
    expect(accepted).toHaveLength(2);
    for (const event of accepted) {
      expect(event).toMatchObject({ reversePath: 'alice@client.example', recipients: ['bob@example.org'] });
      expect(event).not.toHaveProperty('envelopeId');
    }
  });

  it('RFC 5321 §4.5.3.1.8 RFC 5321 §4.5.3.1.10 R5321-4.5.3.1.8-a R5321-4.5.3.1.10-a: a hundred recipients are taken, what is beyond gets 452', async () => {
    const { server, greeted } = await receivingWorld(`${RELAY}\n[limits]\nmax-recipients = 100`);
    const dialogue = await greeted(STRANGER);
    await dialogue.say('MAIL FROM:<a@client.example>');
    const lines = Array.from({ length: 101 }, (_, i) => `RCPT TO:<r${i}@far.example>`).join('\r\n');
    const replies = (await dialogue.say(lines)).split('\r\n').slice(0, -1);
    expect(replies.filter((reply) => reply.startsWith('250 2.1.5'))).toHaveLength(100);
    expect(replies.at(-1)).toBe('452 4.5.3 Too many recipients');
    await dialogue.say('DATA');
    expect(await dialogue.say(`${CONTENT}.`)).toMatch(/^250 /);
    expect(server.events.find((event) => event.kind === 'accepted')?.recipients).toHaveLength(100);
  });

  it('RFC 3030 §2: chunks, binary ones too, are stored as they came', async () => {
    const { world, server, greeted } = await receivingWorld(RELAY);
    const dialogue = await greeted();
    await dialogue.say('MAIL FROM:<a@client.example> BODY=BINARYMIME');
    await dialogue.say('RCPT TO:<bob@example.org>');
    expect(await dialogue.say('DATA')).toMatch(/^503 5\.5\.1/);
    const chunk = Uint8Array.of(...new TextEncoder().encode('Subject: b\r\n\r\n'), 0, 10, 13, 46, 10, 255);
    dialogue.send(new TextEncoder().encode('BDAT 5\r\n'));
    dialogue.send(chunk.subarray(0, 5));
    dialogue.send(new TextEncoder().encode(`BDAT ${chunk.length - 5} LAST\r\n`));
    dialogue.send(chunk.subarray(5));
    expect(await dialogue.hear()).toMatch(/^250 2\.6\.0 .*\r\n250 2\.0\.0 Ok: queued/);
    await world.clock.advance(1_000);
    expect(server.delivered[0]?.octets.subarray(-chunk.length)).toEqual(chunk);
  });
});
