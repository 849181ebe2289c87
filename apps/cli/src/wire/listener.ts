import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket, createSecureContext, type SecureContextOptions } from 'node:tls';
import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';
import {
  ServerSession,
  type Reply,
  type ServerEvent,
  type ServerExtensions,
  type ServerSessionOptions,
} from '@dsnkit/smtp';

/** A message that a {@link Listener} took. */
export interface ReceivedMessage {
  /** What EHLO said. */
  readonly hello: string;
  /** The MAIL line without CRLF. */
  readonly mail: string;
  /** Without angle brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly mailParameters: readonly EsmtpParameter[];
  readonly recipients: readonly {
    /** The RCPT line without CRLF. */
    readonly raw: string;
    /** Without angle brackets. */
    readonly forwardPath: string;
    readonly parameters: readonly EsmtpParameter[];
  }[];
  readonly content: Uint8Array;
}

export interface ListenerOptions extends ServerSessionOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Key and certificate, for STARTTLS. */
  readonly tls?: SecureContextOptions;
  /** The reply to an event that wants one; undefined gives the standard positive one. */
  readonly answer?: (event: ServerEvent) => Reply | undefined;
  /** Called with each message before it is answered. */
  readonly onMessage?: (message: ReceivedMessage) => void;
}

/** A small SMTP server that takes messages and keeps them in memory: a next hop, or a mailbox, to test others with. */
export class Listener {
  readonly messages: ReceivedMessage[] = [];
  #options: ListenerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => {
      const connection = new Connection(socket, this.#options, this.#take);
      this.#connections.add(connection);
      socket.once('close', () => this.#connections.delete(connection));
      connection.start();
    });
  }

  /** Starts to listen. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject);
      listener.#server.listen(options.port, options.host, resolve);
    });
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Waits until clients have left by themselves, as those do that keep connections for a while. */
  async deserted(timeoutMs: number): Promise<void> {
    for (const untilMs = Date.now() + timeoutMs; this.#connections.size > 0 && Date.now() < untilMs;)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Announces something else from now on; clients that are connected are sent away with 421, to come again. */
  offer(extensions: ServerExtensions): void {
    this.#options = { ...this.#options, extensions };
    for (const connection of this.#connections) connection.sendAway();
  }

  /** Closes the port and all connections. */
  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  readonly #take = (message: ReceivedMessage): void => {
    this.messages.push(message);
    this.#options.onMessage?.(message);
  };
}

type Draft = { -readonly [key in keyof ReceivedMessage]: ReceivedMessage[key] } & {
  recipients: ReceivedMessage['recipients'][number][];
};

class Connection {
  readonly #options: ListenerOptions;
  readonly #session: ServerSession;
  readonly #take: (message: ReceivedMessage) => void;
  #socket: Socket;
  #hello = '';
  #draft: Draft | undefined;
  #pieces: Uint8Array[] = [];

  constructor(socket: Socket, options: ListenerOptions, take: (message: ReceivedMessage) => void) {
    this.#socket = socket;
    this.#options = options;
    this.#take = take;
    this.#session = new ServerSession(options);
  }

  start(): void {
    this.#socket.setNoDelay();
    this.#session.start();
    this.#listen();
    this.#pump();
  }

  /** RFC 5321 §3.8: at the next point where no content is in flight. */
  sendAway(): void {
    this.#session.shutdown();
    this.#pump();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (octets: Buffer) => {
      this.#session.receive(octets);
      this.#pump();
    });
    socket.on('end', () => {
      this.#session.eof();
      this.#pump();
      socket.end();
    });
    socket.on('error', () => socket.destroy());
  }

  #pump(): void {
    for (let event = this.#session.next(); event !== undefined; event = this.#session.next()) {
      this.#note(event);
      if (this.#session.paused) this.#session.answer(this.#options.answer?.(event));
      if (event.kind === 'starttls' && !this.#session.closed) {
        this.#flush();
        this.#secure();
        return;
      }
    }
    this.#flush();
    if (this.#session.closed) this.#socket.end();
  }

  #note(event: ServerEvent): void {
    switch (event.kind) {
      case 'hello':
        this.#hello = event.name;
        return;
      case 'mail': {
        const { raw, path, parameters } = event;
        const mail = { mail: raw, reversePath: path.wire, mailParameters: parameters };
        this.#draft = { hello: this.#hello, ...mail, recipients: [], content: new Uint8Array(0) };
        this.#pieces = [];
        return;
      }
      case 'rcpt': {
        const { raw, path, parameters } = event;
        this.#draft?.recipients.push({ raw, forwardPath: path.wire, parameters });
        return;
      }
      case 'content':
        this.#pieces.push(event.octets);
        return;
      case 'end-of-content':
        if (this.#draft !== undefined) this.#take({ ...this.#draft, content: Buffer.concat(this.#pieces) });
        return;
      default:
        return;
    }
  }

  #secure(): void {
    const { tls } = this.#options;
    if (tls === undefined) return;
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('end');
    const secure = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(tls) });
    this.#socket = secure;
    secure.once('secure', () => {
      this.#session.secured();
      this.#pump();
    });
    this.#listen();
  }

  #flush(): void {
    const octets = this.#session.takeOutput();
    if (octets !== undefined && !this.#socket.destroyed) this.#socket.write(octets);
  }
}
