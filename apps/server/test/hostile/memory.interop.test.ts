import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startDsnd, temporaryFolder, type Dsnd } from '../support/dsnd.ts';

const MIB = 1_048_576;
/**
 * What is poured in, and what of it may show: a store that keeps its caches, a collector that lets 64 MiB outside of its heap
 * come together before it looks at them.
 */
const POURED = 160;
const SHOWN = 96;

const CONFIG = (port: number): string => `hostname = "mx.example.org"
store = "sqlite:queue"
[[listen]]
address = "127.0.0.1:${port}"
max-errors = 1000000
[limits]
message-size-octets = 1048576
[[route]]
match = "*"
to = "discard:"
accept-from = "anyone"
`;

let server: Dsnd;
let port: number;
const folder = temporaryFolder();

beforeAll(async () => {
  port = await freePort();
  server = await startDsnd(folder.path, CONFIG(port), port);
  // The first of its kind fills the caches of the process.
  const client = new Client();
  await client.pour('x', POURED * MIB);
  client.leave();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

function rssMiB(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;
}

class Client {
  heard = '';
  readonly #socket: Socket;
  constructor(reads = true) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => undefined);
    if (reads) this.#socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString('latin1')));
    else this.#socket.pause();
  }

  /** Writes no faster than it is taken; gives up where nothing is taken for so long. */
  async pour(piece: string, octets: number, patienceMs = 30_000): Promise<number> {
    const block = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)), 'latin1');
    let poured = 0;
    while (poured < octets && !this.#socket.destroyed) {
      poured += block.length;
      if (this.#socket.write(block)) continue;
      const isTaken = await Promise.race([
        once(this.#socket, 'drain').then(
          () => true,
          () => false,
        ),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), patienceMs)),
      ]);
      if (!isTaken) break;
    }
    return poured;
  }

  async until(pattern: RegExp): Promise<string> {
    for (let left = 400; left > 0 && !pattern.test(this.heard); left--) await new Promise((r) => setTimeout(r, 25));
    return pattern.exec(this.heard)?.[0] ?? `nothing like it: ${this.heard.slice(-300)}`;
  }

  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  leave(): void {
    this.#socket.destroy();
  }
}

const ENVELOPE = 'EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<u@x.example>\r\n';

describe.skipIf(!existsSync('/proc/self/status'))(
  `memory stays flat, whatever is poured in (${POURED} MiB each; skips where there is no /proc)`,
  () => {
    it.each<[what: string, before: string, piece: string, after: string, reply: RegExp]>([
      ['a command without an end', '', 'x', '\r\n', /^500 5\.5\.2 Line too long\r\n/m],
      ['parameters without an end', 'EHLO c\r\nMAIL FROM:<a@b.example> ', 'X=y ', '\r\n', /^500 5\.5\.2 Line too/m],
      ['bare LF', '', 'NOOP\n', '\r\n', /^500 5\.5\.2 Lines end in CR LF\r\n/m],
      ['content beyond the limit', `${ENVELOPE}DATA\r\n`, 'Subject: x\r\n', '.\r\n', /^552 5\.3\.4 /m],
      ['a line of content without an end', `${ENVELOPE}DATA\r\n`, 'x', '\r\n.\r\n', /^552 5\.3\.4 /m],
      ['a header field without an end', `${ENVELOPE}DATA\r\nSubject: x`, '\r\n y', '\r\n.\r\n', /^552 5\.3\.4 /m],
      ['content with bare CR', `${ENVELOPE}DATA\r\n`, 'x\r', '\r\n.\r\n', /^554 5\.6\.0 /m],
      ['content of NUL', `${ENVELOPE}DATA\r\n`, '\0', '\r\n.\r\n', /^554 5\.6\.0 /m],
      ['a chunk that nobody asked for', `EHLO c\r\nBDAT ${POURED * MIB}\r\n`, 'x', '', /^503 5\.5\.1 /m],
      ['an AUTH that nobody offers', 'EHLO c\r\nAUTH PLAIN ', 'QUJD', '\r\n', /^500 5\.5\.2 Line too long\r\n/m],
    ])('%s', async (_, before, piece, after, reply) => {
      const client = new Client();
      await client.until(/^220 .*\r\n/);
      const from = rssMiB();
      client.write(before);
      expect(await client.pour(piece, POURED * MIB)).toBeGreaterThanOrEqual(POURED * MIB);
      client.write(after);
      expect(await client.until(reply)).toMatch(reply);
      expect(rssMiB() - from).toBeLessThan(SHOWN);
      client.leave();
    });

    it('RFC 5321 §7.8: replies that are not read do not pile up', async () => {
      const client = new Client(false);
      const from = rssMiB();
      await client.pour('EHLO c\r\nVRFY u\r\nMAIL FROM:<a@b.example>\r\n', POURED * MIB, 500);
      expect(rssMiB() - from).toBeLessThan(SHOWN);
      client.leave();
    });

    it('many clients that have begun something hold little', async () => {
      const from = rssMiB();
      const clients = Array.from({ length: 40 }, () => new Client());
      await Promise.all(clients.map((each) => each.until(/^220 .*\r\n/)));
      await Promise.all(clients.map((each) => each.pour('x', (POURED / clients.length) * MIB)));
      expect(rssMiB() - from).toBeLessThan(SHOWN);
      for (const each of clients) each.leave();
    });
  },
);
