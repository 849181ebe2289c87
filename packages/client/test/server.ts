import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { ServerSession, type Reply, type ServerEvent, type ServerSessionOptions } from '@dsnkit/smtp';

/** A server that takes what it is given and keeps notes. */
export interface TestServer {
  readonly port: number;
  /** Commands and content in the order of arrival. */
  readonly heard: string[];
  stop(): Promise<void>;
}

/** How the server answers, besides politely. */
export interface TestServerOptions {
  readonly extensions?: ServerSessionOptions['extensions'];
  readonly tls?: { readonly cert: string; readonly key: string };
  /** `user password` that AUTH PLAIN has to bring. */
  readonly login?: string;
  /** Cut the connection when this is heard. */
  readonly dropAt?: string;
  /** The reply to content that is whole. */
  readonly verdict?: Reply;
}

/** Refuses recipients whose local-part is `nobody`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket, options, heard);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(plain: Socket, options: TestServerOptions, heard: string[]): void {
  const {
    extensions = {
      pipelining: true,
      dsn: true,
      size: 0,
      eightBitMime: true,
      smtputf8: true,
      enhancedStatusCodes: true,
    },
    tls,
  } = options;
  const offered = { ...extensions, ...(tls && { startTls: true }), ...(options.login && { auth: ['PLAIN'] }) };
  const session = new ServerSession({ hostname: 'mx.example.org', extensions: offered });
  let socket = plain;
  const flush = (): void => {
    const output = session.takeOutput();
    if (output !== undefined) socket.write(output);
  };
  const listen = (): void => {
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => {
      session.receive(octets);
      for (let event = session.next(); event; event = session.next()) handle(event);
      flush();
    });
  };
  const handle = (event: ServerEvent): void => {
    const note = noteOf(event);
    const last = heard.at(-1);
    if (event.kind === 'content' && last?.startsWith('content ') === true)
      heard[heard.length - 1] = last + Buffer.from(event.octets).toString();
    else if (note !== undefined) heard.push(note);
    if (note !== undefined && note === options.dropAt) socket.destroy();
    if (event.kind === 'rcpt' && event.path.localPart === 'nobody')
      session.answer({ code: 550, status: '5.1.1', lines: ['no such user'] });
    else if (event.kind === 'auth') {
      const given = Buffer.from(event.initialResponse ?? []).toString();
      if (given === `\0${(options.login ?? '').replace(' ', '\0')}`) session.answer();
      else session.answer({ code: 535, status: '5.7.8', lines: ['wrong'] });
    } else if (event.kind === 'end-of-content') session.answer(options.verdict);
    else if (session.paused) session.answer();
    if (event.kind === 'starttls' && tls !== undefined) {
      flush();
      plain.removeAllListeners('data');
      socket = new TLSSocket(plain, { isServer: true, secureContext: createSecureContext(tls) });
      session.secured();
      listen();
    }
  };
  session.start();
  flush();
  listen();
}

function noteOf(event: ServerEvent): string | undefined {
  if (event.kind === 'mail' || event.kind === 'rcpt') {
    const parameters = event.parameters.map(
      ({ keyword, value }) => ` ${keyword}${value === undefined ? '' : `=${value}`}`,
    );
    return `${event.kind} ${event.path.address}${parameters.join('')}`;
  }
  if (event.kind === 'content') return `content ${Buffer.from(event.octets).toString()}`;
  return event.kind === 'starttls' || event.kind === 'auth' || event.kind === 'end-of-content' ? event.kind : undefined;
}
