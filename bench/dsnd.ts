import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A dsnd that runs from this checkout. */
export interface Dsnd {
  readonly pid: number;
  readonly port: number;
  /** From its start to its first greeting. */
  readonly startMs: number;
  /** Ends it and waits for the end. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** What a dsnd is started with. */
export interface DsndOptions {
  /** A folder of its own, for configuration and store; made if missing. */
  readonly folder: string;
  /** What follows the address of `[[listen]]` in its configuration. */
  readonly toml: string;
  /** A free one by default. */
  readonly port?: number;
  /** Hears its log. */
  readonly onLine?: (line: string) => void;
  /** Words that go before its command: strace, say. */
  readonly under?: readonly string[];
  readonly nodeOptions?: readonly string[];
  /** What {@link buildServer} made, in place of the sources: Node then need not hold what strips their types. */
  readonly built?: boolean;
}

const top = join(import.meta.dirname, '..');
const server = join(top, 'apps/server');

/** Builds the server as it is published; at once when nothing has changed. */
export function buildServer(): void {
  const args = ['-y', '--prefer-offline', 'pnpm@10.34.9', 'exec', 'turbo', 'run', 'build'];
  const quietly = ['--filter=@dsnkit/server', '--output-logs=errors-only'];
  const { status } = spawnSync('npx', [...args, ...quietly], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the server could not be built');
}

/** Starts one with its default settings (synchronous=FULL, 250 after the commit), and waits until it greets. */
export async function startDsnd(options: DsndOptions): Promise<Dsnd> {
  const { folder, toml, onLine, under = [], nodeOptions = [], built = false } = options;
  const port = options.port ?? (await freePort());
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'dsnd.toml'),
    `hostname = "mx.example.org"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n${toml}`,
  );
  const begun = performance.now();
  const [command = '', ...args] = [
    ...[...under, process.execPath, ...nodeOptions],
    ...(built ? [join(server, 'dist/main.js')] : ['--conditions=source', join(server, 'src/main.ts')]),
    ...['--config', 'dsnd.toml'],
  ];
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', onLine === undefined ? 'ignore' : 'pipe', 'inherit'],
  });
  if (onLine !== undefined && child.stdout !== null) createInterface({ input: child.stdout }).on('line', onLine);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  await greets(port, child);
  return {
    ...{ pid: child.pid ?? 0, port, startMs: performance.now() - begun },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Text of a route. */
export function route(match: string, to: string): string {
  return `[[route]]\nmatch = "${match}"\nto = "${to}"\n`;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Resolves when a server greets on the port. Rejects when its process ends before, or after a minute. */
export async function greets(port: number, child?: ChildProcess): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!(await isGreeted(port))) {
    if (child !== undefined && child.exitCode !== null) throw new Error(`the server for port ${port} ended`);
    if (performance.now() > untilMs) throw new Error(`nobody answers on port ${port}`);
    await pause(20);
  }
}

function isGreeted(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => done(false));
    socket.once('data', () => {
      socket.end('QUIT\r\n');
      done(true);
    });
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Processor time of one process, user and system. */
export function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Ticks of 10 ms.
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Resident memory of one process, now and at its peak. */
export function memoryKib(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { now: read('VmRSS'), peak: read('VmHWM') };
}
