/**
 * A real dsnd beside very many deferred messages:
 *
 *     node --conditions=source bench/crowd.ts [--deferred 1000000] [--dead 100000] [--seconds 5] [--directory DIR]
 *
 * It prints how long the start takes, what memory is needed, how fast mail is accepted beside the crowd and without it,
 * how late messages are picked that become due, and what one destination that says nothing does to the others.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { cpuMs, memoryKib, pause, route, startDsnd, type Dsnd } from './dsnd.ts';

const { values: options } = parseArgs({
  options: {
    deferred: { type: 'string', default: '1000000' },
    dead: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '5' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
const destinations = 10_000;
const connections = 50;
const spread = 1_000;
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'crowd-'));
const silent = createServer(() => undefined);
await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
const silentPort = (silent.address() as AddressInfo).port;

interface Running extends Dsnd {
  log(): string;
}

async function start(name: string): Promise<Running> {
  let log = '';
  const server = await startDsnd({
    folder: join(root, name),
    toml:
      route('live.example', 'discard:') +
      route('due.example', 'discard:') +
      route('dead.example', `smtp://127.0.0.1:${silentPort}`) +
      route('*', 'smtp://127.0.0.1:9'),
    onLine: (line) => (log += `${line}\n`),
  });
  return { ...server, log: () => log };
}

/** Puts messages into a store that no server has open; `place` gives destination, address and due time by number. */
function fill(name: string, count: number, place: (number: number) => readonly [string, string, number]): void {
  const database = new DatabaseSync(join(root, name, 'queue/queue.db'));
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
  const last = 'SELECT max(seq) AS seq FROM (SELECT seq FROM message UNION ALL SELECT seq FROM fresh)';
  const first = Number(database.prepare(last).get()?.['seq'] ?? 0) + 1;
  const message = database.prepare(
    'INSERT INTO message (seq, id, last_n, envelope, spool, content) VALUES (?, ?, 0, ?, NULL, ?)',
  );
  const recipient = database.prepare(
    `INSERT INTO recipient (seq, destination, n, due_at, address, parameters, shown_as, attempts, retry_at,
      delay_reported, last_failure) VALUES (?, ?, 0, ?, ?, '', NULL, 1, ?, 0, NULL)`,
  );
  const content = Buffer.alloc(1_024, 'Abcdefg hijklmn.\r\n');
  const arrivedAtMs = Date.now();
  for (let number = 0; number < count; number++) {
    const [destination, address, dueAtMs] = place(number);
    const id = `${name}${first + number}`;
    const envelope = {
      ...{ id, reversePath: 'sender@example.org', mailParameters: '', arrivedAtMs, origin: 'smtp' },
      ...{ client: { name: 'client.example.org', address: '127.0.0.1' }, sizeOctets: content.length },
    };
    message.run(first + number, id, JSON.stringify(envelope), content);
    recipient.run(first + number, destination, dueAtMs, address, dueAtMs);
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Loads two servers in turn, so that the moods of the machine come to both. */
async function compare(one: Running, other: Running, seconds: number): Promise<readonly [Load, Load]> {
  const loads: [Load[], Load[]] = [[], []];
  await load(other.port, 1);
  for (let turn = 0; turn < 4; turn++) {
    loads[0].push(await slice(one, seconds / 4));
    loads[1].push(await slice(other, seconds / 4));
  }
  const joined = loads.map((some) => ({
    perSecond: Math.round(some.reduce((sum, { perSecond }) => sum + perSecond, 0) / some.length),
    p99: Math.max(...some.map(({ p99 }) => p99)),
    messages: some.reduce((sum, { messages }) => sum + messages, 0),
    cpuMicroseconds: Math.round(some.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0) / some.length),
  }));
  return joined as [Load, Load];
}

interface Load {
  readonly perSecond: number;
  readonly p99: number;
  readonly messages: number;
  /** Of the server, for each message: the figure that other programs on the machine change least. */
  readonly cpuMicroseconds: number;
}

/** The load of one slice, with the processor time that the server took for it. */
async function slice(server: Running, seconds: number): Promise<Load> {
  const before = cpuMs(server.pid);
  const { messages, ...rest } = await load(server.port, seconds);
  return { ...rest, messages, cpuMicroseconds: Math.round((1_000 * (cpuMs(server.pid) - before)) / messages) };
}

/** Sends for so long over kept connections; gives messages per second and the wait for 250 in ms. */
async function load(port: number, seconds: number): Promise<Omit<Load, 'cpuMicroseconds'>> {
  const waits: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  await Promise.all(Array.from({ length: connections }, (_, number) => send(port, number, end, waits)));
  const elapsed = (performance.now() - begun) / 1_000;
  waits.sort((a, b) => a - b);
  return {
    messages: waits.length,
    perSecond: Math.round(waits.length / elapsed),
    p99: Math.round(waits[Math.floor(waits.length * 0.99)] ?? 0),
  };
}

function told({ perSecond, p99, cpuMicroseconds }: Load, than?: Load): string {
  const share = than === undefined ? '' : ` (${Math.round((100 * perSecond) / than.perSecond)} % of the empty one)`;
  return `${perSecond}/s, p99 ${p99} ms, ${cpuMicroseconds} µs of CPU each${share}`;
}

function send(port: number, number: number, end: number, waits: number[]): Promise<void> {
  const content = `Subject: ${number}\r\n\r\n${'Abcdefg hijklmn.\r\n'.repeat(56)}.\r\n`;
  const envelope = `MAIL FROM:<sender@example.org>\r\nRCPT TO:<someone-${number}@live.example>\r\nDATA\r\n`;
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    let text = '';
    let sentAt = 0;
    socket.once('close', () => done());
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const lines = text.split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('220')) socket.write('EHLO bench.example\r\n');
        else if (line.startsWith('354')) {
          sentAt = performance.now();
          socket.write(content);
        } else if (line.startsWith('250 2.0.0') || (line.startsWith('250 ') && sentAt === 0)) {
          if (sentAt > 0) waits.push(performance.now() - sentAt);
          sentAt = 0;
          if (performance.now() > end) socket.end('QUIT\r\n');
          else if (/queued as|^250 [A-Z0-9]+( |$)/.test(line)) socket.write(envelope);
        } else if (/^[45]/.test(line)) throw new Error(line);
      }
    });
  });
}

function megabytes({ pid }: Running): number {
  return Math.round(memoryKib(pid).now / 1_024);
}

/** How late what became due was delivered, in ms, by the log and by the due times in the addresses. */
function lags(log: string): number[] {
  const found: number[] = [];
  for (const line of log.split('\n')) {
    const due = /"recipient":"due-(\d+)@due\.example"/.exec(line)?.[1];
    const at = /"at":"([^"]+)"/.exec(line)?.[1];
    if (due !== undefined && at !== undefined && line.includes('"event":"delivered"'))
      found.push(Date.parse(at) - Number(due));
  }
  return found.sort((a, b) => a - b);
}

async function run(): Promise<void> {
  const seconds = Number(options.seconds);
  const deferred = Number(options.deferred);
  const dead = Number(options.dead);
  const rows: Record<string, string> = {};

  const first = await start('empty');
  await load(first.port, 1);
  rows['empty: start'] = `${Math.round(first.startMs)} ms`;
  rows['empty: RSS after load'] = `${megabytes(first)} MiB`;

  await (await start('crowd')).stop('SIGKILL');
  const farMs = Date.now() + 10 * 3_600_000;
  let begun = performance.now();
  fill('crowd', deferred, (number) => [
    `smtp://mx.domain-${number % destinations}.example:25`,
    `someone-${number}@domain-${number % destinations}.example`,
    farMs + number,
  ]);
  console.log(
    `${deferred} messages over ${destinations} destinations put in within ${Math.round((performance.now() - begun) / 1_000)} s, ` +
      `${Math.round(statSync(join(root, 'crowd/queue/queue.db')).size / 1_048_576)} MiB`,
  );
  const dueFromMs = Date.now() + 30_000;
  fill('crowd', spread, (number) => [
    `discard:${number}`,
    `due-${dueFromMs + number * 10}@due.example`,
    dueFromMs + number * 10,
  ]);
  const crowd = await start('crowd');
  rows['crowd: start'] = `${Math.round(crowd.startMs)} ms`;
  rows['crowd: RSS after start'] = `${megabytes(crowd)} MiB`;
  const [alone, beside] = await compare(first, crowd, seconds);
  rows['empty: accepted at the same time'] = told(alone);
  rows['crowd: accepted'] = told(beside, alone);
  await pause(Math.max(0, dueFromMs + spread * 10 + 1_500 - Date.now()));
  const late = lags(crowd.log());
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? NaN;
  rows['crowd: due messages picked'] = `${late.length} of ${spread}, p50 ${at(0.5)} ms late, max ${at(1)} ms`;
  rows['crowd: RSS at the end'] = `${megabytes(crowd)} MiB`;
  await crowd.stop('SIGKILL');

  await (await start('dead')).stop('SIGKILL');
  begun = Date.now();
  fill('dead', dead, (number) => [`smtp://127.0.0.1:${silentPort}`, `someone-${number}@dead.example`, begun]);
  const dueNextMs = Date.now() + 25_000;
  fill('dead', spread, (number) => [
    `discard:${number}`,
    `due-${dueNextMs + number * 5}@due.example`,
    dueNextMs + number * 5,
  ]);
  const fair = await start('dead');
  const [still, others] = await compare(first, fair, seconds);
  rows['empty: accepted at the same time as below'] = told(still);
  await pause(Math.max(0, dueNextMs + spread * 5 + 1_500 - Date.now()));
  const waited = lags(fair.log());
  rows[`beside ${dead} messages for a silent host: accepted`] = told(others, still);
  rows['  due messages of others picked'] =
    `${waited.length} of ${spread}, p50 ${waited[Math.floor(waited.length / 2)] ?? NaN} ms late, max ${waited.at(-1) ?? NaN} ms`;
  rows['  RSS'] = `${megabytes(fair)} MiB`;
  await fair.stop('SIGKILL');
  await first.stop('SIGKILL');
  const width = Math.max(...Object.keys(rows).map(({ length }) => length));
  for (const [what, figure] of Object.entries(rows)) console.log(`${what.padEnd(width)}  ${figure}`);
}

try {
  await run();
} finally {
  silent.close();
  rmSync(root, { recursive: true, force: true });
}
process.exit();
