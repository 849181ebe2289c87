import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../postgres/postgres.ts';
import type { Hosts } from '../support/namespaces.ts';
import { freePort, temporaryFolder } from '../support/dsnd.ts';
import { startRecordingHop, type Personality, type RecordingHop } from '../support/recording-hop.ts';
import { submit, type Answered } from './client.ts';
import { judge, owedNumbers, ReportReader, type Doubles, type Evidence, type Verdict } from './ledger.ts';
import { Node } from './node.ts';
import { planned } from './plan.ts';
import { bundle } from './server.ts';

/** What is done to the cluster while it works. */
export const disturbances = ['kill', 'sleep', 'database', 'stop'] as const;
/** `partition` needs hosts of their own: the link between a node and the database is cut for longer than the lease. */
export type Disturbance = (typeof disturbances)[number] | 'partition';

/** Ways to break the store from outside, to see whether the harness notices. */
export const sabotages: Readonly<Record<string, string>> = {
  'gives a claim to two': `UPDATE dsnkit_recipient SET ready_at = due_at, token = NULL
    WHERE token IS NOT NULL AND attempts = 0`,
  'loses a recipient': `DELETE FROM dsnkit_recipient WHERE (message, n) IN
    (SELECT message, n FROM dsnkit_recipient WHERE token IS NOT NULL LIMIT 1)`,
};

export interface ClusterOptions {
  /** So many come as fast as they can; while disturbances are still to come, a trickle follows. */
  readonly messages: number;
  readonly nodes: number;
  /** Only these, in turn. Default: all. */
  readonly disturbances?: readonly Disturbance[];
  /** So many disturbances, no more and no fewer. Default: as many as come about while the messages come. */
  readonly times?: number;
  /** A statement that is done to the database again and again. */
  readonly sabotage?: string;
  /** Where the nodes and the database run. Default: all on this host. */
  readonly hosts?: Hosts;
  /** For how long links are cut. Default: the lease and some seconds more. */
  readonly partitionMs?: number;
  /** Told every reply by which a message was refused. */
  readonly refused?: (reply: string) => void;
  /** Told now and then. */
  readonly progress?: (line: string) => void;
}

/** A recipient to which the hop of a node has said its final 250. */
export interface ClusterRelayed {
  readonly address: string;
  readonly command: string;
  readonly node: number;
  readonly atMs: number;
}

const LOCAL = '127.0.0.1';
const CLIENTS = 32;
const LEASE_MS = 5_000;
const LARGE_OCTETS = 700_000;
/** So long after the hop's 250 a settlement may be on its way, on a busy machine. */
const SETTLING_MS = 5_000;
const BETWEEN_MS = 2_500;
const TRICKLE_MS = 500;
/** A claim that runs out does not come to another so soon after the first node had its 250. */
const STOLEN_MS = 1_000;
/** Outages that are told with a fault. */
const NEAR_MS = 10_000;
/**
 * So long after an outage its end is not felt by all: statements on a link that was cut have failed by then, and claims
 * that could not be renewed while the database was away have run out.
 */
const MENDING_MS: Partial<Record<Disturbance, number>> = { partition: 32_000, database: LEASE_MS };

/**
 * Several nodes share a queue in PostgreSQL and take mail, while nodes are killed, put to sleep for longer than their lease,
 * and ended and begun again, and the database is killed and begun again. At the end all have to be up and the queue empty.
 */
export async function tortureCluster(options: ClusterOptions): Promise<Verdict> {
  const folder = temporaryFolder('dsnd-cluster-');
  const yard = new ClusterYard(folder.path, options);
  try {
    await yard.open();
    return await yard.torture();
  } finally {
    await yard.close();
    folder.remove();
  }
}

class ClusterYard {
  readonly #folder: string;
  readonly #options: ClusterOptions;
  readonly #answers = new Map<number, Answered>();
  readonly #relayed: ClusterRelayed[] = [];
  readonly #hops: RecordingHop[] = [];
  readonly #nodes: Node[] = [];
  readonly #done = new Map<Disturbance, number>();
  /** When a node, or with -1 the database, was out of order. */
  readonly #outages: { readonly node: number; readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #refusals = new Map<string, number>();
  /** When recipients that were relayed were settled, by UTC. */
  readonly #settled = new Map<string, number>();
  #database: PostgresServer | undefined;
  #url = '';
  /** Recipients that were relayed twice while their node and the database were well. */
  #undisturbed = 0;
  #next = 0;

  constructor(folder: string, options: ClusterOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { hosts } = this.#options;
    const host = hosts && { ...hosts.database, network: hosts.network };
    this.#database = await startPostgres({
      durable: true,
      // A database that is killed every half minute never comes to its vacuum, once a minute by default.
      settings: { autovacuum_naptime: '5s' },
      ...(host === undefined ? {} : { host }),
    });
    this.#url = await this.#database.newDatabase();
    const program = bundle(join(this.#folder, 'program'));
    for (let index = 0; index < this.#options.nodes; index++) {
      const hops = await Promise.all([this.#startHop(index, []), this.#startHop(index, ['DSN'])]);
      this.#hops.push(...hops);
      const port = await freePort();
      const [plain = 0, knowing = 0] = hops.map((hop) => hop.port);
      const host = hosts?.nodes[index];
      const url = hosts === undefined ? this.#url : this.#url.replace(hosts.database.address, hosts.databaseAddress);
      const addresses = { own: host?.address ?? LOCAL, hop: host?.ours ?? LOCAL };
      const toml = configuration({ index, url, addresses, port, hops: [plain, knowing], expireMs: this.#expireMs() });
      this.#nodes.push(
        new Node({ program, folder: this.#folder, name: `n${index}`, toml, port, host, settled: this.#noteSettled }),
      );
    }
    await Promise.all(this.#nodes.map((node) => node.start()));
  }

  /** Long enough that a message is tried, and its delay told, before it expires. */
  #expireMs(): number {
    return Math.max(40_000, 1.5 * (this.#options.partitionMs ?? 0));
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.kill()));
    await Promise.all(this.#hops.map((hop) => hop.close()));
    await this.#database?.dispose();
  }

  async torture(): Promise<Verdict> {
    const startMs = performance.now();
    const working = Array.from({ length: CLIENTS }, (_, index) => this.#submitAll(index));
    const busy = { going: true };
    const disturbing = Promise.all([this.#disturbAll(busy), this.#sabotage(busy)]);
    await Promise.all(working);
    const seconds = (performance.now() - startMs) / 1000;
    busy.going = false;
    await disturbing;
    const reader = new ReportReader(join(this.#folder, 'mail'));
    await this.#finish(reader);
    const verdict = judge(this.#evidence(), reader, () => this.#doubles());
    return {
      problems: [...verdict.problems, ...(await this.#leftovers())],
      figures: {
        ...{ nodes: this.#nodes.length, messages: this.#next, 'seconds of submitting': Math.round(seconds) },
        ...Object.fromEntries([...this.#done].map(([what, times]) => [`  ${what}`, times])),
        ...Object.fromEntries(this.#nodes.map(({ name }, index) => [`  relayed by ${name}`, this.#relayedBy(index)])),
        ...verdict.figures,
        'relayed twice while nothing was disturbed': this.#undisturbed,
        ...Object.fromEntries([...this.#refusals].map(([reply, times]) => [`  ${reply}`, times])),
      },
    };
  }

  async #submitAll(client: number): Promise<void> {
    while (this.#next < this.#options.messages || !this.#isDisturbedEnough()) {
      if (this.#next >= this.#options.messages) await moment(TRICKLE_MS);
      const number = this.#next++;
      if (number % 5_000 === 0) this.#options.progress?.(`${number} messages`);
      const index = (number + client) % this.#nodes.length;
      const node = this.#nodes[index];
      if (node === undefined) return;
      const refused = (reply: string): void => this.#noteRefusal(reply);
      const said = { ...message(number, number % 200 === 199 ? LARGE_OCTETS : 100), refused };
      const answer = await submit(node.port, said, this.#options.hosts?.nodes[index]?.address);
      this.#answers.set(number, answer);
      // A client that finds nobody, or is told to come back, does so after a while.
      if (answer !== 'accepted') await moment(100);
    }
  }

  readonly #noteSettled = (address: string, atMs: number): void => {
    const before = this.#settled.get(address) ?? Infinity;
    this.#settled.set(address, Math.min(before, atMs));
  };

  #noteRefusal(reply: string): void {
    this.#refusals.set(reply, (this.#refusals.get(reply) ?? 0) + 1);
    this.#options.refused?.(reply);
  }

  #isDisturbedEnough(): boolean {
    const { times = 0 } = this.#options;
    return [...this.#done.values()].reduce((sum, count) => sum + count, 0) >= times;
  }

  async #disturbAll(busy: { readonly going: boolean }): Promise<void> {
    const wanted = this.#options.disturbances ?? disturbances;
    for (let turn = 0; turn < (this.#options.times ?? Infinity); turn++) {
      await moment(BETWEEN_MS * (0.5 + Math.random()));
      if (!busy.going) return;
      const what = wanted[turn % wanted.length];
      if (what === undefined) continue;
      const index = Math.floor(Math.random() * this.#nodes.length);
      const fromMs = performance.now();
      await this.#disturb(what, index);
      const toMs = performance.now() + (MENDING_MS[what] ?? 0);
      this.#outages.push({ node: what === 'database' ? -1 : index, fromMs, toMs });
      this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
      this.#options.progress?.(`${what}${what === 'database' ? '' : ` of n${index}`}`);
    }
  }

  async #sabotage(busy: { readonly going: boolean }): Promise<void> {
    const { sabotage } = this.#options;
    if (sabotage === undefined) return;
    const client = new pg.Client({ connectionString: this.#url });
    await client.connect();
    while (busy.going) {
      await client.query(sabotage);
      await moment(20);
    }
    await client.end();
  }

  async #disturb(what: Disturbance, index: number): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined) return;
    switch (what) {
      case 'kill':
        await node.kill();
        await moment(Math.random() * 2_000);
        await node.start();
        return;
      case 'stop':
        await node.stop();
        await node.start();
        return;
      case 'sleep':
        await node.sleep(LEASE_MS + 1_000 + Math.random() * 4_000);
        return;
      case 'partition':
        this.#options.hosts?.link(index, 'down');
        await moment(this.#options.partitionMs ?? LEASE_MS + 1_000 + Math.random() * 4_000);
        this.#options.hosts?.link(index, 'up');
        return;
      case 'database':
        await this.#database?.kill();
        await moment(Math.random() * 2_000);
        await this.#database?.start();
    }
  }

  async #finish(reader: ReportReader): Promise<void> {
    for (const node of this.#nodes) if (!node.isUp()) await node.start();
    // A store that is broken will not pay.
    const untilMs = performance.now() + (this.#options.sabotage === undefined ? 240_000 : 45_000);
    while (performance.now() < untilMs && !(this.#isPaid(reader) && (await this.#rows()).size === 0)) await moment(500);
    // A report too many would come now.
    await moment(LEASE_MS);
    reader.readNew();
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  #isPaid(reader: ReportReader): boolean {
    const groups = new Set(reader.readNew());
    const relayed = new Set(this.#relayed.map(({ address }) => address));
    return owedNumbers(this.#evidence(), reader.groups).every((number) => {
      const plan = planned(number);
      return plan.owed.every((owed) => groups.has(owed)) && plan.relayed.every((address) => relayed.has(address));
    });
  }

  #evidence(): Evidence {
    const relayed = this.#relayed.map(({ address, command, node }) => ({ address, command, run: node }));
    return { answers: this.#answers, relayed, journal: '', mailDirectory: join(this.#folder, 'mail') };
  }

  /**
   * A recipient is relayed twice rightly only if the first time could not be settled after the hop's final 250. Mostly a node
   * was killed, asleep or ending then, or the database was away; on a machine that is far too busy the claim runs out, which
   * takes a while.
   */
  #doubles(): Doubles {
    const first = new Map<string, ClusterRelayed>();
    const outside: string[] = [];
    let inWindow = 0;
    for (const relayed of this.#relayed) {
      const before = first.get(relayed.address);
      first.set(relayed.address, relayed);
      if (before === undefined) continue;
      const isDisturbed = this.#wasDisturbed(before, relayed.atMs);
      if (!isDisturbed) this.#undisturbed += 1;
      const settledMs = (this.#settled.get(relayed.address) ?? Infinity) - performance.timeOrigin;
      const isStolen = !isDisturbed && relayed.atMs - before.atMs < STOLEN_MS;
      if (settledMs >= relayed.atMs && !isStolen) inWindow++;
      else
        outside.push(`${relayed.address} by n${before.node}, then by n${relayed.node}, ${this.#when(before, relayed)}`);
    }
    return { inWindow, outside };
  }

  /** In seconds, for who looks for the fault. */
  #when(before: ClusterRelayed, relayed: ClusterRelayed): string {
    const after = (ms: number): string => ((ms - before.atMs) / 1_000).toFixed(1);
    const near = this.#outages.filter(
      ({ fromMs, toMs }) => Math.max(fromMs - relayed.atMs, before.atMs - toMs) < NEAR_MS,
    );
    const told = near.map(
      ({ node, fromMs, toMs }) => `${node < 0 ? 'database' : `n${node}`} out from ${after(fromMs)} to ${after(toMs)}`,
    );
    return `${after(relayed.atMs)} s later (${told.join(', ')})`;
  }

  #wasDisturbed({ node, atMs }: ClusterRelayed, secondMs: number): boolean {
    const untilMs = Math.min(atMs + SETTLING_MS, secondMs);
    return this.#outages.some(
      (outage) => (outage.node === node || outage.node === -1) && outage.fromMs <= untilMs && outage.toMs >= atMs,
    );
  }

  #relayedBy(index: number): number {
    return this.#relayed.filter(({ node }) => node === index).length;
  }

  async #leftovers(): Promise<string[]> {
    return [...(await this.#rows())].map(([table, rows]) => `left over in the database: ${rows} rows of ${table}`);
  }

  /** Tables that are not empty. */
  async #rows(): Promise<Map<string, number>> {
    const client = new pg.Client({ connectionString: this.#url });
    client.on('error', () => undefined);
    const found = new Map<string, number>();
    await client.connect();
    for (const table of ['dsnkit_message', 'dsnkit_recipient', 'dsnkit_body']) {
      // What a client was cut off from while it sent it is swept up after a day.
      const where = table === 'dsnkit_body' ? " WHERE id NOT LIKE 'spool-%'" : '';
      const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM ${table}${where}`);
      if (rows[0] !== undefined && rows[0].count !== '0') found.set(table, Number(rows[0].count));
    }
    await client.end();
    return found;
  }

  async #startHop(node: number, more: readonly string[]): Promise<RecordingHop> {
    const personality: Personality = {
      extensions: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', ...more],
      rcpt: (address) => {
        if (address.startsWith('no+')) return '550 5.1.1 no such user';
        return address.startsWith('late+') ? '451 4.2.1 come back later' : '250 2.1.5 Ok';
      },
      endOfData: (addresses, commands) => {
        const atMs = performance.now();
        for (const [index, address] of addresses.entries())
          this.#relayed.push({ address, command: commands[index] ?? '', node, atMs });
        return '250 2.0.0 Ok: queued';
      },
    };
    return startRecordingHop(personality, 0, this.#options.hosts?.nodes[node]?.ours);
  }
}

function message(number: number, octets: number): Parameters<typeof submit>[1] {
  const { mail, rcpt } = planned(number);
  const head = `Subject: ${number}\r\nMessage-ID: <m${number}@sender.example>\r\n\r\n`;
  return { mail, rcpt, content: head + 'Many hands make light work of heavy mail.\r\n'.repeat(Math.ceil(octets / 43)) };
}

interface Configured {
  readonly index: number;
  readonly url: string;
  readonly addresses: { readonly own: string; readonly hop: string };
  readonly port: number;
  readonly hops: readonly [plain: number, knowing: number];
  readonly expireMs: number;
}

function configuration({
  index,
  url,
  addresses: { own, hop },
  port,
  hops: [plain, knowing],
  expireMs,
}: Configured): string {
  const route = (match: string, to: string) => `[[route]]\nmatch = "${match}"\nto = "${to}"\n`;
  return `hostname = "n${index}.mx.example.org"
store = "${url}"
node = "n${index}"
state-directory = "state-n${index}"
recipient-delimiter = "+"
[[listen]]
address = "${own}:${port}"
relay-from = ["127.0.0.0/8", "${hop}/32"]
${route('hop.example', `smtp://${hop}:${plain}`)}${route('dsn.example', `smtp://${hop}:${knowing}`)}
${route('here.example', 'maildir:mail')}${route('sender.example', 'maildir:mail')}
[delivery]
lease = "${LEASE_MS}ms"
[retry]
delays = ["1s", "3s", "8s"]
delayed-after = "2s"
expire-after = "${expireMs}ms"
[report]
max-per-minute = 1000000
digest-every = "never"
`;
}

function moment(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
