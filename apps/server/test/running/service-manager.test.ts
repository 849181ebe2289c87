import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serviceManager } from '../../src/adapters/process/service-manager.ts';
import { DSND } from '../support/commands.ts';
import { freePort, temporaryFolder, waitFor } from '../support/dsnd.ts';

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
      const { child } = start(process.execPath, [...DSND, '--config', file], environment);
      await waitFor(() => manager.log().includes('READY=1'));
      await waitFor(() => manager.log().split('WATCHDOG=1').length > 3);
      child.kill('SIGHUP');
      await waitFor(() => manager.log().includes('RELOADING=1'));
      await waitFor(() => manager.log().split('STATUS=listening on 127.0.0.1 port ').length > 2);
      writeFileSync(file, 'nonsense');
      child.kill('SIGHUP');
      await waitFor(() => manager.log().includes('READY=1 STATUS=not reloaded'));
      child.kill('SIGTERM');
      await waitFor(() => manager.log().includes('STOPPING=1'));
    },
  );

  it('sd_notify(3): hears in order, however long one word takes', async () => {
    const [held, heard] = [join(folder.path, 'held'), join(folder.path, 'heard')];
    expect(spawnSync('mkfifo', [held]).status).toBe(0);
    const bin = join(folder.path, 'bin');
    mkdirSync(bin);
    const script = `#!/bin/sh\n[ "$1" != RELOADING=1 ] || read -r _ < '${held}'\necho "$1" >> '${heard}'\n`;
    writeFileSync(join(bin, 'systemd-notify'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
    const manager = serviceManager({ NOTIFY_SOCKET: 'any' }, (line) => expect.unreachable(line));
    manager.reloading();
    manager.ready('again');
    manager.stopping();
    await writeFile(held, 'go on\n');
    await waitFor(() => existsSync(heard) && readFileSync(heard, 'utf8').includes('STOPPING'));
    vi.unstubAllEnvs();
    expect(readFileSync(heard, 'utf8')).toBe('RELOADING=1\nREADY=1\nSTOPPING=1\n');
  });

  it.skipIf(!has('systemd-socket-activate'))(
    'sd_listen_fds(3): lives on when clients that wait for it to start go away (skips without systemd-socket-activate)',
    async () => {
      const port = await freePort();
      const dsnd = [process.execPath, ...DSND, '--config', writeConfig(port)];
      const { log } = start('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, ...dsnd]);
      await waitFor(() => log().includes('Listening on'));
      for (let gone = 0; gone < 3; gone++) {
        const client = connect(port, '127.0.0.1');
        await once(client, 'connect');
        client.resetAndDestroy();
      }
      let heard = '';
      const socket = connect(port, '127.0.0.1').on('data', (chunk: Buffer) => (heard += chunk.toString()));
      await waitFor(() => heard.startsWith('220 mx.example.org'));
      socket.destroy();
    },
  );

  it.skipIf(!has('systemd-socket-activate'))(
    'sd_listen_fds(3): who comes to a socket that nothing asks for is sent away, until it is asked for (skips without systemd-socket-activate)',
    async () => {
      const [port, unused] = [await freePort(), await freePort()];
      const file = writeConfig(port);
      const dsnd = [process.execPath, ...DSND, '--config', file];
      const { child, log } = start('systemd-socket-activate', [
        '-l',
        `127.0.0.1:${port}`,
        '-l',
        `127.0.0.1:${unused}`,
        ...dsnd,
      ]);
      await waitFor(() => log().includes('Listening on'));
      const early = connect(unused, '127.0.0.1')
        .resume()
        .on('error', () => undefined);
      await once(early, 'close');
      await waitFor(() => log().includes('"msg":"ready"'));
      const late = connect(unused, '127.0.0.1')
        .resume()
        .on('error', () => undefined);
      await once(late, 'close');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('[[route]]', `[[listen]]\naddress = "127.0.0.1:${unused}"\n[[route]]`),
      );
      child.kill('SIGHUP');
      await waitFor(() => log().includes('"msg":"reloaded"'));
      let heard = '';
      const socket = connect(unused, '127.0.0.1').on('data', (chunk: Buffer) => (heard += chunk.toString()));
      await waitFor(() => heard.startsWith('220 mx.example.org'));
      socket.destroy();
    },
  );

  it.skipIf(!has('systemd-socket-activate'))(
    'sd_listen_fds(3): passes sockets on, and the first connection waits for the server and is served (skips without systemd-socket-activate)',
    async () => {
      const port = await freePort();
      const file = writeConfig(port);
      const dsnd = [process.execPath, ...DSND, '--config', file];
      const { log } = start('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, ...dsnd]);
      await waitFor(() => log().includes('Listening on'));
      let heard = '';
      const socket = connect(port, '127.0.0.1').on('data', (chunk: Buffer) => (heard += chunk.toString()));
      await waitFor(() => heard.startsWith('220 mx.example.org'));
      socket.write('NOOP\r\n');
      await waitFor(() => heard.includes('\r\n250 2.0.0'));
      socket.destroy();
      expect(existsSync(join(folder.path, 'queue'))).toBe(true);
    },
  );

  it('sd_listen_fds(3): a descriptor that is no listening socket ends the start with one line', async () => {
    const dsnd = `exec "$0" "$@" 3</dev/null`;
    const args = [process.execPath, ...DSND, '--config', writeConfig(await freePort())];
    const { child, log } = start('sh', ['-c', `export LISTEN_FDS=1 LISTEN_PID=$$; ${dsnd}`, ...args]);
    const [code] = (await once(child, 'close')) as [number | null];
    expect(log()).toBe('dsnd: descriptor 3 is no listening TCP socket\n');
    expect(code).toBe(2);
  });

  it.skipIf(!has('systemd-socket-activate'))(
    'sd_listen_fds(3): a start that comes to nothing ends, though a socket was passed on that nothing asks for (skips without systemd-socket-activate)',
    async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      onTestFinished(() => void taken.close());
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const unused = await freePort();
      const dsnd = [process.execPath, ...DSND, '--config', writeConfig(port)];
      const { child, log } = start('systemd-socket-activate', ['-l', `127.0.0.1:${unused}`, ...dsnd]);
      const ended = once(child, 'exit');
      await waitFor(() => log().includes('Listening on'));
      const client = connect(unused, '127.0.0.1')
        .resume()
        .on('error', () => undefined);
      expect(await ended).toEqual([2, null]);
      expect(log()).toContain('EADDRINUSE');
      client.destroy();
    },
  );
});
