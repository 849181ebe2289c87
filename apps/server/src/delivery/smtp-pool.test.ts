import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { oneHop, told } from '../../test/simulation/relay.ts';
import { close, cut, stall } from '../../test/simulation/scripted-host.ts';
import type { Content } from '../model.ts';

const one = (address = 'bob@ivory.edu') => deliveryOf({ recipients: [address] });

/** Content that is read in pieces, as large messages are. */
function streamed(
  pieces: readonly string[],
  failAt = Infinity,
  failInReading = 1,
): Content & { read: () => AsyncIterable<Uint8Array>; given: number } {
  const octets = pieces.map((piece) => new TextEncoder().encode(piece));
  let reading = 0;
  return {
    sizeOctets: octets.reduce((sum, piece) => sum + piece.length, 0),
    given: 0,
    async *read() {
      this.given = 0;
      const breaks = ++reading >= failInReading;
      for (const piece of octets) {
        if (breaks && this.given === failAt) throw new Error('disk');
        this.given++;
        yield await Promise.resolve(piece);
      }
    },
  };
}

describe('SmtpTransport: connections', () => {
  it('keeps a connection for the next message, then says QUIT', async () => {
    const { clock, peer, deliver, client, relay } = await oneHop();
    await deliver(one());
    await deliver(one());
    expect(peer.connections).toBe(1);
    expect(client.openConnections).toBe(1);
    expect(relay.idle).toBe(false);
    await clock.runUntilIdle();
    expect(peer.commands.at(-1)).toBe('QUIT');
    expect(client.openConnections).toBe(0);
    expect(relay.idle).toBe(true);
  });

  it('opens as many connections as it may, and no more', async () => {
    const { clock, peer, relay, client } = await oneHop({}, { maxConnections: 4 });
    let most = 0;
    const all = Promise.all(Array.from({ length: 40 }, (_, i) => relay.deliver(one(`u${i}@ivory.edu`))));
    for (let ms = 0; ms < 2000; ms++) {
      await clock.advance(1);
      most = Math.max(most, client.openConnections);
    }
    expect((await all).flat().every(({ kind }) => kind === 'relayed')).toBe(true);
    expect([most, peer.connections]).toEqual([4, 4]);
    expect(peer.transactions).toHaveLength(40);
  });

  it('RFC 2920 §3.1: when all connections are busy, the next envelope goes out right behind the content', async () => {
    const { clock, peer, relay } = await oneHop({}, { maxConnections: 1 });
    await clock.during(Promise.all([relay.deliver(one('a@x')), relay.deliver(one('b@x')), relay.deliver(one('c@x'))]));
    expect(peer.arrivals[2]).toMatch(
      /\r\nHello\r\n\.\r\nMAIL FROM:<alice@pure-heart\.org> SIZE=\d+\r\nRCPT TO:<b@x>\r\nDATA\r\n$/,
    );
    expect(peer.transactions.map(({ rcpt }) => rcpt.join())).toEqual([
      'RCPT TO:<a@x>',
      'RCPT TO:<b@x>',
      'RCPT TO:<c@x>',
    ]);
  });

  it('for a moment what comes is left to a busy connection, though another one is idle: it goes out behind the content', async () => {
    const { clock, peer, relay } = await oneHop({}, { maxConnections: 2 });
    await clock.during(Promise.all([relay.deliver(one('a@x')), relay.deliver(one('b@x'))]));
    expect(peer.connections).toBe(2);
    const busy = relay.deliver(one('c@x'));
    // The reply to its envelope comes 10 ms after it.
    await clock.advance(5);
    await clock.during(Promise.all([busy, relay.deliver(one('d@x'))]));
    expect(peer.arrivals).toContainEqual(
      expect.stringMatching(/\r\n\.\r\nMAIL FROM:\S+ SIZE=\d+\r\nRCPT TO:<d@x>\r\n/),
    );
  });

  it('what a busy connection does not come to goes over an idle one', async () => {
    const { clock, peer, relay } = await oneHop(
      { MAIL: (line, { transactions }) => (transactions > 1 && line.includes('slow@') ? stall : '250 2.1.0 Ok') },
      { maxConnections: 2 },
    );
    await clock.during(Promise.all([relay.deliver(one('a@x')), relay.deliver(one('b@x'))]));
    const slow = deliveryOf({ message: { reversePath: 'slow@x' }, recipients: ['c@x'] });
    void relay.deliver(slow);
    await clock.advance(1);
    const begunMs = clock.now();
    expect((await clock.during(relay.deliver(one('d@x')))).map(({ kind }) => kind)).toEqual(['relayed']);
    expect(clock.now() - begunMs).toBeLessThan(100);
    expect(peer.connections).toBe(2);
  });

  it('RFC 2920 §3.1: without PIPELINING each command waits for the reply to the one before', async () => {
    const { clock, peer, relay } = await oneHop({ EHLO: '250 host.example' }, { maxConnections: 1 });
    await clock.during(Promise.all([relay.deliver(one('a@x')), relay.deliver(one('b@x'))]));
    expect(peer.arrivals.map((text) => text.split('\r\n')[0]?.slice(0, 4))).toEqual([
      'EHLO',
      'MAIL',
      'RCPT',
      'DATA',
      'Subj',
      'MAIL',
      'RCPT',
      'DATA',
      'Subj',
    ]);
  });

  it('a kept connection that the host has left is replaced without a word', async () => {
    const { clock, peer, deliver, host } = await oneHop();
    await deliver(one());
    host.cutAll();
    await clock.settle();
    expect((await deliver(one())).map(({ kind }) => kind)).toEqual(['relayed']);
    expect(peer.connections).toBe(2);
  });

  it.each([close, cut, '421 4.4.2 Idle for too long'])(
    'a kept connection that ends at the next MAIL (%j) is replaced',
    async (answer) => {
      const { peer, deliver } = await oneHop({
        MAIL: (_, { transactions }) => (transactions > 1 ? answer : '250 2.1.0 Ok'),
      });
      expect((await deliver(one())).map(({ kind }) => kind)).toEqual(['relayed']);
      expect((await deliver(one())).map(({ kind }) => kind)).toEqual(['relayed']);
      expect(peer.connections).toBe(2);
    },
  );

  it('a message in many transactions gets over, however many kept connections have ended', async () => {
    const { clock, peer, relay } = await oneHop(
      { MAIL: (_, { transactions }) => (transactions > 1 ? close : '250 2.1.0 Ok') },
      { maxConnections: 6, maxRecipients: 1 },
    );
    const recipients = Array.from({ length: 6 }, (_, i) => `u${i}@ivory.edu`);
    await clock.during(Promise.all(recipients.map((address) => relay.deliver(one(address)))));
    expect(peer.connections).toBe(6);
    const outcomes = await clock.during(relay.deliver(deliveryOf({ recipients })));
    expect(outcomes.map(told)).toEqual(Array(6).fill('relayed 2.0.0 content: 250 2.0.0 Queued'));
    expect(peer.connections).toBe(12);
  });

  it('a host that takes one message per connection gets them all', async () => {
    const { clock, peer, relay } = await oneHop(
      { MAIL: (_, { transactions }) => (transactions > 1 ? '421 4.7.0 One message only' : '250 2.1.0 Ok') },
      { maxConnections: 2 },
    );
    const outcomes = await clock.during(
      Promise.all(Array.from({ length: 10 }, (_, i) => relay.deliver(one(`u${i}@x`)))),
    );
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(Array(10).fill('relayed'));
    expect(new Set(peer.transactions.flatMap(({ rcpt }) => rcpt)).size).toBe(10);
  });

  it('a host that greets and goes away defers, and is not called again and again', async () => {
    const { clock, peer, relay } = await oneHop({ EHLO: '250-host.example\n250 DSN\n421 4.3.2 Bye' });
    const outcomes = await clock.during(Promise.all([relay.deliver(one()), relay.deliver(one())]));
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(['deferred', 'deferred']);
    expect(peer.connections).toBeLessThan(4);
  });

  it('a host that refuses further connections goes on with those that it has', async () => {
    const { clock, peer, relay } = await oneHop({
      greeting: (_, { connection }) => (connection > 2 ? '421 4.7.0 Too many connections' : '220 host.example'),
    });
    const outcomes = await clock.during(
      Promise.all(Array.from({ length: 30 }, (_, i) => relay.deliver(one(`u${i}@x`)))),
    );
    expect(outcomes.flat().every(({ kind }) => kind === 'relayed')).toBe(true);
    expect(peer.transactions).toHaveLength(30);
  });

  it('a message that is lost behind another one is sent again, the other is not', async () => {
    let contents = 0;
    const { clock, peer, relay } = await oneHop(
      { content: () => (++contents === 1 ? cut : '250 2.0.0 Queued') },
      { maxConnections: 1 },
    );
    const outcomes = await clock.during(Promise.all([relay.deliver(one('a@x')), relay.deliver(one('b@x'))]));
    expect(outcomes.flat().map(told)).toEqual([
      'deferred 4.4.2 (the connection to mx.ivory.edu was lost in the middle of the transaction, after the message had been sent)',
      'relayed 2.0.0 content: 250 2.0.0 Queued',
    ]);
    expect(peer.transactions.flatMap(({ rcpt }) => rcpt)).toEqual(['RCPT TO:<a@x>', 'RCPT TO:<b@x>']);
  });

  it('close() lets attempts finish, then says QUIT; afterwards nothing is attempted', async () => {
    const { clock, peer, relay, client } = await oneHop();
    const outcomes = relay.deliver(one());
    await clock.during(relay.close());
    expect(await outcomes).toMatchObject([{ kind: 'relayed' }]);
    await clock.runUntilIdle();
    expect(peer.commands.at(-1)).toBe('QUIT');
    expect(client.openConnections).toBe(0);
    expect((await relay.deliver(one())).map(told)).toEqual(['deferred 4.3.2 (this server is stopping)']);
  });

  it('a host that does not answer QUIT is left', async () => {
    const { clock, deliver, client } = await oneHop({ QUIT: { do: 'stall' } });
    await deliver(one());
    await clock.advance(11_000);
    expect(client.openConnections).toBe(0);
  });
});

describe('SmtpTransport: content that is not in memory', () => {
  it('is sent as fast as the host reads it', async () => {
    const { clock, peer, relay, host } = await oneHop();
    const content = streamed(
      Array.from({ length: 100 }, (_, i) => `${'x'.repeat(998)}\r\n`.repeat(16) + `line ${i}\r\n`),
    );
    const outcomes = relay.deliver(deliveryOf({ recipients: ['a@x'], content }));
    await clock.runUntil(() => peer.commands.includes('DATA'));
    for (const connection of host.connections) connection.pause();
    await clock.advance(60_000);
    expect(content.given).toBeGreaterThan(2);
    expect(content.given).toBeLessThan(12);
    for (const connection of host.connections) connection.resume();
    expect((await clock.during(outcomes)).map(({ kind }) => kind)).toEqual(['relayed']);
    expect(peer.transactions[0]?.content).toHaveLength(content.sizeOctets);
  });

  it('RFC 5321 §4.5.3.2 R5321-4.5.3.2-a: a host that stops reading is left after 3 minutes', async () => {
    const { clock, peer, relay, host } = await oneHop();
    const content = streamed(Array.from({ length: 100 }, () => `${'x'.repeat(998)}\r\n`.repeat(16)));
    const outcomes = relay.deliver(deliveryOf({ recipients: ['a@x'], content }));
    await clock.runUntil(() => peer.commands.includes('DATA'));
    const startMs = clock.now();
    for (const connection of host.connections) connection.pause();
    expect((await clock.during(outcomes)).map(told)).toEqual(['deferred 4.4.2 (mx.ivory.edu did not answer in time)']);
    expect(clock.now() - startMs).toBeLessThan(181_000);
  });

  it('that can not be read to its end is never taken for whole', async () => {
    const { peer, deliver } = await oneHop();
    const content = streamed(['a: b\r\n\r\n', 'half\r\n', 'rest\r\n'], 2, 2);
    const outcomes = await deliver(deliveryOf({ recipients: ['a@x', 'b@x'], content }));
    expect(outcomes.map(told)).toEqual(Array(2).fill('deferred 4.3.0 (the stored message could not be read)'));
    expect(peer.transactions[0]?.content).toBeUndefined();
  });

  it('that can not be read at all defers', async () => {
    const { peer, deliver } = await oneHop();
    expect((await deliver(deliveryOf({ recipients: ['a@x'], content: streamed(['x'], 0) }))).map(told)).toEqual([
      'deferred 4.3.0 (the stored message could not be read)',
    ]);
    expect(peer.connections).toBe(0);
  });

  it('RFC 3030 §2: binary content goes in chunks, where the host takes them', async () => {
    const { deliver, peer } = await oneHop();
    const [outcome] = await deliver(
      deliveryOf({ message: { mailParameters: 'BODY=BINARYMIME' }, recipients: ['a@x'] }),
    );
    expect(told(outcome!)).toBe('failed 5.6.3 (mx.ivory.edu takes no binary content)');
    expect(peer.transactions).toEqual([]);
  });
});
