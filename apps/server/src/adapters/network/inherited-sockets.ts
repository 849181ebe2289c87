import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** sd_listen_fds(3): the first descriptor that is passed on. */
const FIRST = 3;

/** Connections that may wait to be accepted. Node.js sets this anew, with a half of it by default. */
const BACKLOG = 1024;

/** Who goes while waiting is no fault of ours, and what a descriptor is was found out before. */
const ignore = (): void => undefined;

/** A listening socket that the service manager opened. */
interface Inherited {
  readonly server: Server;
  readonly address: AddressInfo;
  /** Connections that came before anybody asked for the socket. */
  readonly waiting: Socket[];
  taken: boolean;
}

/** Listening sockets that were passed on to this process, so that it needs no right to open low ports. */
export class InheritedSockets {
  readonly #sockets: Inherited[];

  /**
   * Takes what LISTEN_FDS and LISTEN_PID tell of, and removes them: they are not for the programs that this one starts.
   *
   * @throws {Error} for a descriptor that is no listening TCP socket
   */
  constructor(environment: NodeJS.ProcessEnv) {
    const { LISTEN_FDS: count = '0', LISTEN_PID: pid } = environment;
    delete environment['LISTEN_FDS'];
    delete environment['LISTEN_PID'];
    delete environment['LISTEN_FDNAMES'];
    const isOurs = pid === String(process.pid) && /^\d{1,3}$/.test(count);
    this.#sockets = Array.from({ length: isOurs ? Number(count) : 0 }, (_, index) => inherit(FIRST + index));
  }

  /** The server of a socket that listens there, if one does; `accept` gets its connections from now on. */
  take(host: string, port: number, accept: (socket: Socket) => void): Server | undefined {
    const found = this.#sockets.find(({ address, taken }) => !taken && fits(address, host, port));
    if (found === undefined) return undefined;
    found.taken = true;
    found.server.ref();
    found.server.removeAllListeners('connection').on('connection', accept);
    for (const socket of found.waiting.splice(0)) if (!socket.off('error', ignore).destroyed) accept(socket);
    return found.server;
  }

  /**
   * Sends away who came, or comes, to sockets that nothing in the configuration asks for; one that is taken later serves
   * its clients. Tells where they listen.
   */
  refuseUnused(): readonly string[] {
    const unused = this.#sockets.filter(({ taken }) => !taken);
    for (const { server, waiting } of unused) {
      server.removeAllListeners('connection').on('connection', (socket: Socket) => void socket.destroy());
      for (const socket of waiting.splice(0)) socket.destroy();
    }
    return unused.map(({ address }) => `${address.address} port ${address.port}`);
  }
}

function inherit(fd: number): Inherited {
  const server = createServer({ noDelay: true, pauseOnConnect: true });
  const waiting: Socket[] = [];
  // What is wrong with the descriptor is told once more, later.
  server.on('error', ignore);
  // A start that comes to nothing ends the process, whatever was passed on.
  server.unref();
  // What they say meanwhile waits in the system.
  server.on('connection', (socket: Socket) => void waiting.push(socket.on('error', ignore)));
  server.listen({ fd }, BACKLOG);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`descriptor ${fd} is no listening TCP socket`);
  return { server, address, waiting, taken: false };
}

/** The wildcards of both families are one: systemd opens `[::]` for both. */
function fits({ address, port }: AddressInfo, host: string, wanted: number): boolean {
  const isAny = (name: string): boolean => name === '0.0.0.0' || name === '::';
  return port === wanted && (address === host || (isAny(address) && isAny(host)));
}
