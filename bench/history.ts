/**
 * What keeping a history costs a whole relay: `node --conditions=source bench/history.ts [--messages 4000] [--rounds 4]`
 *
 * Two servers that differ in their `[history]` table alone take the same mail in turns, from Postfix's `smtp-source` and on to
 * its `smtp-sink`. A turn ends when the history has taken the last event, too. Compare the medians of CPU time.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '4000' },
    sessions: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '4' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
const main = join(import.meta.dirname, '../apps/server/src/main.ts');
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'history-'));
const children: ChildProcess[] = [];

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly cpuMs: number[];
  relayed(): number;
}

async function start(name: string, sinkPort: number, more: string): Promise<Server> {
  const folder = join(root, name);
  mkdirSync(folder);
  const port = await freePort();
  writeFileSync(
    join(folder, 'dsnd.toml'),
    `hostname = "mx.example.org"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n` +
      `[[route]]\nmatch = "*"\nto = "smtp://127.0.0.1:${sinkPort}"\n${more}`,
  );
  const child = begin(process.execPath, ['--conditions=source', main, '--config', 'dsnd.toml'], folder);
  let relayed = 0;
  const lines = createInterface({ input: child.stdout ?? Readable.from([]) });
  lines.on('line', (line) => (relayed += line.includes('"event":"relayed"') ? 1 : 0));
  await answering(port);
  return { child, port, cpuMs: [], relayed: () => relayed };
}

function begin(program: string, parameters: readonly string[], cwd = root): ChildProcess {
  const child = spawn(program, parameters, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** One turn of one server; gives its CPU time in ms. */
async function turn(server: Server, messages: number): Promise<number> {
  const before = cpuMs(server);
  const relayed = server.relayed() + messages;
  const load = begin('smtp-source', [
    ...['-s', options.sessions, '-m', String(messages), '-l', '1024', '-d'],
    ...['-f', 'sender@example.org', '-t', 'someone@domain.example', `127.0.0.1:${server.port}`],
  ]);
  await new Promise((done) => load.once('exit', done));
  while (server.relayed() < relayed) await pause(20);
  // The history gathers for a while, then takes what there is.
  await pause(2_000);
  return cpuMs(server) - before;
}

function cpuMs({ child }: Server): number {
  const fields =
    readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  // Ticks of 10 ms, of user and system.
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

async function answering(port: number): Promise<void> {
  const answers = (): Promise<boolean> =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => done(true)).once('error', () => done(false));
      socket.once('data', () => socket.destroy());
    });
  while (!(await answers())) await pause(20);
}

async function run(): Promise<void> {
  const sinkPort = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  begin('smtp-sink', [...user, `127.0.0.1:${sinkPort}`, '1024']);
  await answering(sinkPort);
  const messages = Number(options.messages);
  const bare = await start('bare', sinkPort, '');
  const kept = await start('kept', sinkPort, '[history]\n');
  for (const server of [bare, kept]) await turn(server, messages);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const server of round % 2 === 0 ? [bare, kept] : [kept, bare]) server.cpuMs.push(await turn(server, messages));
  }
  const each = ({ cpuMs: all }: Server): number[] => all.map((ms) => Math.round((1_000 * ms) / messages));
  const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
  console.log(`CPU µs for each message, without a history: ${each(bare).join(' ')}; with one: ${each(kept).join(' ')}`);
  const [without, withOne] = [median(each(bare)), median(each(kept))];
  console.log(`medians ${without} and ${withOne}: ${Math.round((100 * (withOne - without)) / without)} % more`);
}

try {
  await run();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
}
process.exit();
