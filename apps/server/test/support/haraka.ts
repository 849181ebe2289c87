import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitForPort } from './dsnd.ts';

const home = join(process.env['DSNKIT_INTEROP_CACHE'] ?? '/var/cache/dsnkit-interop', 'haraka');
const program = join(home, 'node_modules/Haraka/bin/haraka');

/** Whether Haraka can be run here: `.ci/interop-packages` installs it from npm. */
export const hasHaraka: boolean = existsSync(program);

/** Starts Haraka on a loopback port; it takes mail for any address and hands it to `hop`. */
export async function startHaraka(folder: string, port: number, hop: number): Promise<{ stop: () => Promise<void> }> {
  const config = join(folder, 'config');
  for (const name of ['plugins', 'queue']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(home, 'node_modules/Haraka/config'), config, { recursive: true });
  const files = {
    me: 'haraka.local.example\n',
    plugins: 'route\n',
    'smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(config, name), text);
  writeFileSync(
    join(folder, 'plugins/route.js'),
    `exports.hook_rcpt = (next, connection) => { connection.relaying = true; next(OK); };
exports.hook_get_mx = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: ${hop} });
`,
  );
  // With NODE_ENV=test, which test runners set, it looks elsewhere for its configuration.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [program, '-c', folder], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await waitForPort(port, () => log);
  return {
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
