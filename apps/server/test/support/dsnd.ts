import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DSND } from './commands.ts';

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder for one test; `remove` takes it away. */
export function temporaryFolder(prefix = 'dsnd-'): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), prefix));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Dsnd {
  readonly process: ChildProcess;
  /** All that it wrote so far, both streams. */
  log(): string;
  /** SIGTERM, and waits for the end; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** Starts the server from source with a configuration file and waits until `port` takes connections. */
export async function startDsnd(folder: string, toml: string, port: number): Promise<Dsnd> {
  const file = join(folder, 'dsnd.toml');
  writeFileSync(file, toml);
  return await startProcess([...DSND, '--config', file], folder, port);
}

/** Starts node with arguments and waits until `port` takes connections. */
export async function startProcess(args: readonly string[], cwd: string, port: number): Promise<Dsnd> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${log}`);
    return await takesConnections(port);
  });
  return {
    process: child,
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      return await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Waits until `condition` holds, looking every 20 ms. */
export async function waitFor(condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const untilMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > untilMs) throw new Error(`nothing within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a port of 127.0.0.1 takes connections; throws with the log if it never does. */
export async function waitForPort(port: number, log: () => string, timeoutMs = 30_000): Promise<void> {
  await waitFor(() => takesConnections(port), timeoutMs).catch(() => {
    throw new Error(`nobody listens on port ${port}: ${log()}`);
  });
}

/** Whether a port of this machine takes connections. */
export async function takesConnections(port: number, address = '127.0.0.1'): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
