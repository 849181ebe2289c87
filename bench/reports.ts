/**
 * How acceptance goes on while very many reports are owed at once, since a destination has expired:
 *
 *     node --conditions=source bench/reports.ts [--reports 100000] [--senders 100000] [--clients 10] [--pace 50]
 *       [--built] [--directory DIR] [--profile DIR]
 *
 * A real dsnd finds the messages in its store, older than it keeps trying. Clients send mail meanwhile, each another message
 * so many milliseconds after the last one (0: at once), for a while to this server and for a while to one without a crowd; the
 * table tells how long they wait for the replies to MAIL and to the content of both. With few senders most reports are held for
 * a minute, and merged. With `--built` the server runs as it is published. Exit code 1 where reports are missing, or where the
 * 99th percentile for MAIL is 100 ms or more though it is less without the crowd.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { buildServer, cpuMs, memoryKib, pause, route, startDsnd, type Dsnd } from './dsnd.ts';

const { values: options } = parseArgs({
  options: {
    reports: { type: 'string', default: '100000' },
    senders: { type: 'string', default: '100000' },
    clients: { type: 'string', default: '10' },
    pace: { type: 'string', default: '50' },
    built: { type: 'boolean', default: false },
    profile: { type: 'string' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
const CLIENTS = Number(options.clients);
const PACE_MS = Number(options.pace);
const MOST_MS = 100;
/** Turns of the server with the crowd and of the one without. */
const BESIDE_MS = 800;
const USUAL_MS = 400;
/** Both take mail for so long before. */
const WARM_MS = 12_000;
if (options.built) buildServer();
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'reports-'));

interface Running extends Dsnd {
  /** By kind of event. */
  readonly counts: ReadonlyMap<string, number>;
  /** Messages that carry reports. */
  readonly reports: ReadonlySet<string>;
}

async function start(folder: string, nodeOptions: readonly string[] = []): Promise<Running> {
  const counts = new Map<string, number>();
  const reports = new Set<string>();
  const server = await startDsnd({
    folder,
    nodeOptions: [...(options.built ? ['--max-semi-space-size=8'] : []), ...nodeOptions],
    built: options.built,
    toml: route('live.example', 'discard:') + route('sender.example', 'discard:') + route('*', 'smtp://127.0.0.1:9'),
    onLine(line) {
      const kind = /"event":"([a-z-]+)"/.exec(line)?.[1];
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const report = kind === 'report-issued' ? /"reportId":"([^"]+)"/.exec(line)?.[1] : undefined;
      if (report !== undefined) reports.add(report);
    },
  });
  return { ...server, counts, reports };
}

/** Puts messages into the store, each from a sender of many, whose time is over; they are looked at when they are due. */
function fill(count: number, senders: number, dueAtMs: number): void {
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
  const last = 'SELECT max(seq) AS seq FROM (SELECT seq FROM message UNION ALL SELECT seq FROM fresh)';
  const first = Number(database.prepare(last).get()?.['seq'] ?? 0) + 1;
  for (let number = 0; number < count; number++) {
    const id = `old${number}`;
    const envelope = {
      ...{ id, reversePath: `someone-${number % senders}@sender.example`, mailParameters: 'RET=HDRS', origin: 'smtp' },
      ...{ client: { name: 'client.example.org', address: '127.0.0.1' }, sizeOctets: content.length },
      arrivedAtMs: nowMs - 6 * 86_400_000,
    };
    message.run(first + number, id, JSON.stringify(envelope), content);
    recipient.run(first + number, dueAtMs, `someone-${number}@dead.example`, nowMs);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

interface Waits {
  readonly mail: number[];
  readonly content: number[];
  /** How long was sent. */
  ms: number;
}

/** Sends while `goes` says so, one message every so often on each connection. */
async function load(port: number, goes: () => boolean, waits: Waits = { mail: [], content: [], ms: 0 }): Promise<void> {
  const begun = performance.now();
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
        if (PACE_MS > 0) await pause(PACE_MS);
      }
      socket.destroy();
    }),
  );
  waits.ms += performance.now() - begun;
}

function row(waits: readonly number[]): object {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1));
  const max = Number((sorted.at(-1) ?? NaN).toFixed(1));
  return { messages: sorted.length, p50: at(0.5), p99: at(0.99), 'p99.9': at(0.999), max };
}

async function run(): Promise<void> {
  const count = Number(options.reports);
  const first = await start(root);
  await first.stop('SIGKILL');
  const dueAtMs = Date.now() + WARM_MS + count / 10;
  fill(count, Number(options.senders), dueAtMs);
  const quiet = await start(join(root, 'quiet'));
  const { profile } = options;
  const server = await start(root, profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]);
  // A server that has just been started is slower.
  while (Date.now() < dueAtMs) {
    for (const { port } of [quiet, server]) await load(port, until(Math.min(500, dueAtMs - Date.now())));
  }
  const cpuBegun = cpuMs(server.pid);
  const { usual, beside, seconds, settledSeconds } = await inTurns(quiet, server, count);
  const cpu = (cpuMs(server.pid) - cpuBegun) / 1_000;
  const [rate, usualRate] = [rateOf(beside), rateOf(usual)];
  console.table({
    ...{ 'MAIL usually': row(usual.mail), 'MAIL beside': row(beside.mail) },
    ...{ 'content usually': row(usual.content), 'content beside': row(beside.content) },
  });
  const share = Math.round((100 * rate) / usualRate);
  console.log(`${rate.toFixed(0)} messages/s beside, ${usualRate.toFixed(0)} usually: ${share} %`);
  const issued = server.counts.get('report-issued') ?? 0;
  console.log(`${count} messages expired and settled within ${settledSeconds.toFixed(1)} s, of which`);
  console.log(`${issued} were reported after ${seconds.toFixed(1)} s, in ${server.reports.size} messages`);
  console.log(Object.fromEntries(server.counts));
  console.log(`${cpu.toFixed(1)} s of CPU, peak RSS ${Math.round(memoryKib(server.pid).peak / 1_024)} MiB`);
  await quiet.stop('SIGKILL');
  await server.stop(profile === undefined ? 'SIGKILL' : 'SIGTERM');
  if (issued < count || (p99(beside.mail) >= MOST_MS && p99(usual.mail) < MOST_MS)) process.exitCode = 1;
}

interface Turns {
  readonly usual: Waits;
  readonly beside: Waits;
  /** For which the server with the crowd ran, until all was reported, and until all was settled. */
  readonly seconds: number;
  readonly settledSeconds: number;
}

/** What else the machine does hits both servers: each has its turn, in which the other one is stopped or has nothing to do. */
async function inTurns(quiet: Running, server: Running, count: number): Promise<Turns> {
  const usual: Waits = { mail: [], content: [], ms: 0 };
  const beside: Waits = { mail: [], content: [], ms: 0 };
  const counted = (kind: string): number => server.counts.get(kind) ?? 0;
  const late = until(900_000);
  let [ranMs, settledMs] = [0, NaN];
  while (counted('report-issued') < count && late()) {
    const begun = performance.now();
    const turn = until(BESIDE_MS);
    await load(server.port, () => turn() && counted('report-issued') < count, beside);
    process.kill(server.pid, 'SIGSTOP');
    ranMs += performance.now() - begun;
    if (Number.isNaN(settledMs) && counted('expired') >= count) settledMs = ranMs;
    await load(quiet.port, until(USUAL_MS), usual);
    process.kill(server.pid, 'SIGCONT');
  }
  return { usual, beside, seconds: ranMs / 1_000, settledSeconds: settledMs / 1_000 };
}

function rateOf({ content, ms }: Waits): number {
  return (1_000 * content.length) / ms;
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
