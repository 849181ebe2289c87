/**
 * How much memory a large message costs: `node --conditions=source bench/large-message.ts [--megabytes 100] [--times 3]`
 *
 * A `dsnd` of its own (the same files that people run) takes a message over a socket, keeps it in its queue and relays it
 * to a sink, which counts the octets. The growth is that of its resident memory, from just before the message to its peak
 * on the way (VmHWM of /proc, so Linux only). The first, small message warms up; in the last row dsnd only relays.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryKib, route, startDsnd } from './dsnd.ts';

const { values: options } = parseArgs({
  options: { megabytes: { type: 'string', default: '100' }, times: { type: 'string', default: '3' } },
});
const sizeOctets = Number(options.megabytes) * 1_000_000;
const line = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`);
const piece = Buffer.concat(Array.from({ length: 1000 }, () => line));

/** A host that takes all mail and tells how many octets of content each message had. */
class Sink {
  readonly #server = createServer((socket) => this.#serve(socket));
  /** Takes nothing at present. */
  busy = false;
  #tell: (octets: number) => void = () => undefined;

  async listen(): Promise<number> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  next(): Promise<number> {
    return new Promise((tell) => (this.#tell = tell));
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    let content: number | undefined;
    let tail = '';
    socket.on('error', () => undefined);
    socket.write('220 sink.example\r\n');
    socket.on('data', (octets) => {
      const text = octets.toString('latin1');
      if (content !== undefined) {
        content += octets.length;
        tail = (tail + text).slice(-5);
        if (tail !== '\r\n.\r\n') return;
        socket.write('250 taken\r\n');
        this.#tell(content - 3);
        content = undefined;
        return;
      }
      for (const command of text.split('\r\n').slice(0, -1)) {
        if (/^EHLO/i.test(command)) socket.write('250-sink.example\r\n250-SIZE\r\n250 DSN\r\n');
        else if (this.busy && /^MAIL/i.test(command)) socket.write('451 later\r\n');
        else if (/^DATA/i.test(command)) {
          content = 0;
          tail = '\r\n';
          socket.write('354 go\r\n');
        } else socket.write('250 ok\r\n');
      }
    });
  }
}

/** Sends one message of at least so many octets; resolves with the reply to it. */
async function send(port: number, octets: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const replies = replyReader(socket);
  await replies();
  for (const command of ['EHLO bench.example', 'MAIL FROM:<a@bench.example>', 'RCPT TO:<b@sink.example>', 'DATA']) {
    socket.write(`${command}\r\n`);
    await replies();
  }
  socket.write('Subject: large\r\n\r\n');
  for (let sent = 0; sent < octets; sent += piece.length) {
    if (!socket.write(piece)) await new Promise((done) => socket.once('drain', done));
  }
  socket.write('.\r\n');
  const reply = await replies();
  socket.end('QUIT\r\n');
  return reply;
}

function replyReader(socket: Socket): () => Promise<string> {
  let text = '';
  let wake: () => void = () => undefined;
  socket.on('data', (octets) => {
    text += octets.toString('latin1');
    wake();
  });
  return async () => {
    for (;;) {
      const last = /^\d{3}(?: .*)?\r\n/m.exec(text);
      if (last !== null) {
        text = text.slice(last.index + last[0].length);
        return last[0].trimEnd();
      }
      await new Promise<void>((done) => (wake = done));
    }
  };
}

/** From here on the peak counts; gives the growth in megabytes up to now. */
function growth(pid: number): () => number {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = memoryKib(pid).now;
  return () => Math.round((memoryKib(pid).peak - before) / 100) / 10;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-large-'));
  const sink = new Sink();
  const sinkPort = await sink.listen();
  const toml =
    `[limits]\nmessage-size-octets = 2000000000\n[retry]\ndelays = ["2s"]\n` +
    route('*', `smtp://127.0.0.1:${sinkPort}`);
  const rows: object[] = [];
  let dsnd = await startDsnd({ folder, toml });
  try {
    for (const octets of [10_000, ...Array.from({ length: Number(options.times) }, () => sizeOctets)]) {
      const grown = growth(dsnd.pid);
      const startMs = performance.now();
      const arrival = sink.next();
      const reply = await send(dsnd.port, octets);
      if (!reply.startsWith('250')) throw new Error(reply);
      const untilTaken = grown();
      const arrived = await arrival;
      const ms = Math.round(performance.now() - startMs);
      rows.push({
        what: 'taken and relayed',
        octets: arrived,
        'growth until 250, MB': untilTaken,
        'growth, MB': grown(),
        ms,
      });
    }
    sink.busy = true;
    await send(dsnd.port, sizeOctets);
    await dsnd.stop();
    dsnd = await startDsnd({ folder, toml });
    const grown = growth(dsnd.pid);
    const arrival = sink.next();
    sink.busy = false;
    const octets = await arrival;
    rows.push({ what: 'relayed after a restart', octets, 'growth, MB': grown() });
    console.table(rows);
  } finally {
    await dsnd.stop();
    sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
