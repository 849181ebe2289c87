import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ReplyReader, SmtpError, type ReceivedReply } from '@dsnkit/smtp';
import { UsageError } from '../usage-error.ts';

/** Octets written at once: inside TLS nothing tells how much of a larger piece has gone. */
const BLOCK = 65_536;

/** A host and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Sees a dialogue line by line, without CRLF. `*` is a remark on the connection itself. */
export type Trace = (direction: 'C' | 'S' | '*', line: string) => void;

/** How long to wait for what. */
export interface Timeouts {
  /** How long a connection or a reply may take. */
  readonly timeoutMs: number;
  /** How long the reply to a message may take. RFC 5321 §4.5.3.2.6 */
  readonly contentTimeoutMs: number;
}

export interface DialogueOptions extends Address, Timeouts {
  readonly trace?: Trace;
  /** TLS from the first octet on. RFC 8314 §3.3. */
  readonly tls?: ConnectionOptions;
}

/** The connection failed, or the server said what is no reply. */
export class DialogueError extends UsageError {}

/**
 * One SMTP connection, command by command: what is written goes out as it is, right or wrong, so that a server can be
 * tested with it. {@link DialogueError} is thrown when the connection is no more.
 */
export class Dialogue {
  readonly #options: DialogueOptions;
  readonly #reader = new ReplyReader();
  #socket: Socket | TLSSocket;
  #fault: string | undefined;
  #wake: (() => void) | undefined;
  #shown = '';

  private constructor(socket: Socket | TLSSocket, options: DialogueOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#listen();
  }

  /** Connects; the greeting is read with {@link Dialogue.reply}. */
  static async connect(options: DialogueOptions): Promise<Dialogue> {
    const { host, port, timeoutMs, tls } = options;
    const address = { host, port, noDelay: true };
    const socket = tls === undefined ? connect(address) : connectTls({ ...address, ...tlsNames(host), ...tls });
    await ready(socket, tls === undefined ? 'connect' : 'secureConnect', timeoutMs, nameOf(options));
    const dialogue = new Dialogue(socket, options);
    if (tls !== undefined) dialogue.#traceTls();
    return dialogue;
  }

  /** Whether the connection is under TLS. */
  get secure(): boolean {
    return 'encrypted' in this.#socket;
  }

  /** Writes command lines in one piece, as pipelining wants it. `shown` stands in the trace for what is secret. */
  write(lines: readonly string[], shown: readonly string[] = lines): void {
    for (const line of shown) this.#options.trace?.('C', line);
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''), 'utf8');
  }

  /** Writes content as it stands, while the server takes it and says nothing: each block has the time of a reply. RFC 5321 §4.5.3.2.5 */
  async writeOctets(octets: Uint8Array, remark: string): Promise<void> {
    this.#options.trace?.('C', remark);
    for (let at = 0; at < octets.length && !this.#reader.pending && this.#fault === undefined; at += BLOCK)
      await this.#writeBlock(octets.subarray(at, at + BLOCK));
  }

  /** The next reply. */
  async reply(timeoutMs: number = this.#options.timeoutMs): Promise<ReceivedReply> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const reply = this.#next();
      if (reply !== undefined) return reply;
      if (this.#fault !== undefined) throw this.#error(this.#fault);
      await this.#more(until - Date.now());
    }
  }

  /** The reply to the content of a message. */
  async contentReply(): Promise<ReceivedReply> {
    return await this.reply(this.#options.contentTimeoutMs);
  }

  /** One command and its reply. */
  async command(line: string, shown: string = line): Promise<ReceivedReply> {
    this.write([line], [shown]);
    return await this.reply();
  }

  /** Puts TLS under the connection, after a 220 to STARTTLS. RFC 3207 §4. */
  async startTls(options: ConnectionOptions): Promise<void> {
    const { host, timeoutMs } = this.#options;
    if (this.#reader.pending) throw this.#error('octets in the clear after the reply to STARTTLS (RFC 3207 §4)');
    this.#socket.removeAllListeners('data');
    const secure = connectTls({ socket: this.#socket, host, ...tlsNames(host), ...options });
    await ready(secure, 'secureConnect', timeoutMs, nameOf(this.#options));
    this.#socket = secure;
    this.#listen();
    this.#traceTls();
  }

  /** Ends the connection; nothing is said. */
  close(): void {
    this.#socket.destroy();
  }

  /** QUIT, and waits a little for the reply. */
  async quit(): Promise<void> {
    try {
      this.write(['QUIT']);
      await this.reply(Math.min(this.#options.timeoutMs, 5000));
    } catch (error) {
      if (!(error instanceof DialogueError)) throw error;
    } finally {
      this.close();
    }
  }

  #next(): ReceivedReply | undefined {
    try {
      return this.#reader.next();
    } catch (error) {
      if (error instanceof SmtpError) throw this.#error(error.message);
      throw error;
    }
  }

  #listen(): void {
    const stop = (fault: string): void => {
      this.#fault ??= fault;
      this.#wake?.();
    };
    this.#socket.on('data', (octets: Buffer) => {
      this.#traceLines(octets.toString('utf8'));
      this.#reader.receive(octets);
      this.#wake?.();
    });
    this.#socket.on('end', () => stop('the server closed the connection'));
    this.#socket.on('error', (error: Error) => stop(error.message));
    this.#socket.on('close', () => stop('the connection is closed'));
  }

  async #more(timeoutMs: number): Promise<void> {
    await this.#woken(timeoutMs, 'no reply in time');
  }

  async #writeBlock(block: Uint8Array): Promise<void> {
    const woken = this.#woken(this.#options.timeoutMs, 'the server takes no more of the content');
    this.#socket.write(block, this.#wake);
    await woken;
  }

  /** Until something happens on the connection. */
  async #woken(timeoutMs: number, fault: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = (): void => reject(this.#error(fault));
      const timer = setTimeout(late, Math.max(0, timeoutMs));
      const wake = (): void => {
        clearTimeout(timer);
        // A block may be written only when its successor is waited for.
        if (this.#wake === wake) this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
    });
  }

  #traceLines(text: string): void {
    const lines = (this.#shown + text).split('\r\n');
    this.#shown = lines.pop() ?? '';
    for (const line of lines) this.#options.trace?.('S', line);
  }

  #traceTls(): void {
    const { trace } = this.#options;
    if (trace === undefined || !('encrypted' in this.#socket)) return;
    const { authorized, authorizationError } = this.#socket;
    const trust = authorized ? 'certificate verified' : `certificate not verified: ${String(authorizationError)}`;
    trace('*', `${this.#socket.getProtocol() ?? 'TLS'}, ${this.#socket.getCipher().name}, ${trust}`);
  }

  #error(fault: string): DialogueError {
    return new DialogueError(`${nameOf(this.#options)}: ${fault}`);
  }
}

/** RFC 6066 §3: addresses are no server names. */
function tlsNames(host: string): ConnectionOptions {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

/** The address as it is written. */
export function nameOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function ready(socket: Socket, event: string, timeoutMs: number, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new DialogueError(`${name}: ${what}`));
    };
    const timer = setTimeout(() => fail('no connection in time'), timeoutMs);
    const onError = (error: NodeJS.ErrnoException): void => fail(faultOf(error));
    socket.once('error', onError);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', onError);
      resolve();
    });
  });
}

/** OpenSSL tells a fault with its own files and lines; `reason` is what it means. Node adds how to start Node, since 24. */
function faultOf(error: NodeJS.ErrnoException & { readonly reason?: unknown }): string {
  const { code = '', reason, message } = error;
  if (code.startsWith('ERR_SSL') && typeof reason === 'string') return `no TLS: ${reason}`;
  const words = message.replace(/; if the root CA .*$/s, '');
  return CONNECT_FAULTS[code] ?? (UNTRUSTED.has(code) ? `${words}; --tls-ca names what to trust` : words);
}

/** The certificate may be right, but leads to no root that is known here. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const CONNECT_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};
