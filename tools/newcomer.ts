/**
 * The way of a newcomer, timed: an empty folder and an empty home; `git clone`, `npm start`, a message to the
 * simulator, and the first bounce explained. Each step is a command of docs/start.md.
 *
 *     node tools/newcomer.ts [--limit SECONDS]
 *
 * Prints the seconds of each step. Exit code 1 if the whole took longer than the limit (120), or a step failed.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const repository = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { limit: { type: 'string', default: '120' } } });
const limitSeconds = Number(values.limit);

const root = mkdtempSync(join(tmpdir(), 'dsnkit-newcomer-'));
const home = join(root, 'home');
const clone = join(root, 'dsnkit');
mkdirSync(home);
// Of the environment only what says where programs and the registry are: nothing is cached yet.
const kept = Object.entries(process.env).filter(([name]) =>
  /^(LANG|TERM|npm_config_registry|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i.test(name),
);
const env = { ...Object.fromEntries(kept), PATH: pathOfOthers(), HOME: home };

let server: ChildProcess | undefined;
let isFine = false;
try {
  isFine = await walk();
} finally {
  if (server?.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM');
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit(isFine ? 0 : 1);

async function walk(): Promise<boolean> {
  const startMs = Date.now();
  await step('git clone', () => run('git', ['clone', '--quiet', `file://${repository}`, clone], root));
  await step('npm start, until it takes mail', start);
  await step('send to 5.2.2@simulator.test', () => {
    const to = ['--to', '5.2.2@simulator.test NOTIFY=FAILURE'];
    return dsn(['send', '--server', '127.0.0.1:2525', '--from', 'newcomer@example.test', ...to]);
  });
  const bounces = '.dsnkit/mail/newcomer@example.test';
  await step('the bounce is there', () => until(() => isBounceIn(join(clone, bounces, 'new'))));
  const told = await step('dsn inspect --explain', () => dsn(['inspect', '--explain', bounces]));
  const seconds = (Date.now() - startMs) / 1000;
  console.log(
    `${seconds.toFixed(1).padStart(7)} s  from clone to the first explained bounce; allowed: ${limitSeconds} s\n`,
  );
  console.log(told);
  const isExplained = told.includes('5.2.2: The mailbox is full.');
  if (!isExplained) console.error('the bounce was not explained');
  return isExplained && seconds <= limitSeconds;
}

async function step<T>(what: string, does: () => Promise<T>): Promise<T> {
  const startMs = Date.now();
  const result = await does();
  console.log(`${((Date.now() - startMs) / 1000).toFixed(1).padStart(7)} s  ${what}`);
  return result;
}

/** `npm start` goes on while the newcomer goes on; what it says is told if it ends. */
async function start(): Promise<void> {
  const child = spawn('npm', ['start'], { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  server = child;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`npm start ended: ${said}`);
    return said.includes('dsnd is up in local mode');
  });
}

function dsn(args: readonly string[]): Promise<string> {
  return run('npm', ['run', '-s', 'dsn', '--', ...args], clone);
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}: ${said}`);
  return said;
}

async function until(condition: () => boolean): Promise<void> {
  const endMs = Date.now() + limitSeconds * 1000;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`nothing within ${limitSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isBounceIn(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** PATH without the folders of this checkout: the newcomer has the Node of the machine. */
function pathOfOthers(): string {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const found = spawnSync('which', ['npm', 'git'], { env: { PATH: folders.join(':') } });
  if (found.status !== 0) throw new Error('npm and git are needed');
  return folders.join(':');
}
