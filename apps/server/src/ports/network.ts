import type { TlsIdentity, TlsOptions, TlsState } from './tls.ts';

/** Stream connections, out and in. */
export interface Network {
  /** Rejects with a {@link ConnectError} when no connection comes about within `timeoutMs`. */
  connect(target: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<Connection>;
  /**
   * With `tls`, also rejects when the identity can't be used; connections still start in the clear, and whoever takes
   * one begins TLS by {@link Connection.startTls}, at once or after STARTTLS.
   */
  listen(
    at: { readonly host: string; readonly port: number; readonly tls?: TlsIdentity },
    accept: (connection: Connection) => void,
  ): Promise<NetworkListener>;
  /**
   * Calls `run` soon, when what has been written by then has been given to the system: for work that nobody waits for, so
   * that it does not keep replies back. In the order of the calls; `run` must not throw.
   */
  afterWrites(run: () => void): void;
}

/** An address that takes connections. */
export interface NetworkListener {
  readonly host: string;
  readonly port: number;
  /** Somebody else holds the address, too: it is not free when this is closed. */
  readonly isShared?: true;
  /** Stops taking new connections; those that are open stay. Who asks right after it may have the address. */
  close(): Promise<void>;
}

/** One connection. Handlers are called in the order of events, never from within `write` or `attach`. */
export interface Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  /** Must be called once, in the same turn in which the connection was obtained. */
  attach(handlers: ConnectionHandlers): void;
  /** False when the peer reads more slowly than we write: wait for `drained`. The octets are not copied; do not change them. */
  write(octets: Uint8Array): boolean;
  /** Nothing of these octets, which `data` was given, is kept or looked at any more: their memory may go at once. */
  release(octets: Uint8Array): void;
  /** Reading stops / goes on: how a busy receiver slows its peer. */
  pause(): void;
  resume(): void;
  /**
   * Goes over to TLS. Octets that came before this call and were not yet given to `data` never are: they were said in the
   * clear (RFC 3207 §4.2). They are thrown away, or are taken for a handshake, which fails. Nothing may be written until the
   * promise resolves; from then on the handlers hear and `write` says what is inside. Not after {@link pause}.
   *
   * Rejects with a {@link TlsError} when no handshake comes about; the connection is then closed, and `closed` is called.
   */
  startTls(options: TlsOptions): Promise<TlsState>;
  /** Sends what is pending, then closes once the peer has closed too. */
  end(): void;
  /** Sends what is pending, then closes without waiting for the peer: what that still says makes it lose our last words. */
  finish(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What is told of a connection. */
export interface ConnectionHandlers {
  /** The octets are the hearer's. Who keeps many pieces for long copies them: a small one may hold some KiB of memory. */
  data(octets: Uint8Array): void;
  drained?(): void;
  /**
   * The peer says nothing more (FIN, or TLS close_notify), but may still listen: all that it said was given to `data`.
   * Called at most once, and not while reading is paused; it is then for us to close. The connection closes by itself
   * then, when what is pending is sent, where this handler is absent, after {@link Connection.end}, and during
   * {@link Connection.startTls}.
   *
   * A peer that left altogether looks the same until something is written to it.
   */
  ended?(): void;
  /** The last call: after it nothing more comes. `error` is set when the connection broke. */
  closed(error?: Error): void;
}

/** No connection came about. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code: 'refused' | 'timeout' | 'unreachable' | 'other';
  constructor(code: ConnectError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
