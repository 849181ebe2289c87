import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { Connection } from './connection.ts';
import { ClientError } from './error.ts';

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  /** Default 465 with `tls: 'implicit'`, else 587. RFC 6409 §3.1, RFC 8314 §3.3. */
  readonly port?: number;
  /** `implicit`: TLS from the first octet on. Default `starttls`, which {@link submit} does. */
  readonly tls?: 'implicit' | 'starttls';
  /** Certificates to trust, names to expect: as `tls.connect` of Node takes them. */
  readonly tlsOptions?: ConnectionOptions;
  /** How long to wait for a connection and for TLS. Default 30 000 milliseconds. */
  readonly connectTimeoutMs?: number;
}

/**
 * Opens a connection with Node's sockets, for {@link submit}.
 *
 * @throws {ClientError} `connection`
 *
 * @example
 * ```ts
 * await submit(message, { connect: () => connectTo({ host: 'smtp.example.org', tls: 'implicit' }) });
 * ```
 */
export async function connectTo(server: ServerAddress): Promise<Connection> {
  const { host, tls, connectTimeoutMs = 30_000 } = server;
  const port = server.port ?? (tls === 'implicit' ? 465 : 587);
  const socket = tls === 'implicit' ? connectTls({ host, port, ...tlsOptions(server) }) : connectTcp({ host, port });
  await ready(socket, tls === 'implicit' ? 'secureConnect' : 'connect', connectTimeoutMs);
  return new SocketConnection(socket, server, tls === 'implicit');
}

/** Octets written at once: inside TLS nothing tells how much of a larger piece has gone. RFC 5321 §4.5.3.2.5 */
const BLOCK = 65_536;

/** Octets that lie unread before the server has to wait: replies are small, and memory is ours. */
const MOST_UNREAD = 65_536;

class SocketConnection implements Connection {
  readonly #server: ServerAddress;
  #socket: Socket;
  #secure: boolean;
  readonly #arrived: Uint8Array[] = [];
  #unread = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket, server: ServerAddress, secure: boolean) {
    this.#socket = socket;
    this.#server = server;
    this.#secure = secure;
    this.#listen();
  }

  get secure(): boolean {
    return this.#secure;
  }

  async write(octets: Uint8Array, timeoutMs: number): Promise<void> {
    for (let at = 0; at < octets.length; at += BLOCK)
      await this.#writeBlock(octets.subarray(at, at + BLOCK), timeoutMs);
  }

  async read(timeoutMs: number): Promise<Uint8Array | 'end' | 'timeout'> {
    if (this.#arrived.length === 0 && !this.#ended) {
      const late = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), timeoutMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (late) return 'timeout';
    }
    const octets = this.#arrived.shift();
    if (octets === undefined) return 'end';
    this.#unread -= octets.length;
    if (this.#unread <= MOST_UNREAD) this.#socket.resume();
    return octets;
  }

  async startTls(): Promise<void> {
    if (this.#arrived.length > 0)
      throw new ClientError('connection', 'octets in the clear after the reply to STARTTLS');
    this.#socket.removeAllListeners();
    const secure = connectTls({ socket: this.#socket, host: this.#server.host, ...tlsOptions(this.#server) });
    await ready(secure, 'secureConnect', this.#server.connectTimeoutMs ?? 30_000);
    this.#socket = secure;
    this.#secure = true;
    this.#listen();
  }

  close(): void {
    this.#socket.destroy();
  }

  async #writeBlock(block: Uint8Array, timeoutMs: number): Promise<void> {
    const socket = this.#socket;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      socket.write(block, (error) => {
        clearTimeout(timer);
        if (error || socket.destroyed) reject(error ?? new Error('the connection broke'));
        else resolve();
      });
    });
  }

  #listen(): void {
    this.#socket.on('data', (octets: Buffer) => {
      this.#arrived.push(octets);
      this.#unread += octets.length;
      if (this.#unread > MOST_UNREAD) this.#socket.pause();
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    // That it broke is all that anybody can use; 'close' follows every error.
    this.#socket.on('error', end);
    this.#socket.on('end', end);
    this.#socket.on('close', end);
  }
}

/** RFC 6066 §3: addresses are no server names. */
function tlsOptions({ host, tlsOptions: own }: ServerAddress): ConnectionOptions {
  return { ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), ...own };
}

async function ready(socket: Socket, event: string, timeoutMs: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ClientError('connection', why));
    };
    const timer = setTimeout(() => fail('no connection in time'), timeoutMs);
    const onError = (error: Error): void => fail(wordsOf(error));
    socket.once('error', onError);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve();
    });
  });
}

/** Where a name has several addresses, what went wrong with each. */
function wordsOf(error: Error): string {
  if (!(error instanceof AggregateError) || error.message !== '') return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join(', ');
}
