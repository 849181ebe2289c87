import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));

export interface Server {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/**
 * Our own mail server with its simulator, and a Maildir for every other address.
 *
 * @param routes from a domain to where its mail goes
 */
export async function startServer(folder: string, routes: Readonly<Record<string, string>> = {}): Promise<Server> {
  const port = await freePort();
  const file = join(folder, 'dsnd.toml');
  const lines = [
    'hostname = "mx.example.net"',
    `store = "sqlite:${join(folder, 'store')}"`,
    '[[listen]]',
    `address = "127.0.0.1:${port}"`,
    'role = "relay"',
    'relay-from = ["127.0.0.0/8"]',
    ...Object.entries({ 'simulator.test': 'simulator:', ...routes, '*': `maildir:${join(folder, 'mail')}` }).flatMap(
      ([match, to]) => ['[[route]]', `match = "${match}"`, `to = "${to}"`],
    ),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`.replaceAll('\\', '/'));
  const child = spawn(process.execPath, ['--conditions=source', main, '--config', file], { stdio: 'pipe' });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const untilMs = Date.now() + 30_000; !(await answers(port));) {
    if (child.exitCode !== null || Date.now() > untilMs) throw new Error(`no server: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
