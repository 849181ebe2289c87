import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A host of its own as far as the network goes: a namespace with a way to us and one to the database's. */
export interface Host {
  /** Words that run a command there. */
  readonly under: readonly string[];
  /** Its address as we see it, and ours as it sees it. */
  readonly address: string;
  readonly ours: string;
}

/** A database's host, and hosts that reach it over links which can be cut. */
export interface Hosts {
  readonly database: Host;
  /** The database's address as the nodes see it. */
  readonly databaseAddress: string;
  /** All addresses that nodes and we have. */
  readonly network: string;
  readonly nodes: readonly Host[];
  /** Cuts the link between a node and the database, without a word to either, or mends it. */
  link(node: number, state: 'up' | 'down'): void;
  remove(): void;
}

/** Why no namespaces can be made here; undefined if they can. */
export function namespacesMissing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need Linux and root';
  for (const program of ['ip', 'setpriv']) if (spawnSync('which', [program]).status !== 0) return `no ${program} here`;
  const probe = `dsnkit-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe]).status === 0;
  const linked = made && spawnSync('ip', ['-n', probe, 'link', 'add', 'name', 'probe', 'type', 'bridge']).status === 0;
  spawnSync('ip', ['netns', 'delete', probe]);
  return linked ? undefined : 'no network namespaces may be made here';
}

/** Makes the hosts. 10.203.0.0/16 and interfaces whose names begin with `dk` must be free. */
export function makeHosts(count: number): Hosts {
  removeForgotten();
  const name = (host: string): string => `dsnkit-${process.pid}-${host}`;
  const database = name('db');
  const all = [database, ...Array.from({ length: count }, (_, node) => name(`n${node}`))];
  const remove = (): void => {
    for (const one of all) spawnSync('ip', ['netns', 'delete', one]);
    // A process that was left behind keeps its namespace, and so our side of the way to it.
    for (const index of all.keys()) spawnSync('ip', ['link', 'delete', 'dev', deviceOf(index)]);
  };
  try {
    const hosts = all.map((one, index) => makeHost(one, index));
    ip(['-n', database, 'link', 'add', 'name', 'switch0', 'type', 'bridge']);
    ip(['-n', database, 'address', 'add', `${SWITCHED}.1/24`, 'dev', 'switch0']);
    ip(['-n', database, 'link', 'set', 'dev', 'switch0', 'up']);
    for (let node = 0; node < count; node++) {
      const there = name(`n${node}`);
      ip(['-n', database, 'link', 'add', 'name', `p${node}`, 'type', 'veth', 'peer', 'name', 'data', 'netns', there]);
      ip(['-n', database, 'link', 'set', 'dev', `p${node}`, 'master', 'switch0', 'up']);
      ip(['-n', there, 'address', 'add', `${SWITCHED}.${node + 2}/24`, 'dev', 'data']);
      ip(['-n', there, 'link', 'set', 'dev', 'data', 'up']);
    }
    const [first, ...nodes] = hosts;
    if (first === undefined) throw new Error('no host');
    return {
      ...{ database: first, databaseAddress: `${SWITCHED}.1`, network: '10.203.0.0/16', nodes, remove },
      link: (node, state) => ip(['-n', database, 'link', 'set', 'dev', `p${node}`, state]),
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** What a run that was killed has left: its addresses would hide ours. */
function removeForgotten(): void {
  const listed = (words: readonly string[]): string => spawnSync('ip', words, { encoding: 'utf8' }).stdout;
  const isGone = (pid: string): boolean => !existsSync(`/proc/${pid}`);
  for (const [name, pid = ''] of listed(['netns', 'list']).matchAll(/^dsnkit-(\d+)-\w+/gm)) {
    if (!isGone(pid)) continue;
    for (const left of listed(['netns', 'pids', name]).split('\n').filter(Boolean))
      process.kill(Number(left), 'SIGKILL');
    spawnSync('ip', ['netns', 'delete', name]);
  }
  for (const [device, pid = ''] of listed(['-brief', 'link']).matchAll(/^dk(\d+)-\d+/gm)) {
    if (isGone(pid)) spawnSync('ip', ['link', 'delete', 'dev', device]);
  }
}

const SWITCHED = '10.203.200';

const deviceOf = (index: number): string => `dk${process.pid}-${index}`;

/** The interface on our side goes with the namespace. */
function makeHost(name: string, index: number): Host {
  const [ours, address] = [`10.203.${index}.1`, `10.203.${index}.2`];
  const device = deviceOf(index);
  ip(['netns', 'add', name]);
  ip(['-n', name, 'link', 'set', 'dev', 'lo', 'up']);
  ip(['link', 'add', 'name', device, 'type', 'veth', 'peer', 'name', 'us', 'netns', name]);
  ip(['address', 'add', `${ours}/24`, 'dev', device]);
  ip(['link', 'set', 'dev', device, 'up']);
  ip(['-n', name, 'address', 'add', `${address}/24`, 'dev', 'us']);
  ip(['-n', name, 'link', 'set', 'dev', 'us', 'up']);
  return { under: ['ip', 'netns', 'exec', name], address, ours };
}

function ip(words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'pipe' });
}
