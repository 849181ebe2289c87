import { parseConfig, parseUsers, type Config } from '../../src/config.ts';
import { openMemoryQueueStore } from '../../src/adapters/memory/queue-store.ts';
import { openMemoryHistory } from '../../src/adapters/memory/history.ts';
import { openMemorySuppression } from '../../src/adapters/memory/suppression.ts';
import { NodeCrypto } from '../../src/adapters/node-crypto.ts';
import type { MailEvent } from '../../src/model.ts';
import type {
  HistoryStore,
  HttpClient,
  HttpGetter,
  IdSource,
  Mailboxes,
  Notice,
  QueueControl,
  PolicyStore,
  QueueStore,
  SuppressionStore,
} from '../../src/ports.ts';
import { readWhole } from '../../src/queue/content.ts';
import type { ReportFiles } from '../../src/queue/telling/report.ts';
import { startServer, type Adapters, type RunningServer } from '../../src/server.ts';
import { SimulatedClock } from '../simulation/clock.ts';
import { SimulatedNetwork, type SimulatedHost } from '../simulation/network.ts';
import { usersOf } from '../support/users.ts';
import { TableResolver } from '../simulation/resolver.ts';

/** A message as it lies in a simulated Maildir. */
export interface Delivered {
  readonly folder: string;
  readonly text: string;
  readonly octets: Uint8Array;
}

/** One simulated host that runs the server. */
export interface SimulatedServer {
  readonly host: SimulatedHost;
  readonly events: MailEvent[];
  readonly delivered: Delivered[];
  readonly store: QueueStore;
  readonly troubles: unknown[];
  readonly notices: Notice[];
  readonly control: QueueControl;
  readonly running: RunningServer;
  /** Set if the configuration has `[history]`. */
  readonly history: HistoryStore;
  /** Goes on by another configuration, of which the same is given as of the first. */
  reload(toml: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a simulated server may differ in. */
export interface ServerOptions {
  readonly store?: QueueStore;
  /** Every delivery to this mailbox finds the disk full. */
  readonly mailboxFault?: string | undefined;
  /** The gateways of this world. */
  readonly http?: HttpClient;
  /** Where MTA-STS policies lie; absent: they are not looked at. */
  readonly web?: HttpGetter;
  /** Where they are kept over a restart. */
  readonly policyStore?: PolicyStore;
  /** `[[listen]]` tables in place of the usual one, which trusts everybody. */
  readonly listen?: string;
  /** TOML of `[users] file`. */
  readonly users?: string;
  /** What the files of `[report]` hold. */
  readonly reportFiles?: ReportFiles;
  readonly suppression?: SuppressionStore;
  /** Default: always 0.5. */
  readonly random?: () => number;
  /** In place of a history in memory. */
  readonly openHistory?: () => Promise<HistoryStore>;
}

/** Hosts, a clock and a DNS of one's own: days of mail in milliseconds. */
export class World {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly resolver: TableResolver;
  #addresses = 0;

  constructor(startMs?: number) {
    this.clock = new SimulatedClock(startMs);
    this.network = new SimulatedNetwork(this.clock);
    this.resolver = new TableResolver();
  }

  /** A host with an address of 192.0.2.0/24, known to the DNS by its name. */
  host(name: string): SimulatedHost {
    const address = `192.0.2.${++this.#addresses}`;
    this.resolver.table.set(name.toLowerCase(), { addresses: [address] });
    return this.network.host(name, address);
  }

  /** Starts a server on a host of its own. The configuration gets `hostname`, `store` and, on port 25, `[[listen]]`. */
  async server(name: string, toml: string, options: ServerOptions = {}): Promise<SimulatedServer> {
    const { store = openMemoryQueueStore(), mailboxFault, reportFiles, listen = EVERYBODY, users = '' } = options;
    const known = parseUsers(users, 'users.toml');
    const host = this.host(name);
    const configOf = (tables: string): Config =>
      parseConfig(`hostname = "${name}"\nstore = "sqlite:unused"\n${listen}\n${tables}`, `${name}.toml`, '/simulated');
    const history = openMemoryHistory();
    const suppression = options.suppression ?? openMemorySuppression();
    const events: MailEvent[] = [];
    const delivered: Delivered[] = [];
    const troubles: unknown[] = [];
    const notices: Notice[] = [];
    const adapters: Adapters = {
      store,
      clock: this.clock,
      ids: countingIds(name),
      network: host,
      resolver: this.resolver,
      mailboxes: mailboxes(delivered, mailboxFault),
      http: options.http ?? { post: () => Promise.reject(new Error('no gateway in this world')) },
      ...(options.web === undefined ? {} : { web: options.web }),
      ...(options.policyStore === undefined ? {} : { policyStore: options.policyStore }),
      programs: { run: () => Promise.reject(new Error('no programs in this world')) },
      events: { emit: (event) => void events.push(event) },
      random: options.random ?? (() => 0.5),
      crypto: this.clock.tracked(new NodeCrypto()),
      users: usersOf(known),
      notice: (notice) => void notices.push(notice),
      trouble: (error) => void troubles.push(error),
      openHistory: options.openHistory ?? (() => Promise.resolve(history)),
      openSuppression: () => Promise.resolve(suppression),
      ...(reportFiles === undefined ? {} : { reportFiles: tracked(reportFiles, this.clock) }),
    };
    const running: RunningServer = await this.clock.during(startServer(configOf(toml), adapters));
    const { control } = running;
    return {
      ...{ host, events, delivered, store, troubles, notices, control, running, history },
      reload: (next) => this.clock.during(running.reload(configOf(next), adapters)),
      stop: () => running.stop(),
    };
  }
}

const EVERYBODY = '[[listen]]\naddress = "0.0.0.0:25"\nrelay-from = ["0.0.0.0/0"]\ndsn = "everyone"';

/** Signing takes place in other threads, for which time has to wait. */
function tracked(files: ReportFiles, clock: SimulatedClock): ReportFiles {
  return { ...files, dkimKeys: files.dkimKeys.map((key) => clock.tracked(key)) };
}

function mailboxes(delivered: Delivered[], fault: string | undefined): Mailboxes {
  return {
    async deliver({ folder, prefix, content }) {
      if (folder === fault) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      const body = await readWhole(content);
      const octets = new Uint8Array([...prefix, ...body]);
      delivered.push({ folder, octets, text: new TextDecoder('latin1').decode(octets) });
    },
  };
}

function countingIds(name: string): IdSource {
  const prefix = name.replace(/[^A-Za-z0-9]/g, '').slice(0, 6);
  let count = 0;
  return { next: () => `${prefix}${String(++count).padStart(6, '0')}` };
}
