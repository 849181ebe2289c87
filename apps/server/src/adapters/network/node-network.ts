import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  ConnectError,
  type Connection,
  type ConnectionHandlers,
  type Network,
  type NetworkListener,
  type TlsIdentity,
  type TlsOptions,
  type TlsState,
} from '../../ports.ts';
import type { InheritedSockets } from './inherited-sockets.ts';
import { TlsIdentities, secure, type TlsParts } from './node-tls.ts';
import { PlainSocket } from './plain-socket.ts';
import { TlsSessions } from './tls-sessions.ts';

/** How a listener of {@link NodeNetwork} is set up. */
export interface NodeNetworkOptions {
  /** Connections that may wait to be accepted; 1024 by default. The system may allow fewer. */
  readonly backlog?: number;
  /** Lets several processes listen on one port, the system spreading connections over them. */
  readonly reusePort?: boolean;
  /** PEM: the roots that are trusted when we are the client; by default those of Node. */
  readonly ca?: string;
  /** Sockets that the service manager opened: they go before opening one. */
  readonly inherited?: InheritedSockets;
  /** Told of what goes on without our certificate of now, as changed files that can't be used. */
  readonly trouble?: (error: unknown) => void;
}

/**
 * TCP by `node:net`, TLS by `node:tls`. Small writes go out at once (no Nagle delay): an SMTP dialogue would else stall some 40 ms a turn.
 *
 * @example const connection = await new NodeNetwork().connect({ host: '127.0.0.1', port: 25, timeoutMs: 30_000 });
 */
export class NodeNetwork implements Network {
  readonly #options: NodeNetworkOptions;
  readonly #tls: TlsParts;

  constructor(options: NodeNetworkOptions = {}) {
    this.#options = options;
    this.#tls = { identities: new TlsIdentities(options.trouble), sessions: new TlsSessions(), ca: options.ca };
  }

  connect(target: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<Connection> {
    const { host, port, timeoutMs } = target;
    return new Promise((resolve, reject) => {
      const plain = PlainSocket.connect({ host, port, noDelay: true, autoSelectFamily: true });
      const { socket } = plain;
      const fail = (error: ConnectError) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new ConnectError('timeout', `no answer from ${show(host, port)} within ${timeoutMs} ms`));
      }, timeoutMs);
      const failed = (error: Error) => fail(connectError(error, show(host, port)));
      socket.once('error', failed);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', failed);
        resolve(new NodeConnection(plain, this.#tls, false));
      });
    });
  }

  async listen(
    at: { readonly host: string; readonly port: number; readonly tls?: TlsIdentity },
    accept: (connection: Connection) => void,
  ): Promise<NetworkListener> {
    if (at.tls !== undefined) await this.#tls.identities.contextOf(at.tls);
    const accepted = (socket: Socket): void =>
      accept(new NodeConnection(PlainSocket.accepted(socket), this.#tls, true));
    const inherited = this.#options.inherited?.take(at.host, at.port, accepted);
    if (inherited !== undefined) return new InheritedListener(inherited.on('error', () => undefined));
    const server = createServer({ noDelay: true, pauseOnConnect: true }, accepted);
    return await new Promise((resolve, reject) => {
      server.once('error', reject);
      const { backlog = 1024, reusePort = false } = this.#options;
      server.listen({ host: at.host, port: at.port, backlog, reusePort }, () => {
        server.off('error', reject);
        // A failure to accept one connection (out of descriptors) is no reason to stop: the next may work.
        server.on('error', () => undefined);
        resolve(new NodeListener(server));
      });
    });
  }

  afterWrites(run: () => void): void {
    afterwards.push(run);
    endTurnSoon();
  }
}

/** Memory of less octets than this is left to the garbage collector. */
const RELEASED = 16_384;
/** Pieces of less octets wait for the end of the turn. */
const SMALL = 4_096;

class NodeListener implements NetworkListener {
  readonly host: string;
  readonly port: number;
  readonly #server: Server;

  constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no network address');
    this.host = address.address;
    this.port = address.port;
    this.#server = server;
  }

  close(): Promise<void> {
    // The callback of close() waits for open connections; those stay, by contract.
    this.#server.close();
    return Promise.resolve();
  }
}

/** The service manager keeps its socket. */
class InheritedListener extends NodeListener {
  readonly isShared = true;
}

class NodeConnection implements Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #tls: TlsParts;
  readonly #plain: PlainSocket;
  /** That of TLS, once it is there. */
  #socket: Socket;
  #handlers: ConnectionHandlers | undefined;
  readonly #mayWait: boolean;
  /** Goes out at the end of this turn of the event loop. */
  #said: Uint8Array | undefined;
  #closed = false;
  #error: Error | undefined;

  /**
   * @param mayWait Small pieces may wait for the end of the turn. Not where we are the client: that the claim on a message
   * is still held is asked right before its content is written, and a process that is halted in between would send it late.
   */
  constructor(plain: PlainSocket, tls: TlsParts, mayWait: boolean) {
    const { socket } = plain;
    this.#plain = plain;
    this.#mayWait = mayWait;
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    this.#socket = socket;
    this.#tls = tls;
    socket.on('error', this.#failed);
  }

  get localAddress(): string {
    return plainAddress(this.#socket.localAddress);
  }

  attach(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#plain.hear(this.#received);
    this.#listen();
    // Closed before anyone listened: 'close' does not come again.
    if (this.#socket.closed) queueMicrotask(this.#ended);
  }

  write(octets: Uint8Array): boolean {
    const socket = this.#socket;
    if (!socket.writable) return true;
    if (this.#mayWait && this.#said === undefined && octets.length < SMALL && !socket.writableNeedDrain) {
      this.#said = octets;
      sendSoon(this);
      return true;
    }
    this.send();
    return socket.write(octets);
  }

  /** Sends what waits for the end of the turn. */
  send(): void {
    const said = this.#said;
    if (said === undefined) return;
    this.#said = undefined;
    if (this.#socket.writable) this.#socket.write(said);
  }

  release({ buffer, byteLength }: Uint8Array): void {
    // The collector looks after memory outside its heap only when much has come together: 64 MiB.
    if (buffer instanceof ArrayBuffer && byteLength >= RELEASED && byteLength === buffer.byteLength) buffer.transfer(0);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#socket === this.#plain.socket) this.#plain.resume();
    else this.#socket.resume();
  }

  async startTls(options: TlsOptions): Promise<TlsState> {
    const raw = this.#socket;
    this.send();
    // What has been read and not yet given on was said in the clear.
    this.#plain.mute();
    raw.off('drain', this.#drained).off('end', this.#heard).off('close', this.#ended);
    // Who leaves now can't take the handshake to its end.
    raw.allowHalfOpen = false;
    try {
      const { socket, state } = await secure(raw, options, this.#tls);
      this.#socket = socket;
      socket.on('error', this.#failed).on('data', this.#received);
      this.#listen();
      if (socket.closed) queueMicrotask(this.#ended);
      return state;
    } catch (error) {
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      queueMicrotask(this.#ended);
      throw error;
    }
  }

  end(): void {
    this.send();
    this.#socket.end();
  }

  finish(): void {
    const socket = this.#socket;
    this.send();
    // What the system has taken already it sends also after the socket is closed.
    if (socket.writableLength === 0 && !(socket instanceof TLSSocket)) socket.destroy();
    else socket.destroySoon();
  }

  destroy(): void {
    this.send();
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('drain', this.#drained).once('close', this.#ended);
    socket.allowHalfOpen = this.#handlers?.ended !== undefined;
    // Otherwise Node ends our side then, and takes no more.
    socket.prependListener('end', this.#heard);
  }

  readonly #received = (octets: Uint8Array): void => this.#handlers?.data(octets);
  readonly #drained = (): void => this.#handlers?.drained?.();
  readonly #heard = (): void => {
    this.send();
    if (this.#socket.writable) this.#handlers?.ended?.();
  };
  readonly #failed = (error: Error): void => {
    this.#error = error;
  };
  readonly #ended = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers?.closed(this.#error);
  };
}

/** Connections with something to send at the end of this turn of the event loop. */
let talkers: NodeConnection[] = [];
/** What is done only then. */
let afterwards: (() => void)[] = [];

/**
 * What clients are told in one turn goes out at its end, to all in a row. To write wakes who reads: in between it takes the processor
 * away from us, in a row it reads many pieces at a time.
 */
function sendSoon(talker: NodeConnection): void {
  talkers.push(talker);
  endTurnSoon();
}

/** After something was added: the first thing calls for the end of the turn, the others share it. */
function endTurnSoon(): void {
  if (talkers.length + afterwards.length === 1) setImmediate(endTurn);
}

function endTurn(): void {
  const said = talkers;
  const next = afterwards;
  talkers = [];
  afterwards = [];
  for (const talker of said) talker.send();
  for (const run of next) run();
}

function connectError(error: Error & { code?: string; errors?: readonly Error[] }, target: string): ConnectError {
  // Several addresses were tried: the last one's error speaks for them.
  const last = error.errors?.at(-1);
  if (last !== undefined) return connectError(last, target);
  switch (error.code) {
    case 'ECONNREFUSED':
      return new ConnectError('refused', `${target} refused the connection`);
    case 'ETIMEDOUT':
      return new ConnectError('timeout', `no answer from ${target}`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return new ConnectError('unreachable', `no route to ${target}`);
    default:
      return new ConnectError('other', error.message);
  }
}

function show(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4 peer of a dual-stack listener is shown as IPv4; a zone (`%eth0`) is left out. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
