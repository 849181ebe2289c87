/**
 * Opens many idle connections to the server, each greeted and past EHLO, and reads what memory it needs for them.
 *
 *     node --conditions=source bench/idle-connections.ts [10000]
 *
 * Wanted: 10 000 in 300 MB. Exit code 1 where it is more, or where a connection is lost. Both ends need a descriptor for
 * each connection, so the limit is raised to the hard one; where that is not enough fewer are opened, and that is said.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryKib, route, startDsnd, type Dsnd } from './dsnd.ts';

const MOST_MIB = 300;
const AT_ONCE = 200;

if (process.env['DSNKIT_IDLE'] === undefined) {
  // A process can't raise its own limit; a shell can, for those that it starts.
  const script = 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"';
  const args = ['-c', script, process.execPath, '--conditions=source', ...process.argv.slice(1)];
  const { status } = spawnSync('/bin/bash', args, { stdio: 'inherit', env: { ...process.env, DSNKIT_IDLE: '1' } });
  process.exitCode = status ?? 1;
} else await measure();

async function measure(): Promise<void> {
  const wanted = Number(process.argv[2] ?? '10000');
  const descriptors = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '1024');
  const count = Math.min(wanted, descriptors - 200);
  if (count < wanted) console.log(`only ${descriptors} descriptors: ${count} connections instead of ${wanted}`);
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-idle-'));
  const server = await startDsnd({ folder, toml: `max-connections = 1000000\n${route('*', 'discard:')}` });
  try {
    const before = rssMiB(server);
    const sockets: Socket[] = [];
    let lost = 0;
    while (sockets.length < count) {
      const some = Math.min(AT_ONCE, count - sockets.length);
      const opened = await Promise.all(Array.from({ length: some }, (_, i) => greet(server.port, sockets.length + i)));
      for (const socket of opened) socket.once('close', () => lost++);
      sockets.push(...opened);
    }
    const full = rssMiB(server);
    console.log(`connections ${count}, lost ${lost}`);
    console.log(`RSS ${before.toFixed(0)} MiB before, ${full.toFixed(0)} MiB with all of them`);
    console.log(`per connection ${(((full - before) * 1024) / count).toFixed(1)} KiB`);
    if (lost > 0 || full > MOST_MIB) process.exitCode = 1;
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  } finally {
    await server.stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From several addresses of loopback: one has no 10 000 ports to spare everywhere. */
function greet(port: number, n: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: `127.0.0.${1 + (n % 8)}` });
    socket.once('error', reject);
    let heard = '';
    const hear = (chunk: Buffer): void => {
      const before = heard;
      heard += chunk.toString();
      if (before === '' && heard.startsWith('220 ')) socket.write('EHLO idle.example\r\n');
      if (!/^250 [^\n]*\n/m.test(heard)) return;
      socket.off('data', hear);
      resolve(socket);
    };
    socket.on('data', hear);
  });
}

function rssMiB({ pid }: Dsnd): number {
  return memoryKib(pid).now / 1024;
}
