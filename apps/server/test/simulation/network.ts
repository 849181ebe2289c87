import {
  ConnectError,
  type ChainLink,
  type Clock,
  type Connection,
  type ConnectionHandlers,
  type Network,
  type NetworkListener,
  TlsError,
  type TlsOptions,
  type TlsState,
} from '../../src/ports.ts';

/** How far a writer may run ahead of its peer before `write` says false. */
const windowOctets = 65_536;

type Accept = (connection: Connection) => void;

/** What a host does when a client begins TLS with it. */
export interface SimulatedTls {
  /** The names in its certificate. */
  readonly names: readonly string[];
  /** Its certificate leads to a root that everyone trusts. */
  readonly trusted: boolean;
  readonly chain?: readonly ChainLink[];
  /** Instead of a handshake: it breaks off, or keeps silent. */
  readonly fails?: 'handshake' | 'silence';
}

/**
 * Hosts joined by connections in memory. Octets, openings and closings take `latencyMs` of the clock's time.
 *
 * @example
 *   const network = new SimulatedNetwork(clock);
 *   const server = network.host('mx.example.org', '192.0.2.1');
 *   const client = network.host('client.example.net', '192.0.2.2');
 *   await server.listen({ host: '0.0.0.0', port: 25 }, (connection) => …);
 *   const connection = await client.connect({ host: '192.0.2.1', port: 25, timeoutMs: 30_000 });
 */
export class SimulatedNetwork {
  readonly clock: Clock;
  latencyMs: number;
  readonly #hosts = new Map<string, SimulatedHost>();

  constructor(clock: Clock, latencyMs = 5) {
    this.clock = clock;
    this.latencyMs = latencyMs;
  }

  /** Adds a host; it is reached by its name and by each of its addresses. */
  host(name: string, ...addresses: string[]): SimulatedHost {
    const all = addresses.length > 0 ? addresses : [`198.51.100.${this.#hosts.size + 1}`];
    const host = new SimulatedHost(this, name, all);
    for (const key of [name.toLowerCase(), ...all]) this.#hosts.set(key, host);
    return host;
  }

  find(nameOrAddress: string): SimulatedHost | undefined {
    return this.#hosts.get(nameOrAddress.toLowerCase());
  }
}

/** The network as one host sees it. */
export class SimulatedHost implements Network {
  readonly name: string;
  readonly addresses: readonly string[];
  /** While set, connections to this host fail that way: refused at once, or silence until the caller's timeout. */
  down: 'refused' | 'timeout' | 'unreachable' | undefined;
  /** Connections that were opened to this host so far. */
  accepted = 0;
  /** How it does TLS as a server; by default with a good certificate in its own name. */
  tls: SimulatedTls;
  readonly #network: SimulatedNetwork;
  readonly #listeners = new Map<number, Accept>();
  readonly #open = new Set<SimulatedConnection>();
  #nextPort = 49_152;

  constructor(network: SimulatedNetwork, name: string, addresses: readonly string[]) {
    this.#network = network;
    this.name = name;
    this.addresses = addresses;
    this.tls = { names: [name], trusted: true };
  }

  get address(): string {
    return this.addresses[0]!;
  }

  async connect(target: {
    readonly host: string;
    readonly port: number;
    readonly timeoutMs: number;
  }): Promise<Connection> {
    const clock = this.#network.clock;
    const peer = this.#network.find(isLoopback(target.host) ? this.name : target.host);
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    if (peer?.down === 'timeout') {
      await wait(target.timeoutMs);
      throw new ConnectError('timeout', `no answer from ${target.host} within ${target.timeoutMs} ms`);
    }
    await wait(this.#network.latencyMs);
    if (peer === undefined || peer.down === 'unreachable') {
      throw new ConnectError('unreachable', `no route to ${target.host}`);
    }
    const accept = peer.#listeners.get(target.port);
    if (accept === undefined || peer.down === 'refused') {
      throw new ConnectError('refused', `${target.host}:${target.port} refused the connection`);
    }
    const address = peer.addresses.includes(target.host) ? target.host : peer.address;
    const here = new SimulatedConnection(this.#network, {
      local: this.address,
      remote: address,
      remotePort: target.port,
    });
    const there = new SimulatedConnection(this.#network, {
      local: address,
      remote: this.address,
      remotePort: this.#nextPort++,
    });
    here.join(there, this);
    there.join(here, peer);
    peer.accepted++;
    for (const [host, connection] of [
      [this, here],
      [peer, there],
    ] as const) {
      host.#open.add(connection);
      connection.whenClosed(() => host.#open.delete(connection));
    }
    accept(there);
    return here;
  }

  listen(at: { readonly host: string; readonly port: number }, accept: Accept): Promise<NetworkListener> {
    const port = at.port === 0 ? this.#nextPort++ : at.port;
    if (this.#listeners.has(port)) return Promise.reject(new Error(`port ${port} of ${this.name} is taken`));
    this.#listeners.set(port, accept);
    return Promise.resolve({
      host: at.host,
      port,
      close: () => {
        this.#listeners.delete(port);
        return Promise.resolve();
      },
    });
  }

  afterWrites(run: () => void): void {
    queueMicrotask(run);
  }

  /** How many connections of this host, in and out, are open. */
  get openConnections(): number {
    return this.#open.size;
  }

  /** The ends of open connections on this host. */
  get connections(): readonly Connection[] {
    return [...this.#open];
  }

  /** Breaks every connection of this host, as a crash does. */
  cutAll(): void {
    for (const connection of [...this.#open]) connection.cut();
  }
}

type Arrival =
  | { readonly kind: 'data'; readonly octets: Uint8Array }
  | { readonly kind: 'tls'; readonly from: TlsOptions['side']; readonly shown: SimulatedTls }
  | { readonly kind: 'fin'; readonly error?: Error };

const NOTHING_SHOWN: SimulatedTls = { names: [], trusted: false };

/** A handshake that waits for the peer. */
interface Handshake {
  readonly options: TlsOptions;
  readonly resolve: (state: TlsState) => void;
  readonly reject: (error: TlsError) => void;
  readonly timer: { cancel(): void };
}

/** One end of a connection in memory. */
export class SimulatedConnection implements Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly #network: SimulatedNetwork;
  readonly #inbox: Arrival[] = [];
  readonly #whenClosed: (() => void)[] = [];
  #peer: SimulatedConnection | undefined;
  #host: SimulatedHost | undefined;
  #handshake: Handshake | undefined;
  #handlers: ConnectionHandlers | undefined;
  #paused = false;
  #scheduled = false;
  #finSent = false;
  #finHeard = false;
  #closed = false;
  #unreadOctets = 0;
  #wantsDrain = false;

  constructor(network: SimulatedNetwork, ends: { local: string; remote: string; remotePort: number }) {
    this.#network = network;
    this.localAddress = ends.local;
    this.remoteAddress = ends.remote;
    this.remotePort = ends.remotePort;
  }

  /** What was written here and not yet read there. */
  get unreadOctets(): number {
    return this.#unreadOctets;
  }

  join(peer: SimulatedConnection, host: SimulatedHost): void {
    this.#peer = peer;
    this.#host = host;
  }

  whenClosed(run: () => void): void {
    this.#whenClosed.push(run);
  }

  attach(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#schedule();
  }

  write(octets: Uint8Array): boolean {
    if (this.#finSent || this.#closed || octets.length === 0) return true;
    this.#unreadOctets += octets.length;
    // Who reads it may give its memory back.
    this.#send({ kind: 'data', octets: octets.slice() });
    this.#wantsDrain = this.#unreadOctets > windowOctets;
    return !this.#wantsDrain;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  startTls(options: TlsOptions): Promise<TlsState> {
    // What was said in the clear and not yet heard is never heard.
    const rest = this.#inbox.filter((arrival) => arrival.kind === 'fin');
    this.#inbox.splice(0, Infinity, ...rest);
    const { promise, resolve, reject } = Promise.withResolvers<TlsState>();
    const late = () => this.#fail('timeout', 'the TLS handshake took too long');
    const timer = this.#network.clock.after(options.timeoutMs, late);
    this.#handshake = { options, resolve, reject, timer };
    if (this.#finHeard) this.#fail('closed', 'the connection closed before TLS began');
    else if (options.side === 'client') this.#send({ kind: 'tls', from: 'client', shown: NOTHING_SHOWN });
    return promise;
  }

  #fail(code: TlsError['code'], message: string): void {
    const { reject, timer } = this.#handshake ?? {};
    this.#handshake = undefined;
    timer?.cancel();
    reject?.(new TlsError(code, message));
    this.destroy();
  }

  /** What arrives while TLS is begun. */
  #shake({ options, resolve, timer }: Handshake, arrival: Arrival): void {
    if (arrival.kind === 'data' || (arrival.kind === 'tls' && arrival.from === options.side)) {
      this.#fail('handshake', 'the peer does not speak TLS');
      return;
    }
    if (arrival.kind === 'fin') {
      this.#fail('closed', 'the connection closed during the TLS handshake');
      return;
    }
    const ours = this.#host?.tls ?? NOTHING_SHOWN;
    if (options.side === 'server' && ours.fails === 'silence') return;
    if (options.side === 'server' && ours.fails === 'handshake') {
      this.#fail('handshake', 'no shared cipher');
      return;
    }
    this.#handshake = undefined;
    timer.cancel();
    const state = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
    if (options.side === 'server') {
      this.#send({ kind: 'tls', from: 'server', shown: ours });
      resolve(state);
      return;
    }
    const { names, trusted, chain = [] } = arrival.shown;
    const named = names.some((name) => options.names.some((wanted) => matches(name, wanted)));
    const problem = !trusted ? 'self-signed certificate' : named ? undefined : `the certificate is for ${names.join()}`;
    const verified = problem === undefined;
    resolve({ ...state, peer: { verified, trusted, named, chain, ...(verified ? {} : { problem }) } });
  }

  /** Whoever still looks at them sees that they are gone. */
  release(octets: Uint8Array): void {
    octets.fill(0);
  }

  finish(): void {
    this.end();
    // What the system has taken it sends also after that.
    if (this.#unreadOctets <= windowOctets) this.destroy();
  }

  end(): void {
    if (this.#finSent || this.#closed) return;
    this.#finSent = true;
    this.#send({ kind: 'fin' });
    this.#closeOnceSent();
  }

  /** The peer has ended, and so have we. */
  #closeOnceSent(): void {
    if (!this.#finHeard || !this.#finSent || this.#unreadOctets > windowOctets) return;
    this.#inbox.push({ kind: 'fin' });
    this.#schedule();
  }

  destroy(): void {
    if (this.#closed) return;
    if (!this.#finSent) this.#send({ kind: 'fin' });
    this.#finSent = true;
    this.#inbox.length = 0;
    this.#inbox.push({ kind: 'fin' });
    this.#paused = false;
    this.#schedule();
  }

  /** Both ends see the connection break. */
  cut(): void {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    this.#finSent = true;
    this.#send({ kind: 'fin', error });
    this.#inbox.length = 0;
    this.#inbox.push({ kind: 'fin', error });
    this.#paused = false;
    this.#schedule();
  }

  #send(arrival: Arrival): void {
    const peer = this.#peer;
    this.#network.clock.after(this.#network.latencyMs, () => {
      if (peer === undefined || peer.#closed) return;
      peer.#inbox.push(arrival);
      peer.#schedule();
    });
  }

  /** Handlers run in a turn of their own, never inside a call of the user's. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#handlers !== undefined && !this.#paused && !this.#closed) {
      const arrival = this.#inbox.shift();
      if (arrival === undefined) return;
      if (this.#handshake !== undefined) {
        this.#shake(this.#handshake, arrival);
        continue;
      }
      // Whoever has not begun TLS sees but odd octets.
      if (arrival.kind === 'tls') {
        this.#handlers.data(Uint8Array.of(22, 3, 1));
        continue;
      }
      if (arrival.kind === 'data') {
        this.#peer?.acknowledge(arrival.octets.length);
        this.#handlers.data(arrival.octets);
        continue;
      }
      if (arrival.error === undefined && !this.#finSent && this.#handlers.ended !== undefined) {
        this.#finHeard = true;
        this.#handlers.ended();
        continue;
      }
      // As with node:net's default, a side that reads the end closes its own side too.
      this.#closed = true;
      if (!this.#finSent) this.#send({ kind: 'fin' });
      for (const run of this.#whenClosed) run();
      this.#handlers.closed(arrival.error);
    }
  }

  /** The peer has read that much of what we wrote. */
  acknowledge(octets: number): void {
    this.#unreadOctets -= octets;
    this.#closeOnceSent();
    if (!this.#wantsDrain || this.#unreadOctets > windowOctets / 2) return;
    this.#wantsDrain = false;
    this.#network.clock.after(this.#network.latencyMs, () => {
      if (!this.#closed) this.#handlers?.drained?.();
    });
  }
}

function matches(name: string, wanted: string): boolean {
  const [a, b] = [name.toLowerCase(), wanted.toLowerCase()];
  if (b.startsWith('.')) return a.slice(a.indexOf('.')) === b;
  return a === b || (a.startsWith('*.') && b.slice(b.indexOf('.')) === a.slice(1));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '::1';
}
