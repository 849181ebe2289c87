/**
 * A real dsnd beside very many deferred messages:
 *
 *     node --conditions=source bench/crowd.ts [--deferred 1000000] [--dead 100000] [--seconds 12] [--directory DIR]
 *
 * It prints how long the start takes, what memory is needed, how fast mail is accepted beside the crowd and without it,
 * how late messages are picked that become due, and what one destination does to the others that says nothing, or refuses.
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
    seconds: { type: 'string', default: '12' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
const destinations = 10_000;
const connections = 50;
const spread = 1_000;
const TURNS = 8;
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

/** Loads two servers in turn, so that the moods of the machine come to both; medians. */
async function compare(one: Running, other: Running, seconds: number): Promise<readonly [Load, Load]> {
  const [ours, theirs]: [Load[], Load[]] = [[], []];
  await load(other.port, 1);
  for (let turn = 0; turn < TURNS; turn++) {
    const take = async (which: Running, into: Load[]): Promise<void> => {
      into.push(await slice(which, seconds / TURNS));
    };
    if (turn % 2 === 0) await take(one, ours);
    await take(other, theirs);
    if (turn % 2 === 1) await take(one, ours);
  }
  return [joined(ours), joined(theirs)];
}

function joined(loads: readonly Load[]): Load {
  const median = (of: (load: Load) => number): number =>
    loads.map(of).toSorted((a, b) => a - b)[Math.floor(loads.length / 2)] ?? NaN;
  return {
    perSecond: median(({ perSecond }) => perSecond),
    p99: median((each) => each.p99),
    messages: loads.reduce((sum, { messages }) => sum + messages, 0),
    cpuMicroseconds: median(({ cpuMicroseconds }) => cpuMicroseconds),
  };
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

type Place = (number: number) => readonly [destination: string, address: string, dueAtMs: number];

/**
 * A server that finds a crowd in its store, and messages of others that become due while both servers are loaded; rows of the
 * table.
 */
async function scene(
  name: string,
  { empty, count, place }: { readonly empty: Running; readonly count: number; readonly place: Place },
): Promise<readonly (readonly [string, string])[]> {
  const seconds = Number(options.seconds);
  await (await start(name)).stop('SIGKILL');
  const begun = performance.now();
  fill(name, count, place);
  const filledMs = performance.now() - begun;
  const dueFromMs = Date.now() + 4_000;
  const everyMs = Math.round((2_000 * seconds) / spread);
  fill(name, spread, (number) => {
    const dueAtMs = dueFromMs + number * everyMs;
    return [`discard:${number}`, `due-${dueAtMs}@due.example`, dueAtMs];
  });
  const { size } = statSync(join(root, name, 'queue/queue.db'));
  console.log(`${name}: filled in ${Math.round(filledMs / 1_000)} s, ${Math.round(size / 1_048_576)} MiB`);
  const server = await start(name);
  const afterStart = megabytes(server);
  const [alone, beside] = await compare(empty, server, seconds);
  await pause(Math.max(0, dueFromMs + spread * everyMs + 1_500 - Date.now()));
  const late = lags(server.log());
  const at = (share: number) => late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? NaN;
  const memory = `${afterStart} MiB, then ${megabytes(server)} MiB`;
  await server.stop('SIGKILL');
  return [
    [`${name}: start, RSS`, `${Math.round(server.startMs)} ms, ${memory}`],
    ['  accepted', told(beside, alone)],
    ['  by the empty one in turns with it', told(alone)],
    [
      '  due messages of others picked',
      `${late.length} of ${spread}, late by ${at(0.5)} ms (p50), ${at(0.99)} ms (p99), ${at(1)} ms (max)`,
    ],
  ];
}

async function run(): Promise<void> {
  const empty = await start('empty');
  await load(empty.port, 1);
  const rows: (readonly [string, string])[] = [
    ['empty: start, RSS after load', `${Math.round(empty.startMs)} ms, ${megabytes(empty)} MiB`],
  ];
  const farMs = Date.now() + 10 * 3_600_000;
  const deferred = Number(options.deferred);
  const far: Place = (number) => {
    const domain = `domain-${number % destinations}.example`;
    return [`smtp://mx.${domain}:25`, `someone-${number}@${domain}`, farMs + number];
  };
  const nowMs = Date.now();
  const dueAt =
    (port: number, domain: string): Place =>
    (number) => [`smtp://127.0.0.1:${port}`, `someone-${number}@${domain}`, nowMs];
  const dead = Number(options.dead);
  const kinds: readonly (readonly [string, number, Place])[] = [
    [`${deferred} deferred over ${destinations} destinations`, deferred, far],
    [`${dead} due for a host that says nothing`, dead, dueAt(silentPort, 'dead.example')],
    [`${dead} due for a host that refuses`, dead, dueAt(9, 'refusing.example')],
  ];
  for (const [name, count, place] of kinds) {
    if (count > 0) rows.push(...(await scene(name, { empty, count, place })));
  }
  await empty.stop('SIGKILL');
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, figure] of rows) console.log(`${what.padEnd(width)}  ${figure}`);
}

try {
  await run();
} finally {
  silent.close();
  rmSync(root, { recursive: true, force: true });
}
process.exit();
