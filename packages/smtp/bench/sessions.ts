/**
 * Messages per CPU second through the sessions alone: no sockets, no disk.
 *
 *     node --conditions=source packages/smtp/bench/sessions.ts [seconds per figure]
 *
 * CPU time of this process, best of three rounds, so that a busy machine weighs little.
 */
import { ClientSession, ServerSession, type ServerSessionOptions } from '../src/index.ts';

const secondsPerFigure = Number(process.argv[2] ?? 1);
const encoder = new TextEncoder();
const options: ServerSessionOptions = {
  hostname: 'mx.example.org',
  extensions: {
    pipelining: true,
    enhancedStatusCodes: true,
    eightBitMime: true,
    dsn: true,
    smtputf8: true,
    chunking: true,
    size: 0,
  },
};
const parameters = { mail: ' RET=HDRS ENVID=QQ314159', rcpt: ' NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org' };

function message(octets: number): string {
  const line = `${'The quick brown fox jumps over the lazy dog. '.repeat(2).slice(0, 76)}\r\n`;
  const header = 'From: <alice@example.com>\r\nTo: <bob@example.org>\r\nSubject: bench\r\n\r\n';
  return header + line.repeat(Math.ceil((octets - header.length) / line.length));
}

/** A server session that accepts everything; returns how many messages it was given. */
function serve(session: ServerSession, chunk: Uint8Array): number {
  let messages = 0;
  session.receive(chunk);
  for (let event = session.next(); event !== undefined; event = session.next()) {
    if (event.kind === 'end-of-content') messages++;
    if (session.paused && event.kind !== 'content') session.answer();
  }
  session.takeOutput();
  return messages;
}

function open(extra: Partial<ServerSessionOptions> = {}): ServerSession {
  const session = new ServerSession({ ...options, ...extra });
  session.start();
  serve(session, encoder.encode('EHLO client.example\r\n'));
  return session;
}

/** Many messages in chunks as a socket gives them. */
function pipelined(octets: number, dsn: boolean, chunkSize = 65_536): () => number {
  const one =
    `MAIL FROM:<alice@example.com>${dsn ? parameters.mail : ''}\r\nRCPT TO:<bob@example.org>${dsn ? parameters.rcpt : ''}\r\nDATA\r\n` +
    `${message(octets)}.\r\n`;
  const all = encoder.encode(one.repeat(Math.ceil(500_000 / one.length)));
  const session = open();
  return () => {
    let messages = 0;
    for (let at = 0; at < all.length; at += chunkSize) messages += serve(session, all.subarray(at, at + chunkSize));
    return messages;
  };
}

/** One write per command, as a client without PIPELINING does. */
function oneByOne(): () => number {
  const writes = [
    'MAIL FROM:<alice@example.com>\r\n',
    'RCPT TO:<bob@example.org>\r\n',
    'DATA\r\n',
    `${message(1024)}.\r\n`,
  ].map((text) => encoder.encode(text));
  const session = open();
  return () => {
    let messages = 0;
    for (const octets of writes) messages += serve(session, octets);
    return messages;
  };
}

/** A whole session per message. */
function perConnection(): () => number {
  const text = `EHLO c.example\r\nMAIL FROM:<alice@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n${message(1024)}.\r\nQUIT\r\n`;
  const all = encoder.encode(text);
  return () => {
    const session = new ServerSession(options);
    session.start();
    return serve(session, all);
  };
}

/** Client and server back to back. */
function backToBack(): () => number {
  const server = open();
  const client = new ClientSession({ clientName: 'client.example' });
  client.receive(encoder.encode('220 mx\r\n'));
  client.next();
  client.receive(encoder.encode('250-mx\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 DSN\r\n'));
  client.next();
  client.takeOutput();
  const content = encoder.encode(message(1024));
  const transaction = {
    reversePath: 'alice@example.com',
    mailParameters: [{ keyword: 'RET', value: 'HDRS' }],
    recipients: [{ forwardPath: 'bob@example.org', parameters: [{ keyword: 'NOTIFY', value: 'SUCCESS' }] }],
  };
  return () => {
    let done = 0;
    client.begin(transaction);
    while (done === 0) {
      const out = client.takeOutput();
      if (out !== undefined) server.receive(out);
      for (let event = server.next(); event !== undefined; event = server.next()) {
        if (server.paused && event.kind !== 'content') server.answer();
      }
      const back = server.takeOutput();
      if (back !== undefined) client.receive(back);
      for (let event = client.next(); event !== undefined; event = client.next()) {
        if (event.kind === 'content-wanted') {
          client.content(content);
          client.endContent();
        }
        if (event.kind === 'done') done++;
      }
    }
    return done;
  };
}

function measure(name: string, run: () => number, octetsEach = 0): void {
  for (let round = 0; round < 50; round++) run();
  let best = 0;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    const until = performance.now() + (secondsPerFigure * 1000) / 3;
    let messages = 0;
    while (performance.now() < until) messages += run();
    const used = process.cpuUsage(before);
    best = Math.max(best, messages / ((used.user + used.system) / 1e6));
  }
  const mibs = octetsEach === 0 ? '' : `  ${((best * octetsEach) / 1_048_576).toFixed(0).padStart(6)} MiB/s`;
  console.log(`${name.padEnd(46)} ${best.toFixed(0).padStart(9)} messages per CPU second${mibs}`);
}

measure('server, pipelined, 1 KiB', pipelined(1024, false), 1024);
measure('server, pipelined, 1 KiB, DSN parameters', pipelined(1024, true), 1024);
measure('server, pipelined, 10 KiB', pipelined(10_240, false), 10_240);
measure('server, pipelined, 1 MiB', pipelined(1_048_576, false), 1_048_576);
measure('server, 1 KiB, a write per command', oneByOne(), 1024);
measure('server, 1 KiB, a connection per message', perConnection(), 1024);
measure('client and server back to back, 1 KiB, DSN', backToBack(), 1024);
