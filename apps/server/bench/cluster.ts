/**
 * Several nodes on one PostgreSQL beside one on SQLite: `npm run bench -- cluster`, or with options
 * `node --conditions=source apps/server/bench/cluster.ts [--nodes 1,2,3] [--sessions 60] [--messages 6000] [--rounds 2] [--size 1024]`
 *
 * All get the same load by the same generator (smtp-source, its sessions shared out evenly among the nodes) and relay to the
 * same sink. The database is durable: it syncs every commit. Runs are interleaved, A B C, C B A; the table has medians.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { postgresMissing, startPostgres, type PostgresServer } from '../test/postgres/postgres.ts';
import { freePort } from '../test/support/dsnd.ts';
import { bundle } from '../test/torture/server.ts';
import { DatabaseCounters, type Counted } from './cluster/counters.ts';
import { countRoundTrips } from './cluster/round-trips.ts';
import { startNode, type RunningNode } from './cluster/subjects.ts';
// eslint-disable-next-line house/stay-inside -- the load of all benches of servers
import { cpuSeconds, send, Sink } from '../../../bench/servers/load.ts';

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1,2,3' },
    sessions: { type: 'string', default: '60' },
    messages: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '2' },
    size: { type: 'string', default: '1024' },
  },
});
const sessions = Number(options.sessions);
const sizeOctets = Number(options.size);

/** What is measured: one node on SQLite, or so many on PostgreSQL. */
interface Subject {
  readonly name: string;
  readonly engine: 'SQLite' | 'PostgreSQL';
  readonly nodes: number;
}

/** What one run showed, by message. */
interface Run {
  readonly acceptPerSecond: number;
  readonly relayPerSecond: number;
  /** CPU seconds for 1 000. */
  readonly nodeCpu: number;
  readonly databaseCpu: number;
  readonly counted: Counted | undefined;
}

async function main(): Promise<void> {
  const reason = missing();
  if (reason !== undefined) {
    console.log(`Nothing to measure with: ${reason}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-bench-cluster-'));
  const database = await startPostgres({ durable: true, settings: { max_wal_size: '4GB' } });
  const sink = new Sink(await freePort());
  try {
    await compare(new Yard(folder, bundle(join(folder, 'program')), database, sink));
  } finally {
    sink.close();
    await database.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function missing(): string | undefined {
  const tools = ['smtp-source', 'smtp-sink'].filter((name) => spawnSync('which', [name]).status !== 0);
  return tools.length > 0 ? `${tools.join(' and ')} of Debian's package postfix are not here` : postgresMissing();
}

async function compare(yard: Yard): Promise<void> {
  const counts = options.nodes.split(',').map(Number);
  const subjects: Subject[] = [
    { name: 'SQLite, 1 node', engine: 'SQLite', nodes: 1 },
    ...counts.map((nodes): Subject => ({
      name: `PostgreSQL, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`,
      engine: 'PostgreSQL',
      nodes,
    })),
  ];
  const runs = new Map(subjects.map((subject): [Subject, Run[]] => [subject, []]));
  for (let turn = 0; turn < Number(options.rounds); turn++)
    for (const subject of turn % 2 === 0 ? subjects : subjects.toReversed())
      runs.get(subject)?.push(await yard.run(subject));
  console.log(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; ${await yard.version()}, fsync on; ${options.messages} messages of ` +
      `${sizeOctets} octets, ${sessions} sessions in all, connections kept; median of ${options.rounds}`,
  );
  table(runs);
  for (const nodes of counts) {
    const { perMessage, messages } = await yard.roundTrips(nodes);
    console.log(
      `Round trips to the database with ${nodes}: ${perMessage.toFixed(2)} per message (${messages} messages)`,
    );
  }
}

/** Runs subjects one after the other; each begins with an empty queue. */
class Yard {
  readonly #folder: string;
  readonly #program: string;
  readonly #database: PostgresServer;
  readonly #sink: Sink;
  #started = 0;

  constructor(folder: string, program: string, database: PostgresServer, sink: Sink) {
    this.#folder = folder;
    this.#program = program;
    this.#database = database;
    this.#sink = sink;
  }

  async run({ engine, nodes }: Subject): Promise<Run> {
    const messages = Number(options.messages);
    const url = engine === 'SQLite' ? undefined : await this.#database.newDatabase();
    const running = await this.#start(nodes, url ?? 'sqlite:queue');
    const counters = url === undefined ? undefined : await DatabaseCounters.open(url);
    try {
      await this.#load(running, WARM_UP * nodes);
      await counters?.begin();
      const cpu = (): number => running.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
      const before = { nodes: cpu(), database: cpuSeconds(this.#database.pid()) };
      const { acceptMs, relayMs } = await this.#load(running, messages);
      // The last settlements are on their way.
      await moment(500);
      return {
        acceptPerSecond: (messages / acceptMs) * 1_000,
        relayPerSecond: (messages / relayMs) * 1_000,
        nodeCpu: ((cpu() - before.nodes) / messages) * 1_000,
        databaseCpu: url === undefined ? 0 : ((cpuSeconds(this.#database.pid()) - before.database) / messages) * 1_000,
        counted: await counters?.end(messages),
      };
    } finally {
      await counters?.close();
      await Promise.all(running.map((node) => node.stop()));
    }
  }

  /** A run of its own, since counting costs time. */
  async roundTrips(nodes: number): Promise<{ readonly perMessage: number; readonly messages: number }> {
    const way = await countRoundTrips(this.#database.port);
    const url = (await this.#database.newDatabase()).replace(`:${this.#database.port}/`, `:${way.port}/`);
    const running = await this.#start(nodes, url);
    const messages = Math.ceil(Number(options.messages) / 4);
    try {
      await this.#load(running, WARM_UP * nodes);
      const before = way.roundTrips;
      await this.#load(running, messages);
      await moment(500);
      return { perMessage: (way.roundTrips - before) / messages, messages };
    } finally {
      await Promise.all(running.map((node) => node.stop()));
      way.close();
    }
  }

  async version(): Promise<string> {
    const counters = await DatabaseCounters.open(await this.#database.newDatabase());
    const version = await counters.version();
    await counters.close();
    return version;
  }

  async #start(nodes: number, store: string): Promise<readonly RunningNode[]> {
    const starting = Array.from({ length: nodes }, async () =>
      startNode({
        ...{ program: this.#program, folder: this.#folder, name: `n${++this.#started}`, store },
        ...{ port: await freePort(), sinkPort: this.#sink.port },
      }),
    );
    const running = await Promise.all(starting);
    // Nodes hear of each other once a second.
    if (nodes > 1) await moment(1_500);
    return running;
  }

  async #load(running: readonly RunningNode[], messages: number): Promise<{ acceptMs: number; relayMs: number }> {
    const share = (of: number): number => Math.ceil(of / running.length);
    const wanted = this.#sink.messages + share(messages) * running.length;
    const load = { recipient: 'b@relay.example', sizeOctets, kept: true };
    const startMs = performance.now();
    await Promise.all(
      running.map(({ port }) => send({ ...load, port, sessions: share(sessions), messages: share(messages) })),
    );
    const acceptMs = performance.now() - startMs;
    await this.#sink.reaches(wanted);
    return { acceptMs, relayMs: performance.now() - startMs };
  }
}

/** For each node: so many until its code is compiled. */
const WARM_UP = 1_000;

function table(runs: ReadonlyMap<Subject, readonly Run[]>): void {
  const rows = [...runs].map(([{ name }, all]) => ({
    name,
    accept: median(all.map((run) => run.acceptPerSecond)),
    relay: median(all.map((run) => run.relayPerSecond)),
    nodeCpu: median(all.map((run) => run.nodeCpu)),
    databaseCpu: median(all.map((run) => run.databaseCpu)),
    counted: all.flatMap(({ counted }) => counted ?? []),
  }));
  const base = rows[0];
  console.log(
    '| store | accepted/s | × | relayed/s | × | CPU s per 1 000: nodes | database | together, × | database, % | commits per message | WAL octets per message |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { name, accept, relay, nodeCpu, databaseCpu, counted } of rows) {
    const all = nodeCpu + databaseCpu;
    const cells = [
      ...[accept.toFixed(0), times(accept, base?.accept), relay.toFixed(0), times(relay, base?.relay)],
      ...[
        nodeCpu.toFixed(2),
        databaseCpu.toFixed(2),
        times(all, base?.nodeCpu),
        ((databaseCpu / all) * 100).toFixed(0),
      ],
      ...(counted.length === 0
        ? ['', '']
        : [
            median(counted.map((one) => one.commits)).toFixed(2),
            median(counted.map((one) => one.walOctets)).toFixed(0),
          ]),
    ];
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
}

function times(value: number, base: number | undefined): string {
  return base === undefined ? '' : (value / base).toFixed(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function moment(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await main();
