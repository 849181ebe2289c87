/**
 * How acceptance goes on while very many reports are owed at once, since a destination has expired:
 *
 *     node --conditions=source bench/reports.ts [--reports 100000] [--senders 100000] [--directory DIR]
 *
 * A real dsnd finds the messages in its store, older than it keeps trying. Ten clients send mail meanwhile at an even pace;
 * the table tells how long they wait for the replies to MAIL and to the content, before the crowd and beside it. Exit
 * code 1 where reports are missing, or where the 99th percentile for MAIL is 100 ms or more though it was less before.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { memoryKib, pause, route, startDsnd, type Dsnd } from './dsnd.ts';

const { values: options } = parseArgs({
  options: {
    reports: { type: 'string', default: '100000' },
    senders: { type: 'string', default: '100000' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
const CLIENTS = 10;
const PACE_MS = 50;
const MOST_MS = 100;
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'reports-'));

interface Running extends Dsnd {
  /** By kind of event. */
  readonly counts: ReadonlyMap<string, number>;
}

async function start(): Promise<Running> {
  const counts = new Map<string, number>();
  const server = await startDsnd({
    folder: root,
    toml: route('live.example', 'discard:') + route('sender.example', 'discard:') + route('*', 'smtp://127.0.0.1:9'),
    onLine(line) {
      const kind = /"event":"([a-z-]+)"/.exec(line)?.[1];
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    },
  });
  return { ...server, counts };
}

/** Puts messages into the store, each from a sender of many, whose time is over. */
function fill(count: number, senders: number): void {
  const database = new DatabaseSync(join(root, 'queue/queue.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
  const message = database.prepare(
    'INSERT INTO message (seq, id, last_n, envelope, spool, content) VALUES (?, ?, 0, ?, NULL, ?)',
  );
  const recipient = database.prepare(
    `INSERT INTO recipient (seq, destination, n, due_at, address, parameters, shown_as, attempts, retry_at,
      delay_reported, last_failure) VALUES (?, 'smtp://127.0.0.1:9', 0, ?, ?, 'NOTIFY=FAILURE', NULL, 9, ?, 1, NULL)`,
  );
  const content = Buffer.from(`Subject: old\r\n\r\n${'Abcdefg hijklmn.\r\n'.repeat(56)}`);
  const nowMs = Date.now();
  const first = Number(database.prepare('SELECT ifnull(max(seq), 0) AS seq FROM message').get()?.['seq']) + 1;
  for (let number = 0; number < count; number++) {
    const id = `old${number}`;
    const envelope = {
      ...{ id, reversePath: `someone-${number % senders}@sender.example`, mailParameters: 'RET=HDRS', origin: 'smtp' },
      ...{ client: { name: 'client.example.org', address: '127.0.0.1' }, sizeOctets: content.length },
      arrivedAtMs: nowMs - 6 * 86_400_000,
    };
    message.run(first + number, id, JSON.stringify(envelope), content);
    recipient.run(first + number, nowMs, `someone-${number}@dead.example`, nowMs);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

interface Waits {
  readonly mail: number[];
  readonly content: number[];
}

/** Sends while `goes` says so, one message every so often on each connection. */
async function load(port: number, goes: () => boolean): Promise<Waits> {
  const waits: Waits = { mail: [], content: [] };
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number) => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      const replies = createInterface({ input: socket })[Symbol.asyncIterator]();
      const say = async (text: string): Promise<number> => {
        const begun = performance.now();
        if (text !== '') socket.write(text);
        for (;;) {
          const { value, done } = await replies.next();
          if (done === true || /^[45]/.test(value)) throw new Error(done === true ? 'the connection ended' : value);
          if (/^\d{3}(?: |$)/.test(value)) return performance.now() - begun;
        }
      };
      await say('');
      await say('EHLO bench.example\r\n');
      await pause((number * PACE_MS) / CLIENTS);
      while (goes()) {
        waits.mail.push(await say('MAIL FROM:<other@sender.example>\r\n'));
        await say(`RCPT TO:<someone-${number}@live.example>\r\n`);
        await say('DATA\r\n');
        waits.content.push(await say(`Subject: ${number}\r\n\r\nHello\r\n.\r\n`));
        await pause(PACE_MS);
      }
      socket.destroy();
    }),
  );
  return waits;
}

function row({ mail, content }: Waits): object {
  const at = (all: readonly number[], share: number): number =>
    Number((all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? NaN).toFixed(1));
  return {
    ...{ messages: mail.length, 'MAIL p50': at(mail, 0.5), 'MAIL p99': at(mail, 0.99), 'MAIL max': at(mail, 0.99999) },
    ...{ 'content p50': at(content, 0.5), 'content p99': at(content, 0.99) },
  };
}

async function run(): Promise<void> {
  const count = Number(options.reports);
  const senders = Number(options.senders);
  const quiet = await start();
  await load(quiet.port, until(1_000));
  const before = await load(quiet.port, until(5_000));
  await quiet.stop('SIGKILL');
  fill(count, senders);
  const server = await start();
  const begun = performance.now();
  const issued = (): number => (server.counts.get('report-issued') ?? 0) + (server.counts.get('report-held') ?? 0);
  const late = until(600_000);
  const beside = await load(server.port, () => issued() < count && late());
  const seconds = (performance.now() - begun) / 1_000;
  console.table({ before: row(before), beside: row(beside) });
  console.log(`${issued()} of ${count} reports in ${seconds.toFixed(1)} s, ${Math.round(issued() / seconds)}/s`);
  console.log(Object.fromEntries(server.counts), `peak RSS ${Math.round(memoryKib(server.pid).peak / 1_024)} MiB`);
  await server.stop('SIGKILL');
  if (issued() < count || (p99(beside.mail) >= MOST_MS && p99(before.mail) < MOST_MS)) process.exitCode = 1;
}

function p99(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Infinity;
}

function until(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() < end;
}

try {
  await run();
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit();
