import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One transaction as it stood on the wire: whole command lines without CRLF, content without dot-stuffing. */
export interface Recorded {
  readonly mail: string;
  readonly rcpt: readonly string[];
  readonly content: string;
}

/** How a next hop behaves. Replies are whole lines without CRLF; an array gives a reply of several lines. */
export interface Personality {
  readonly name?: string;
  /** EHLO keywords; `undefined` knows only HELO. */
  readonly extensions?: readonly string[] | undefined;
  readonly rcpt?: (address: string) => string | readonly string[];
  /** Told the addresses, their RCPT commands and the content. */
  readonly endOfData?: (addresses: readonly string[], commands: readonly string[], content: string) => string;
  /** Takes LMTP: one reply for each recipient after the content. */
  readonly lmtp?: boolean;
  /** Called after the content has come and before it is answered. */
  readonly beforeReply?: (content: string) => void | Promise<void>;
}

export interface RecordingHop extends Peer {
  readonly transactions: readonly Recorded[];
  /** Every command line that came, in order. */
  readonly commands: readonly string[];
}

/** What a hop tells while it works. */
interface Witness {
  command(line: string): void;
  transaction(recorded: Recorded): void;
}

/** A small SMTP server that writes down what it hears: a witness that shares no code with us. */
export async function startRecordingHop(
  personality: Personality = {},
  port = 0,
  address = '127.0.0.1',
): Promise<RecordingHop> {
  const transactions: Recorded[] = [];
  const commands: string[] = [];
  const hop = await startHop(
    personality,
    { command: (line) => commands.push(line), transaction: (recorded) => transactions.push(recorded) },
    port,
    address,
  );
  return { ...hop, transactions, commands };
}

/** The same, which keeps nothing: for more mail than has room in memory. */
export async function startHop(
  personality: Personality,
  witness: Witness,
  port = 0,
  address = '127.0.0.1',
): Promise<Peer> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    converse(socket, personality, witness);
  });
  return await openPeer(server, port, address);
}

/** A server of a test. */
export interface Peer {
  readonly port: number;
  /** Cuts its connections, too. */
  close(): Promise<void>;
}

/** Listens with a server of any kind. */
export async function openPeer(server: Server, port = 0, address = '127.0.0.1'): Promise<Peer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket: Socket, personality: Personality, witness: Witness): void {
  const name = personality.name ?? 'hop.example';
  const extensions =
    'extensions' in personality
      ? personality.extensions
      : ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN'];
  let waiting = '';
  let mail = '';
  let rcpt: string[] = [];
  let data: string[] | undefined;
  let queue: Promise<void> = Promise.resolve();
  const say = (...lines: readonly string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(''), 'latin1');
  say(`220 ${name} ESMTP`);

  function command(line: string): void {
    witness.command(line);
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO' || verb === 'LHLO') {
      if (extensions === undefined) return void say('502 5.5.1 command not implemented');
      const lines = [name, ...extensions];
      return void say(...lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}`));
    }
    if (verb === 'HELO') return void say(`250 ${name}`);
    if (verb === 'MAIL') {
      mail = line;
      rcpt = [];
      return void say('250 2.1.0 Ok');
    }
    if (verb === 'RCPT') {
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      const reply = [personality.rcpt?.(address) ?? '250 2.1.5 Ok'].flat();
      if (reply[0]?.startsWith('2')) rcpt.push(line);
      return void say(...reply);
    }
    if (verb === 'DATA') {
      if (rcpt.length === 0) return void say('503 5.5.1 no recipients');
      data = [];
      return void say('354 go ahead');
    }
    if (verb === 'RSET') return void say('250 2.0.0 Ok');
    if (verb === 'QUIT') {
      say('221 2.0.0 Bye');
      return void socket.end();
    }
    say(verb === 'NOOP' ? '250 2.0.0 Ok' : '500 5.5.2 unknown');
  }

  async function content(lines: readonly string[]): Promise<void> {
    const recorded = { mail, rcpt: [...rcpt], content: lines.map((line) => `${line}\r\n`).join('') };
    witness.transaction(recorded);
    await personality.beforeReply?.(recorded.content);
    const addresses = recorded.rcpt.map((line) => /<([^>]*)>/.exec(line)?.[1] ?? '');
    const replies = personality.lmtp === true ? addresses.map((address) => [address]) : [addresses];
    say(
      ...replies.map(
        (of) => personality.endOfData?.(of, recorded.rcpt, recorded.content) ?? '250 2.0.0 Ok: queued as R1',
      ),
    );
  }

  /** What follows the content waits until the content is answered. */
  async function line(text: string): Promise<void> {
    if (data === undefined) {
      command(text);
      return;
    }
    if (text !== '.') {
      data.push(text.startsWith('.') ? text.slice(1) : text);
      return;
    }
    const lines = data;
    data = undefined;
    await content(lines);
  }

  socket.on('data', (chunk) => {
    waiting += chunk.toString('latin1');
    const lines = waiting.split('\r\n');
    waiting = lines.pop() ?? '';
    for (const text of lines) {
      queue = queue.then(() => line(text));
    }
  });
}
