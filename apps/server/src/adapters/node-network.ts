import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  ConnectError,
  type Connection,
  type ConnectionHandlers,
  type Network,
  type NetworkListener,
} from '../ports.ts';

/** How a listener of {@link NodeNetwork} is set up. */
export interface NodeNetworkOptions {
  /** Connections that may wait to be accepted; 1024 by default. The system may allow fewer. */
  readonly backlog?: number;
  /** Lets several processes listen on one port, the system spreading connections over them. */
  readonly reusePort?: boolean;
}

/**
 * TCP by `node:net`. Small writes go out at once (no Nagle delay): an SMTP dialogue would else stall some 40 ms a turn.
 *
 * @example const connection = await new NodeNetwork().connect({ host: '127.0.0.1', port: 25, timeoutMs: 30_000 });
 */
export class NodeNetwork implements Network {
  readonly #options: NodeNetworkOptions;

  constructor(options: NodeNetworkOptions = {}) {
    this.#options = options;
  }

  connect(target: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<Connection> {
    const { host, port, timeoutMs } = target;
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, autoSelectFamily: true });
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
        resolve(new NodeConnection(socket));
      });
    });
  }

  listen(
    at: { readonly host: string; readonly port: number },
    accept: (connection: Connection) => void,
  ): Promise<NetworkListener> {
    const server = createServer({ noDelay: true }, (socket) => accept(new NodeConnection(socket)));
    return new Promise((resolve, reject) => {
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
}

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

class NodeConnection implements Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly #socket: Socket;
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort ?? 0;
    this.localAddress = plainAddress(socket.localAddress);
    this.#socket = socket;
    socket.on('error', (error) => {
      this.#error = error;
    });
  }

  attach(handlers: ConnectionHandlers): void {
    const socket = this.#socket;
    socket.on('data', (octets: Uint8Array) => handlers.data(octets));
    if (handlers.drained !== undefined) socket.on('drain', handlers.drained.bind(handlers));
    socket.once('close', () => handlers.closed(this.#error));
    // Closed before anyone listened: 'close' does not come again.
    if (socket.closed) queueMicrotask(() => handlers.closed(this.#error));
  }

  write(octets: Uint8Array): boolean {
    if (!this.#socket.writable) return true;
    return this.#socket.write(octets);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
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
