/**
 * What keeping a history costs a whole relay: `node --conditions=source bench/history.ts [--messages 4000] [--rounds 4]`
 *
 * Two servers that differ in their `[history]` table alone take the same mail in turns, from Postfix's `smtp-source` and on to
 * its `smtp-sink`. A turn ends when the history has taken the last event, too. Compare the medians of CPU time.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMs, freePort, greets, pause, route, startDsnd, type Dsnd } from './dsnd.ts';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '4000' },
    sessions: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '4' },
    directory: { type: 'string', default: join(import.meta.dirname, '../node_modules/.cache') },
  },
});
mkdirSync(options.directory, { recursive: true });
const root = mkdtempSync(join(resolve(options.directory), 'history-'));
const children: ChildProcess[] = [];
const servers: Dsnd[] = [];

interface Server extends Dsnd {
  readonly cpuMs: number[];
  relayed(): number;
}

async function start(name: string, sinkPort: number, more: string): Promise<Server> {
  let relayed = 0;
  const server = await startDsnd({
    folder: join(root, name),
    toml: `${route('*', `smtp://127.0.0.1:${sinkPort}`)}${more}`,
    onLine: (line) => (relayed += line.includes('"event":"relayed"') ? 1 : 0),
  });
  servers.push(server);
  return { ...server, cpuMs: [], relayed: () => relayed };
}

function begin(program: string, parameters: readonly string[]): ChildProcess {
  const child = spawn(program, parameters, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

/** One turn of one server; gives its CPU time in ms. */
async function turn(server: Server, messages: number): Promise<number> {
  const before = cpuMs(server.pid);
  const relayed = server.relayed() + messages;
  const load = begin('smtp-source', [
    ...['-s', options.sessions, '-m', String(messages), '-l', '1024', '-d'],
    ...['-f', 'sender@example.org', '-t', 'someone@domain.example', `127.0.0.1:${server.port}`],
  ]);
  await new Promise((done) => load.once('exit', done));
  while (server.relayed() < relayed) await pause(20);
  // The history gathers for a while, then takes what there is.
  await pause(2_000);
  return cpuMs(server.pid) - before;
}

async function run(): Promise<void> {
  const sinkPort = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  begin('smtp-sink', [...user, `127.0.0.1:${sinkPort}`, '1024']);
  await greets(sinkPort);
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
  for (const server of servers) await server.stop('SIGKILL');
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
}
process.exit();
