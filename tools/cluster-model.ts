/**
 * What a cluster carries: `node tools/cluster-model.ts [--size 10240] [--peak 3] [--node-cores 1.5] [--database-cores 16]
 * [--wal-per-second 200e6]`
 *
 * Arithmetic over constants that were measured (docs/scale.md says where and how), and a small simulation of how messages come
 * to share transactions.
 */
import { parseArgs } from 'node:util';

/** What was measured, on one machine; CPU is seconds of one of its cores. */
export interface Constants {
  /** A node: for each message, for each octet of its content, and for each transaction that it asks for. */
  readonly nodePerMessage: number;
  readonly nodePerOctet: number;
  readonly nodePerTransaction: number;
  /** The database, the same. */
  readonly databasePerMessage: number;
  readonly databasePerOctet: number;
  readonly databasePerTransaction: number;
  /** Octets of the log for a message, beside its content. */
  readonly logBesideContent: number;
  /** Transactions of a node side by side, and how long one takes under full load: seconds, by itself and for each job in it. */
  readonly lanes: number;
  readonly transactionSeconds: number;
  readonly jobSeconds: number;
}

/** The figures of docs/scale.md. */
export const measured: Constants = {
  nodePerMessage: 0.000_28,
  nodePerOctet: 17e-9,
  nodePerTransaction: 0.000_33,
  databasePerMessage: 0.000_07,
  databasePerOctet: 11e-9,
  databasePerTransaction: 0.000_48,
  logBesideContent: 1_800,
  lanes: 3,
  transactionSeconds: 0.008,
  jobSeconds: 0.000_05,
};

/** What a database machine can give. */
export interface Engine {
  readonly cores: number;
  readonly logOctetsPerSecond: number;
}

/** What passes through. */
export interface Load {
  readonly messagesPerSecond: number;
  /** Of the content. */
  readonly sizeOctets: number;
}

/** What a load asks of a cluster with so many nodes: shares of what there is, 1 is all of it. */
export interface Demand {
  readonly transactionsPerMessage: number;
  readonly 'CPU of a node': number;
  readonly 'CPU of the database': number;
  readonly 'log of the database': number;
}

/**
 * Simulates one node: jobs (two for each message, to store and to settle it) come at random; up to `lanes` transactions go on
 * side by side, each with all that waits when it begins, at most 200.
 *
 * @returns transactions per message
 */
export function transactionsPerMessage(messagesPerSecond: number, constants: Constants = measured): number {
  const { lanes, transactionSeconds, jobSeconds } = constants;
  const random = generator();
  const free = Array.from({ length: lanes }, () => 0);
  let transactions = 0;
  let now = 0;
  let waiting = 0;
  for (let job = 0; job < JOBS; job++) {
    now -= Math.log(1 - random()) / (2 * messagesPerSecond);
    // Lanes that became free before this job came took what waited.
    for (let lane = first(free); waiting > 0 && (free[lane] ?? 0) <= now; lane = first(free)) {
      const taken = Math.min(waiting, 200);
      waiting -= taken;
      transactions++;
      free[lane] = (free[lane] ?? 0) + transactionSeconds + taken * jobSeconds;
    }
    waiting++;
    const idle = first(free);
    if ((free[idle] ?? 0) > now) continue;
    // It is the first that waits: what came before was taken above.
    free[idle] = now + transactionSeconds + waiting * jobSeconds;
    waiting = 0;
    transactions++;
  }
  return ((transactions + Math.ceil(waiting / 200)) * 2) / JOBS;
}

/** What is asked of nodes and database when so many nodes share a load evenly. */
export function demand(
  { messagesPerSecond, sizeOctets }: Load,
  nodes: number,
  nodeCores: number,
  engine: Engine,
  constants: Constants = measured,
): Demand {
  const perMessage = transactionsPerMessage(messagesPerSecond / nodes, constants);
  const node =
    constants.nodePerMessage + sizeOctets * constants.nodePerOctet + perMessage * constants.nodePerTransaction;
  const database =
    constants.databasePerMessage +
    sizeOctets * constants.databasePerOctet +
    perMessage * constants.databasePerTransaction;
  return {
    transactionsPerMessage: perMessage,
    'CPU of a node': ((messagesPerSecond / nodes) * node) / nodeCores,
    'CPU of the database': (messagesPerSecond * database) / engine.cores,
    'log of the database': (messagesPerSecond * (constants.logBesideContent + sizeOctets)) / engine.logOctetsPerSecond,
  };
}

/** What is used most, and how much of it. */
export function bottleneck(asked: Demand): { readonly what: string; readonly share: number } {
  const sorted = Object.entries<number>({ ...asked })
    .filter(([what]) => what !== 'transactionsPerMessage')
    .sort(([, a], [, b]) => b - a);
  const [what = '', share = 0] = sorted[0] ?? [];
  return { what, share };
}

/** The least number of nodes, and of queues with a database of their own each, none used beyond `USED` of what it can give. */
export function plan(load: Load, nodeCores: number, engine: Engine): { queues: number; nodes: number; demand: Demand } {
  for (let queues = 1; ; queues++) {
    const part = { ...load, messagesPerSecond: load.messagesPerSecond / queues };
    for (let nodes = 1; nodes <= NODES_PER_QUEUE; nodes++) {
      const asked = demand(part, nodes, nodeCores, engine);
      if (bottleneck(asked).share <= USED) return { queues, nodes, demand: asked };
      // More nodes don't help a database.
      if (asked['CPU of a node'] <= USED) break;
    }
  }
}

const JOBS = 20_000;
/** Connections to a database are few: 8 and one for notifications for each node. */
const NODES_PER_QUEUE = 40;
/** Room for what comes in bursts. */
const USED = 0.7;

function first(free: readonly number[]): number {
  return free.indexOf(Math.min(...free));
}

/** Numbers that look random and are the same each time: a linear congruential generator of 32 bits. */
function generator(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '10240' },
      peak: { type: 'string', default: '3' },
      'node-cores': { type: 'string', default: '1.5' },
      'database-cores': { type: 'string', default: '16' },
      'wal-per-second': { type: 'string', default: '200e6' },
    },
  });
  const engine = {
    cores: Number(values['database-cores']),
    logOctetsPerSecond: Number(values['wal-per-second']),
  };
  const percent = (share: number): string => (share * 100).toFixed(0);
  console.log(
    '| messages a day | at peak, per second | queues | nodes for each | transactions per message | node CPU, % | database CPU, % | log, % | first limit |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |');
  for (const perDay of [1e6, 1e7, 5e7, 1e8, 3e8, 1e9]) {
    const messagesPerSecond = (perDay / 86_400) * Number(values.peak);
    const load = { messagesPerSecond, sizeOctets: Number(values.size) };
    const { queues, nodes, demand: asked } = plan(load, Number(values['node-cores']), engine);
    const { transactionsPerMessage: shared, ...shares } = asked;
    const cells = [
      ...[(perDay / 1e6).toFixed(0) + ' million', messagesPerSecond.toFixed(0), queues, nodes, shared.toFixed(2)],
      ...[...Object.values(shares).map(percent), bottleneck(asked).what],
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
