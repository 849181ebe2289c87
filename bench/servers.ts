/**
 * Mail servers side by side: `npm run bench -- servers`, or with options
 * `node --conditions=source bench/servers.ts [--sessions 10,50] [--sizes 1024] [--seconds 4] [--rounds 3] [--only dsnd,Postfix] [--syncs] [--flame FILE]`
 *
 * dsnd, Postfix, Haraka and smtp-server get the same load by the same generator (smtp-source), and relay to the same sink
 * (smtp-sink). Runs are interleaved, A B C, C B A, so that whatever else the machine does hits all alike; the table has
 * medians. `--syncs` counts how often dsnd, Postfix and Haraka wait for the disk; `--flame` draws where dsnd spends its time.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { profileToSvg } from './servers/flame.ts';
import { cpuSeconds, mebibytes, send, Sink, SIZE_OCTETS, type Load } from './servers/load.ts';
import {
  installHaraka,
  startOurs,
  startHaraka,
  startPostfix,
  startSmtpServer,
  type Place,
  type Subject,
} from './servers/subjects.ts';
import { countSyncs } from './servers/syncs.ts';

const { values: options } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10,50' },
    sizes: { type: 'string', default: `${SIZE_OCTETS}` },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    syncs: { type: 'boolean', default: false },
    flame: { type: 'string' },
  },
});

const FIRST_PORT = 27_100;

/** What one run showed. */
interface Run {
  readonly acceptPerSecond: number;
  readonly relayPerSecond: number | undefined;
  readonly cpuPer1000: number;
  readonly mebibytes: number;
}

async function main(): Promise<void> {
  const missing = ['smtp-source', 'smtp-sink'].filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length > 0) {
    console.log(`${missing.join(' and ')} of Debian's package postfix are not here: nothing to measure with.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-servers-'));
  // Postfix runs as several users.
  chmodSync(folder, 0o755);
  const sink = new Sink(FIRST_PORT);
  try {
    if (options.flame !== undefined) await profileToSvg(placeIn(folder, 'flame', 1), sink, options.flame);
    else if (options.syncs) await syncs(folder, sink);
    else await compare(folder, sink);
  } finally {
    sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function syncs(folder: string, sink: Sink): Promise<void> {
  const haraka = join(folder, 'npm');
  const installed = installHaraka(haraka) ? haraka : undefined;
  console.table(await countSyncs((name, at) => placeIn(folder, name, at), sink, installed));
}

async function compare(folder: string, sink: Sink): Promise<void> {
  const subjects = await startAll(folder);
  const leave = (): void => {
    // Without its servers no run can go on: it fails, and all is cleared away.
    for (const subject of subjects) void subject.stop();
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    for (const sizeOctets of numbers(options.sizes)) {
      for (const kept of [true, false]) {
        for (const sessions of numbers(options.sessions)) {
          await round(subjects, sink, { sessions, sizeOctets, kept });
        }
      }
    }
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

type Shape = Pick<Load, 'sessions' | 'sizeOctets' | 'kept'>;

async function round(subjects: readonly Subject[], sink: Sink, shape: Shape): Promise<void> {
  const runs = new Map<Subject, Run[]>();
  const messages = new Map<Subject, number>();
  for (const subject of subjects) {
    messages.set(subject, await warm(subject, sink, shape));
    runs.set(subject, []);
  }
  for (let turn = 0; turn < Number(options.rounds); turn++) {
    for (const subject of turn % 2 === 0 ? subjects : subjects.toReversed()) {
      runs.get(subject)?.push(await run(subject, sink, shape, messages.get(subject) ?? 0));
    }
  }
  const connections = shape.kept ? 'connections kept' : 'one connection per message';
  console.log(`\n${shape.sizeOctets} octets, ${shape.sessions} sessions, ${connections}`);
  table(runs);
}

/** Runs until one takes half of the time of a round, so that compilers and caches are warm. Gives the messages of a round. */
async function warm(subject: Subject, sink: Sink, shape: Shape): Promise<number> {
  const seconds = Number(options.seconds);
  for (let messages = 20 * shape.sessions + 500; ; messages *= 3) {
    const { acceptPerSecond } = await run(subject, sink, shape, messages);
    if (messages / acceptPerSecond > seconds / 2) return Math.ceil(seconds * acceptPerSecond);
  }
}

async function run(subject: Subject, sink: Sink, shape: Shape, messages: number): Promise<Run> {
  const { pid, port, relays } = subject;
  const before = { messages: sink.messages, cpuSeconds: cpuSeconds(pid) };
  const startMs = performance.now();
  const acceptMs = await send({ ...shape, port, messages, recipient: 'b@relay.example' });
  const memory = mebibytes(pid);
  if (relays) await sink.reaches(before.messages + messages);
  const relayMs = performance.now() - startMs;
  return {
    acceptPerSecond: (messages / acceptMs) * 1000,
    relayPerSecond: relays ? (messages / relayMs) * 1000 : undefined,
    cpuPer1000: ((cpuSeconds(pid) - before.cpuSeconds) / messages) * 1000,
    mebibytes: memory,
  };
}

function table(runs: ReadonlyMap<Subject, readonly Run[]>): void {
  const rows = [...runs].map(([{ name }, all]) => ({
    name,
    accept: median(all.map((one) => one.acceptPerSecond)),
    relay: all[0]?.relayPerSecond === undefined ? undefined : median(all.map((one) => one.relayPerSecond ?? 0)),
    cpu: median(all.map((one) => one.cpuPer1000)),
    memory: Math.max(...all.map((one) => one.mebibytes)),
  }));
  const base = rows.find(({ name }) => name === 'Postfix') ?? rows[0];
  console.log('| server | accepted/s | × | relayed/s | × | CPU s per 1 000 | × | PSS MiB |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { name, accept, relay, cpu, memory } of rows) {
    const relayed = relay === undefined ? ['', ''] : [relay.toFixed(0), times(relay, base?.relay)];
    const cells = [accept.toFixed(0), times(accept, base?.accept), ...relayed, cpu.toFixed(2), times(cpu, base?.cpu)];
    console.log(`| ${[name, ...cells, memory.toFixed(0)].join(' | ')} |`);
  }
}

async function startAll(folder: string): Promise<readonly Subject[]> {
  const wanted = options.only?.toLowerCase().split(',');
  const wants = (name: string): boolean => wanted === undefined || wanted.includes(name);
  const subjects: Subject[] = [];
  if (wants('postfix')) {
    if (process.getuid?.() === 0 && spawnSync('which', ['postfix']).status === 0)
      subjects.push(await startPostfix(placeIn(folder, 'postfix', 2)));
    else console.log('Postfix is left out: it needs root and its package.');
  }
  const installed = join(folder, 'npm');
  if (wants('haraka')) {
    if (installHaraka(installed)) subjects.push(await startHaraka(placeIn(folder, 'haraka', 3), installed));
    else console.log('Haraka is left out: npm could not install it.');
  }
  if (wants('smtp-server')) {
    subjects.push(await startSmtpServer(placeIn(folder, 'smtp-server', 4), true));
    subjects.push(await startSmtpServer(placeIn(folder, 'smtp-server-plain', 5), false));
  }
  if (wants('dsnd')) subjects.push(await startOurs(placeIn(folder, 'dsnd', 1)));
  const processor = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  console.log(`${processor}, ${options.rounds} rounds of some ${options.seconds} s; × is beside ${subjects[0]?.name}`);
  return subjects;
}

function placeIn(folder: string, name: string, at: number): Place {
  const own = join(folder, name);
  mkdirSync(own, { mode: 0o755 });
  return { folder: own, port: FIRST_PORT + at, sinkPort: FIRST_PORT };
}

function numbers(text: string): readonly number[] {
  return text.split(',').map(Number);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function times(value: number, base: number | undefined): string {
  return base === undefined ? '' : (value / base).toFixed(2);
}

await main();
