import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { setTimeout as moment } from 'node:timers/promises';
import { openPeer, startHop, type Peer, type Personality } from '../support/recording-hop.ts';
import type { Place } from './plan.ts';

/** What arrives outside of the server is told here. */
export interface Arrivals {
  /** A content came to rest for a recipient. */
  arrived(place: Place, address: string, content: string): void;
}

const DSN = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN'];
const PLAIN = DSN.slice(0, -1);
const STALL_MS = 3_000;
const DEAF_MS = 4_000;
/** How often `twice@` is put off. */
const DEFERRALS = 2;

/** The next hops, by the first label of their domain. */
export type Hops = Readonly<Record<'hop' | 'dsn' | 'defer' | 'stall' | 'lmtp' | 'refuse' | 'deaf', Peer>>;

export async function startHops(arrivals: Arrivals): Promise<Hops> {
  const deferred = new Map<string, number>();
  return {
    hop: await startPlace('hop', { extensions: PLAIN }, arrivals),
    dsn: await startPlace('dsn', { extensions: DSN }, arrivals),
    defer: await startPlace('defer', { extensions: PLAIN, rcpt: (address) => putOff(address, deferred) }, arrivals),
    stall: await startPlace(
      'stall',
      { extensions: PLAIN, beforeReply: () => moment(Math.random() * STALL_MS) },
      arrivals,
    ),
    lmtp: await startPlace('lmtp', { extensions: PLAIN, lmtp: true, endOfData: replyOfLmtp }, arrivals),
    refuse: await startHop({ extensions: PLAIN, rcpt: () => '550 5.1.1 no such user' }, nobody),
    deaf: await startDeaf(),
  };
}

const nobody = { command: () => undefined, transaction: () => undefined };

function putOff(address: string, deferred: Map<string, number>): string {
  const times = (deferred.get(address) ?? 0) + 1;
  if (address.startsWith('late+')) return '451 4.2.1 come back later';
  deferred.set(address, times);
  if (times <= DEFERRALS) return '451 4.7.1 greylisted';
  deferred.delete(address);
  return '250 2.1.5 Ok';
}

function replyOfLmtp([address = '']: readonly string[]): string {
  return address.startsWith('full+') ? '552 5.2.2 mailbox full' : '250 2.1.5 Ok';
}

/** A hop whose final 250 is an arrival. */
async function startPlace(place: Place, personality: Personality, arrivals: Arrivals): Promise<Peer> {
  const { endOfData = () => '250 2.0.0 Ok: queued', beforeReply } = personality;
  return await startHop(
    {
      ...personality,
      // What came is counted where it is answered: an attempt that was broken off before does not count.
      endOfData: (addresses, commands, content) => {
        const reply = endOfData(addresses, commands, content);
        if (reply.startsWith('2'))
          for (const address of addresses) arrivals.arrived(place, Buffer.from(address, 'latin1').toString(), content);
        return reply;
      },
      ...(beforeReply === undefined ? {} : { beforeReply }),
    },
    nobody,
  );
}

/** Takes connections, says nothing, and closes them after a while. */
async function startDeaf(): Promise<Peer> {
  const server = createSocketServer((socket) => {
    socket.on('error', () => undefined);
    setTimeout(() => socket.destroy(), DEAF_MS);
  });
  return await openPeer(server);
}

/** What came by webhook, each webhook-id once. */
export interface Heard {
  readonly type: string;
  readonly data: {
    readonly recipient?: string;
    readonly recipients?: readonly string[];
    readonly messageId: string;
  };
}

/** Takes webhooks, or does not; and traces. */
export class Receiver {
  readonly heard: Heard[] = [];
  /** While it is away, all requests get 503. */
  isAway = false;
  requests = 0;
  failures = 0;
  spans = 0;
  readonly #ids = new Set<string>();
  #peer: Peer | undefined;

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      void bodyOf(request).then(
        (body) => {
          if (request.url === '/traces') this.spans += 1;
          const status = request.url === '/traces' ? 200 : this.#take(request, body);
          if (status === undefined) response.destroy();
          else response.writeHead(status).end(request.url === '/traces' ? '{}' : '');
        },
        () => response.destroy(),
      );
    });
    server.keepAliveTimeout = 60_000;
    this.#peer = await openPeer(server);
  }

  get port(): number {
    return this.#peer?.port ?? 0;
  }

  async close(): Promise<void> {
    await this.#peer?.close();
  }

  /** The status of the answer; none if the answer gets lost, though the event was taken. */
  #take(request: IncomingMessage, body: string): number | undefined {
    this.requests += 1;
    const luck = Math.random();
    if (this.isAway || luck < 0.02) {
      this.failures += 1;
      return 503;
    }
    const id = String(request.headers['webhook-id']);
    if (!this.#ids.has(id)) this.heard.push(JSON.parse(body) as Heard);
    this.#ids.add(id);
    if (luck > 0.005 + 0.02) return 204;
    this.failures += 1;
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
}
