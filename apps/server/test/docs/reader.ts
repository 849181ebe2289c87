import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localModeText } from '../../src/config.ts';
import { freePort, startDsnd, temporaryFolder, type Dsnd } from '../support/dsnd.ts';
import type { Block } from './pages.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** What a block did. */
export interface Ran {
  readonly code: number | null;
  /** With ports and folders as the page has them. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Somebody with an empty home who follows a page from top to bottom, beside a server like that of `npm start`. */
export interface Reader {
  /** Writes a block that is a file where the page says. */
  write(block: Block): string;
  run(block: Block): Promise<Ran>;
  leave(): Promise<void>;
}

export async function startReader(): Promise<Reader> {
  const folder = temporaryFolder('dsnd-docs-');
  const root = folder.path;
  const [smtp, api, second, hook] = [await freePort(), await freePort(), await freePort(), await freePort()];
  // The page's words for what has another name here.
  const names: readonly (readonly [string, string])[] = [
    ['/etc/dsnd', join(root, 'etc/dsnd')],
    ['/var/lib/dsnd', join(root, 'var/lib/dsnd')],
    ['/var/backups', join(root, 'var/backups')],
    ['2525', String(smtp)],
    ['8025', String(api)],
    ['2526', String(second)],
    ['8027', String(hook)],
  ];
  const here = (text: string): string => names.reduce((so, [name, mine]) => so.replaceAll(name, mine), text);
  const there = (text: string): string => names.reduceRight((so, [name, mine]) => so.replaceAll(mine, name), text);
  furnish(root, here);
  const work = join(root, 'work');
  const server: Dsnd = await startDsnd(work, here(localModeText), smtp);
  const env = environment(root, api);
  return {
    write(block) {
      const path = join(work, block.file ?? '');
      const absolute = block.file?.startsWith('/') === true ? here(block.file) : path;
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, here(block.text));
      return absolute;
    },
    async run(block) {
      const script = here(block.text).replaceAll('npm run -s dsn --', 'dsn');
      const isEndless = block.mark === 'until stopped';
      const feed = isEndless ? setInterval(() => void submit(api), 200) : undefined;
      const ran = await bash(script, work, env, isEndless);
      clearInterval(feed);
      return { code: ran.code, stdout: there(ran.stdout), stderr: there(ran.stderr) };
    },
    async leave() {
      await server.stop();
      folder.remove();
    },
  };
}

/** A home with nothing in it but what makes curl fail on errors, and the commands as installing them would leave them. */
function furnish(root: string, here: (text: string) => string): void {
  for (const path of [
    'work/node_modules/@dsnkit',
    'work/deploy/examples',
    'home',
    'bin',
    'etc/dsnd',
    'var/lib/dsnd',
    'var/backups',
  ])
    mkdirSync(join(root, path), { recursive: true });
  writeFileSync(join(root, 'home/.curlrc'), 'fail-with-body\n');
  for (const [name, app] of [
    ['dsn', 'cli'],
    ['dsnd', 'server'],
  ]) {
    const file = join(root, 'bin', name ?? '');
    const main = join(repository, 'apps', app ?? '', 'src/main.ts');
    writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" --conditions=source "${main}" "$@"\n`);
    chmodSync(file, 0o755);
  }
  const modules = join(root, 'work/node_modules');
  symlinkSync(join(repository, 'packages/client'), join(modules, '@dsnkit/client'));
  symlinkSync(join(repository, 'packages/bounce'), join(modules, '@dsnkit/bounce'));
  for (const name of ['nodemailer', 'standardwebhooks'])
    symlinkSync(join(repository, 'apps/server/node_modules', name), join(modules, name));
  const examples = join(repository, 'apps/server/deploy/examples');
  for (const name of readdirSync(examples))
    writeFileSync(join(root, 'work/deploy/examples', name), here(readFileSync(join(examples, name), 'utf8')));
}

function environment(root: string, api: number): NodeJS.ProcessEnv {
  return {
    PATH: `${join(root, 'bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: join(root, 'home'),
    LANG: 'C.UTF-8',
    NODE_OPTIONS: '--conditions=source',
    // Commands begin in a fifth of the time.
    NODE_COMPILE_CACHE: join(root, 'cache'),
    DSN_API_URL: `http://127.0.0.1:${api}`,
  };
}

/** Runs a script to its end; one that is endless is stopped once it has said something. */
async function bash(script: string, cwd: string, env: NodeJS.ProcessEnv, isEndless: boolean): Promise<Ran> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const stop = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  };
  // What a script that failed has left running would keep its outputs open.
  child.once('exit', stop);
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (isEndless && stdout.includes('\n')) stop();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const limit = setTimeout(stop, 40_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  return { code: isEndless && stdout !== '' ? 0 : code, stdout, stderr };
}

/** Something that happens, for those who watch. */
async function submit(api: number): Promise<void> {
  const body = {
    from: '',
    recipients: [{ address: 'ok@simulator.test' }, { address: '550@simulator.test' }],
    raw: 'a: b\n\n',
  };
  const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  await fetch(`http://127.0.0.1:${api}/api/v1/messages`, request).catch(() => undefined);
}
