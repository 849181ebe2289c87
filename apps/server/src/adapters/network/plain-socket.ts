import { connect, Socket, type TcpNetConnectOpts } from 'node:net';
import { heardFrom } from './wakefulness.ts';

/** The most that one read takes. */
const READ_OCTETS = 65_536;

/** Up to so many octets lie in the heap with their object: nothing is cheaper. */
const IN_HEAP_OCTETS = 64;

/** Where all sockets read to: what came is copied out before the next one reads. */
const shared = new Uint8Array(READ_OCTETS);

/** How many sockets there have been. */
let made = 0;

type OnRead = NonNullable<TcpNetConnectOpts['onread']>;

interface Opened {
  readonly socket: Socket;
  /** Whether it was given `onread`. */
  readonly reads: boolean;
}

/** What `node:net` has of the system's socket. It is not documented: where it looks otherwise, we go without. */
interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
}

/**
 * A TCP socket that is read into memory shared by all of them. Left alone, Node takes 64 KiB for each read and gives back what
 * the octets do not fill, and takes each piece through its streams: for the few octets of a command that is most of the work.
 *
 * `node:net` offers that to clients alone (`onread`). A socket that was accepted is made anew around its handle, which no
 * documented way gives; without one it is read as usual.
 *
 * @example PlainSocket.connect({ host: '127.0.0.1', port: 25 }).hear((octets) => process.stdout.write(octets));
 */
export class PlainSocket {
  readonly socket: Socket;
  /** Whether the socket gives us what it reads; else its 'data' events do. */
  readonly #reads: boolean;
  readonly #number = ++made;
  #hearer: ((octets: Uint8Array) => void) | undefined;

  private constructor(open: (onread: OnRead) => Opened) {
    const { socket, reads } = open({ buffer: shared, callback: (count) => this.#take(count) });
    this.socket = socket;
    this.#reads = reads;
  }

  /** Connects; the socket tells by its events what came of it. */
  static connect(to: TcpNetConnectOpts): PlainSocket {
    return new PlainSocket((onread) => ({ socket: connect({ ...to, onread }), reads: true }));
  }

  /** @param socket - accepted by a server with `pauseOnConnect`, so that nothing of it was read yet */
  static accepted(socket: Socket): PlainSocket {
    return new PlainSocket((onread) => remade(socket, onread));
  }

  /** Reading begins; a small piece that is kept holds up to 8 KiB of memory. */
  hear(hearer: (octets: Uint8Array) => void): void {
    this.#hearer = hearer;
    if (!this.#reads) this.socket.on('data', hearer);
    this.resume();
  }

  /** Reading goes on at once; resume() of Node's starts it a tick later, even if it was told to pause since. */
  resume(): void {
    if (this.#reads) this.socket.read(0);
    else this.socket.resume();
  }

  /** Stops reading, for TLS to take the socket; what was read and not given on is thrown away. */
  mute(): void {
    const { socket } = this;
    socket.pause();
    if (!this.#reads) {
      if (this.#hearer !== undefined) socket.off('data', this.#hearer);
      while (socket.read() !== null);
    }
    this.#hearer = undefined;
  }

  #take(count: number): boolean {
    heardFrom(this.#number);
    this.#hearer?.(copied(count));
    return true;
  }
}

/** What was read. What is more than a command and less than 4 KiB is cut from memory that Node shares out in 8 KiB. */
function copied(count: number): Uint8Array {
  if (count <= IN_HEAP_OCTETS) return shared.slice(0, count);
  const octets = Buffer.allocUnsafe(count);
  octets.set(shared.subarray(0, count));
  return octets;
}

/** A socket around the handle of an accepted one, which is of no more use then. */
function remade(accepted: Socket & { _handle?: Partial<Handle> | null }, onread: OnRead): Opened {
  const handle = accepted._handle;
  if (typeof handle?.useUserBuffer !== 'function') return { socket: accepted, reads: false };
  accepted._handle = null;
  const options: object = { handle, onread, readable: true, writable: true, pauseOnCreate: true };
  return { socket: new Socket(options), reads: true };
}
