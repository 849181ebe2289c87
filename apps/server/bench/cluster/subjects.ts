import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** A dsnd that takes load. */
export interface RunningNode {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** What a node is started with. */
export interface NodePlace {
  /** The bundled program. */
  readonly program: string;
  readonly folder: string;
  readonly name: string;
  readonly store: string;
  readonly port: number;
  readonly sinkPort: number;
}

/** Starts dsnd with default settings, and waits for its greeting. */
export async function startNode({ program, folder, name, store, port, sinkPort }: NodePlace): Promise<RunningNode> {
  const home = join(folder, name);
  mkdirSync(home);
  const shared = store.startsWith('postgres:') ? `node = "${name}"\nstate-directory = "state"\n` : '';
  writeFileSync(
    join(home, 'dsnd.toml'),
    `hostname = "${name}.mx.example.org"\nstore = "${store}"\n${shared}[[listen]]\naddress = "127.0.0.1:${port}"\n` +
      `[[route]]\nmatch = "relay.example"\nto = "smtp://127.0.0.1:${sinkPort}"\n`,
  );
  const child = spawn(process.execPath, [program, '--config', 'dsnd.toml'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(folder, 'cache') },
  });
  let said = '';
  child.stderr.on('data', (octets: Buffer) => (said = (said + octets.toString()).slice(-2_000)));
  const ended = once(child, 'exit');
  while (!(await greets(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function greets(port: number): Promise<boolean> {
  return await new Promise((found) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => found(false));
    socket.once('data', () => {
      socket.end('QUIT\r\n');
      found(true);
    });
  });
}
