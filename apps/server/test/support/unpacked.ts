import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Servers that `.ci/interop-packages` has unpacked, each with its libraries in a root folder of its own. */
export type UnpackedServer = 'exim' | 'opensmtpd' | 'dovecot';

const cache = process.env['DSNKIT_INTEROP_CACHE'] ?? '/var/cache/dsnkit-interop';

/** Whether a server can be run here: unpacked, and root for chroot. */
export function hasUnpacked(name: UnpackedServer): boolean {
  return existsSync(join(cache, name)) && process.getuid?.() === 0;
}

export interface UnpackedRoot {
  readonly path: string;
  remove(): void;
}

/** A root folder for one instance: links to the unpacked files, and folders of its own. */
export function makeRoot(name: UnpackedServer): UnpackedRoot {
  const runs = join(cache, 'run');
  mkdirSync(runs, { recursive: true });
  const path = join(mkdtempSync(join(runs, `${name}-`)), 'root');
  // Hard links: the same file system is needed, and nobody writes into what was unpacked.
  const copied = spawnSync('cp', ['-al', join(cache, name), path], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(copied.stderr);
  return { path, remove: () => rmSync(join(path, '..'), { recursive: true, force: true }) };
}

/** Makes a folder below a root that belongs to one of the accounts in its etc/passwd. */
export function makeOwned(root: UnpackedRoot, folder: string, account: string): void {
  const passwd = readFileSync(join(root.path, 'etc/passwd'), 'utf8');
  const [, , uid, gid] = passwd
    .split('\n')
    .find((line) => line.startsWith(`${account}:`))!
    .split(':');
  const path = join(root.path, folder);
  mkdirSync(path, { recursive: true });
  chownSync(path, Number(uid), Number(gid));
}

export interface ForeignServer {
  /** All that it wrote to its standard streams so far. */
  log: () => string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

/** Starts a program in the foreground with `root` as its root folder. */
export function startIn(root: UnpackedRoot, command: readonly string[]): ForeignServer {
  const child = spawn('chroot', [root.path, ...command], { cwd: root.path, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString('latin1')));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    log: () => log,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
