import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decodeAnswer, encodeQuestion, type DnsAnswer, type DnsQuestion } from './message.ts';

/** Where a name server is. */
export interface NameServer {
  /** An address. */
  readonly host: string;
  readonly port: number;
}

/** How long and how often is asked. */
export interface Patience {
  readonly timeoutMs: number;
  readonly tries: number;
}

/**
 * Asks one name server one question: over UDP from a fresh port under a random id, and over TCP if the answer did not fit.
 * What does not answer the question, or comes from elsewhere, is passed over.
 *
 * @returns undefined for a name that the DNS can't hold
 * @throws {Error} when no answer comes in time, with the reason in one line
 */
export async function exchange(
  server: NameServer,
  asked: Omit<DnsQuestion, 'id'>,
  { timeoutMs, tries }: Patience,
): Promise<DnsAnswer | undefined> {
  for (let left = tries; ; left--) {
    const question = { ...asked, id: randomInt(0x10000) };
    const octets = encodeQuestion(question);
    if (octets === undefined) return undefined;
    try {
      const answer = await overUdp(server, question, octets, timeoutMs);
      return answer.truncated ? await overTcp(server, question, octets, timeoutMs) : answer;
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

function overUdp(server: NameServer, question: DnsQuestion, octets: Uint8Array, timeoutMs: number): Promise<DnsAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.host.includes(':') ? 'udp6' : 'udp4');
    const end = (run: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A late error of a closed socket interests nobody.
      socket.on('error', () => undefined);
      socket.close();
      run();
    };
    const timer = setTimeout(() => end(() => reject(new Error('the resolver did not answer in time'))), timeoutMs);
    socket.on('error', () => end(() => reject(new Error('the resolver could not be reached'))));
    socket.on('message', (received) => {
      const answer = decodeAnswer(received, question);
      if (answer !== undefined) end(() => resolve(answer));
    });
    // Connected, the system lets through only what comes from there, and tells when nobody listens. A callback would be
    // called when there is no way to the server, too, and `error` not be emitted.
    socket.on('connect', () => socket.send(octets));
    socket.connect(server.port, server.host);
  });
}

function overTcp(server: NameServer, question: DnsQuestion, octets: Uint8Array, timeoutMs: number): Promise<DnsAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port });
    const end = (run: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      run();
    };
    const fail = (what: string): void => end(() => reject(new Error(what)));
    const timer = setTimeout(() => fail('the resolver did not answer in time'), timeoutMs);
    let received = new Uint8Array();
    socket.on('error', () => fail('the resolver could not be reached over TCP'));
    socket.on('close', () => fail('the resolver closed the connection'));
    socket.on('data', (piece: Uint8Array) => {
      // At most 65537 octets are kept: the length that goes before them says so.
      received = concat(received, piece);
      const length = received.length < 2 ? Infinity : ((received[0] ?? 0) << 8) | (received[1] ?? 0);
      if (received.length < 2 + length) return;
      const answer = decodeAnswer(received.slice(2, 2 + length), question);
      if (answer === undefined || answer.truncated) fail('the resolver gave no right answer over TCP');
      else end(() => resolve(answer));
    });
    socket.write(concat(Uint8Array.of(octets.length >> 8, octets.length & 255), octets));
  });
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
