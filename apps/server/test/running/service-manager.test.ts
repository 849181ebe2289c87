import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePort, temporaryFolder, waitFor } from '../support/dsnd.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const folder = temporaryFolder('dsnd-manager-');
const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(() => folder.remove());

/** A manager's socket: prints each datagram as one line. */
const LISTENER = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True: print(s.recv(4096).decode().replace(chr(10), ' '), flush=True)`;

function start(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; log: () => string } {
  const child = spawn(program, args, {
    cwd: folder.path,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  return { child, log: () => log };
}

function writeConfig(port: number): string {
  const file = join(folder.path, 'dsnd.toml');
  const route = '[[route]]\nmatch = "*"\nto = "discard:"\n';
  writeFileSync(
    file,
    `hostname = "mx.example.org"\nstore = "sqlite:queue"\n[[listen]]\naddress = "127.0.0.1:${port}"\n${route}`,
  );
  return file;
}

describe('the service manager', () => {
  it.skipIf(!has('systemd-notify') || !has('python3'))(
    'sd_notify(3): hears READY, RELOADING, STOPPING and the watchdog (skips without systemd-notify and python3)',
    async () => {
      const socket = join(folder.path, 'notify');
      const manager = start('python3', ['-c', LISTENER, socket]);
      await waitFor(() => manager.log().includes('bound'));
      const file = writeConfig(await freePort());
      const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' };
      const { child } = start(process.execPath, ['--conditions=source', main, '--config', file], environment);
      await waitFor(() => manager.log().includes('READY=1'));
      await waitFor(() => manager.log().split('WATCHDOG=1').length > 3);
      child.kill('SIGHUP');
      await waitFor(() => manager.log().includes('RELOADING=1'));
      await waitFor(() => manager.log().split('READY=1').length > 2);
      child.kill('SIGTERM');
      await waitFor(() => manager.log().includes('STOPPING=1'));
    },
  );

  it.skipIf(!has('systemd-socket-activate'))(
    'sd_listen_fds(3): passes sockets on, and the first connection waits for the server (skips without systemd-socket-activate)',
    async () => {
      const port = await freePort();
      const file = writeConfig(port);
      const dsnd = [process.execPath, '--conditions=source', main, '--config', file];
      const { log } = start('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, ...dsnd]);
      await waitFor(() => log().includes('Listening on'));
      let heard = '';
      const socket = connect(port, '127.0.0.1').on('data', (chunk: Buffer) => (heard += chunk.toString()));
      await waitFor(() => heard.startsWith('220 mx.example.org'));
      socket.destroy();
      expect(existsSync(join(folder.path, 'queue'))).toBe(true);
    },
  );
});
