import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const preload = new URL('./preload.ts', import.meta.url).href;

/** What the preload is told. */
export interface Hooks {
  readonly point?: string;
  readonly broken?: string;
  readonly run: number;
}

/** The server as one file, so that it starts in a sixth of a second; and its folder. */
export class Workbench {
  readonly folder: string;
  readonly journal: string;
  readonly #main: string;

  constructor(folder: string, toml: string) {
    this.folder = folder;
    this.journal = join(folder, 'journal');
    writeFileSync(this.journal, '');
    writeFileSync(join(folder, 'dsnd.toml'), toml);
    this.#main = bundle(join(folder, 'program'));
  }

  start({ point, broken, run }: Hooks): Tortured {
    const child = spawn(process.execPath, [this.#main, '--config', join(this.folder, 'dsnd.toml')], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: join(this.folder, 'cache'),
        NODE_OPTIONS: `--import=${preload}`,
        TORTURE_JOURNAL: this.journal,
        TORTURE_RUN: String(run),
        ...(point === undefined ? {} : { TORTURE_POINT: point }),
        ...(broken === undefined ? {} : { TORTURE_BREAK: broken }),
      },
    });
    let log = '';
    const keep = (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ended = new Promise<Ending>((resolve) => {
      child.once('exit', (code, signal) => {
        state.ending = { code, signal };
        resolve(state.ending);
      });
    });
    const state: { ending: Ending | undefined } = { ending: undefined };
    const end = (signal: 'SIGKILL' | 'SIGTERM') => {
      if (state.ending === undefined) child.kill(signal);
      return ended;
    };
    return {
      ended,
      log: () => log,
      isOver: () => state.ending !== undefined,
      kill: () => end('SIGKILL'),
      stop: () => end('SIGTERM'),
    };
  }
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server process. */
export interface Tortured {
  readonly ended: Promise<Ending>;
  log(): string;
  isOver(): boolean;
  kill(): Promise<Ending>;
  stop(): Promise<Ending>;
}

/** Bundles the server, so that it starts fast; gives its main file. */
export function bundle(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const esbuild = join(root, 'node_modules/.bin/esbuild');
  const source = join(root, 'apps/server/src');
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const { status, stderr } = spawnSync(
    esbuild,
    [
      join(source, 'main.ts'),
      join(source, 'adapters/sqlite/queue-worker.ts'),
      join(source, 'adapters/sqlite/history-worker.ts'),
      ...['--bundle', '--splitting', '--platform=node', '--format=esm', '--conditions=source', '--log-level=error'],
      ...['--entry-names=[name]', `--outdir=${folder}`, `--banner:js=${banner}`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`esbuild: ${stderr}`);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return join(folder, 'main.js');
}
