import { ServerSession, type ServerExtensions } from '@dsnkit/smtp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../test/simulation/delivery.ts';
import { relayWorld, told } from '../../test/simulation/relay.ts';
import { contentOf } from '../queue/content.ts';

interface Received {
  readonly mail: string;
  readonly rcpt: string[];
  readonly pieces: Uint8Array[];
}

/** A transport to a host that speaks by our own server session, and what the host receives. */
async function ownHop(extensions: ServerExtensions) {
  const world = relayWorld();
  const host = world.network.host('own.example', '192.0.2.1');
  const received: Received[] = [];
  await host.listen({ host: '0.0.0.0', port: 25 }, (connection) => {
    const session = new ServerSession({ hostname: 'own.example', extensions });
    const pump = () => {
      for (let event = session.next(); event !== undefined; event = session.next()) {
        if (event.kind === 'mail') received.push({ mail: event.raw, rcpt: [], pieces: [] });
        if (event.kind === 'rcpt') received.at(-1)?.rcpt.push(event.raw);
        if (event.kind === 'content') received.at(-1)?.pieces.push(event.octets.slice());
        if (session.paused) session.answer();
      }
      const output = session.takeOutput();
      if (output !== undefined) connection.write(output);
      if (session.closed) connection.end();
    };
    connection.attach({
      data: (octets) => {
        session.receive(octets);
        pump();
      },
      closed: () => undefined,
    });
    session.start();
    pump();
  });
  const relay = world.transport({ kind: 'smtp', host: '192.0.2.1', port: 25 }, { maxConnections: 1 });
  return { ...world, received, relay };
}

const whole = ({ pieces }: Received) => Buffer.concat(pieces);

describe('SmtpTransport with our own server session', () => {
  it('RFC 3030 §2 RFC 3030 §3: binary content goes in chunks, to the octet', async () => {
    const { clock, received, relay } = await ownHop({
      pipelining: true,
      chunking: true,
      binaryMime: true,
      eightBitMime: true,
    });
    const octets = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256);
    const delivery = deliveryOf({
      message: { mailParameters: 'BODY=BINARYMIME' },
      recipients: ['a@x'],
      content: contentOf([octets]),
    });
    const outcomes = await clock.during(Promise.all([relay.deliver(delivery), relay.deliver(delivery)]));
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(['relayed', 'relayed']);
    expect(received.map(({ mail }) => mail)).toEqual(Array(2).fill('MAIL FROM:<alice@pure-heart.org> BODY=BINARYMIME'));
    for (const message of received) expect(whole(message).equals(octets)).toBe(true);
  });

  it.each([
    ['no chunks', { pipelining: true, eightBitMime: true }],
    ['no BINARYMIME', { pipelining: true, eightBitMime: true, chunking: true }],
    ['chunks only one by one, without PIPELINING', { eightBitMime: true, chunking: true, binaryMime: true }],
  ])('RFC 3030 §3: binary content does not go to a host that takes %s', async (_, extensions) => {
    const { clock, received, relay } = await ownHop(extensions);
    const [outcome] = await clock.during(
      relay.deliver(deliveryOf({ message: { mailParameters: 'BODY=BINARYMIME' }, recipients: ['a@x'] })),
    );
    expect(told(outcome!)).toBe('failed 5.6.3 (own.example takes no binary content)');
    expect(received).toEqual([]);
  });

  it.each([
    ['552 5.3.4 Too large', 'failed'],
    ['451 4.3.1 Disk full', 'deferred'],
  ])(
    'RFC 5321 §4.2.1: what a host says in the middle of the content and then closes, %s, is the reason',
    async (line, kind) => {
      const world = relayWorld();
      const host = world.network.host('own.example', '192.0.2.1');
      await host.listen({ host: '0.0.0.0', port: 25 }, (connection) => {
        const say = (reply: string) => connection.write(new TextEncoder().encode(`${reply}\r\n`));
        connection.attach({
          data: (octets) => {
            const text = new TextDecoder().decode(octets);
            if (text.startsWith('DATA')) say('354 Go on');
            else if (text.startsWith('Subject')) {
              say(line);
              connection.end();
            } else say('250 Ok');
          },
          closed: () => undefined,
        });
        say('220 own.example');
      });
      const relay = world.transport({ kind: 'smtp', host: '192.0.2.1', port: 25 });
      const content = {
        sizeOctets: 26,
        async *read() {
          yield new TextEncoder().encode('Subject: large\r\n');
          await new Promise<void>((resolve) => world.clock.after(1000, resolve));
          yield new TextEncoder().encode('\r\nrest\r\n');
        },
      };
      const [outcome] = await world.clock.during(relay.deliver(deliveryOf({ recipients: ['a@x'], content })));
      expect(outcome).toMatchObject({ kind, failure: { remote: { rawLines: [line], stage: 'content' } } });
    },
  );

  it('RFC 5321 §4.5.2 R5321-4.5.2-a: content arrives to the octet, whatever it holds, pipelined or not', async () => {
    const line = fc
      .array(fc.constantFrom('.', '..', 'a', '', 'From x', 'ä', '.\t'), { maxLength: 6 })
      .map((parts) => `${parts.join('')}\r\n`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(line, { maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (messages, pipelining) => {
          const { clock, received, relay } = await ownHop({ pipelining, eightBitMime: true, dsn: true });
          const contents = messages.map((lines) => new TextEncoder().encode(lines.join('')));
          const outcomes = await clock.during(
            Promise.all(
              contents.map((octets, i) =>
                relay.deliver(deliveryOf({ recipients: [`u${i}@x`], content: contentOf([octets]) })),
              ),
            ),
          );
          expect(outcomes.flat().every(({ kind }) => kind === 'relayed')).toBe(true);
          for (const [i, octets] of contents.entries()) {
            const found = received.find(({ rcpt }) => rcpt[0] === `RCPT TO:<u${i}@x>`);
            expect(whole(found!).equals(octets)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
