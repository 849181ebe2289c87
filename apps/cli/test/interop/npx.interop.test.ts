import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mail, temporaryFolder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const home = join(root, 'apps/cli');
const folder = temporaryFolder();
const built = existsSync(join(home, 'dist/main.js'));

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { status, stdout, stderr };
}

describe.skipIf(!built)('the packed program in an empty folder (skipped until it is built)', () => {
  beforeAll(() => {
    const tarballs = join(folder.path, 'tarballs');
    mkdirSync(tarballs);
    const pack = ['-y', '--prefer-offline', 'pnpm@10.34.9', 'pack', '--pack-destination', tarballs];
    const packed = run('npx', pack, home);
    if (packed.status !== 0) throw new Error(packed.stderr || packed.stdout);
    // The one dependency from outside comes from what is installed here, so that no registry is needed.
    cpSync(join(home, 'node_modules/commander'), join(folder.path, 'commander'), {
      recursive: true,
      dereference: true,
    });
    run('npm', ['pack', '--pack-destination', tarballs], join(folder.path, 'commander'));
    const empty = join(folder.path, 'empty');
    mkdirSync(empty);
    const files = readdirSync(tarballs).map((name) => join(tarballs, name));
    const installed = run(
      'npm',
      ['install', '--offline', '--no-audit', '--no-fund', '--prefix', empty, ...files],
      empty,
    );
    if (installed.status !== 0) throw new Error(installed.stderr);
  });
  afterAll(folder.remove);

  it('runs with npx', () => {
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
    const npx = (...args: readonly string[]): ReturnType<typeof run> =>
      run('npx', ['--no-install', 'dsn', ...args], join(folder.path, 'empty'));
    expect(npx('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
    expect(npx('inspect', '--json', join(mail, 'failed.eml')).stdout).toContain('"originalEnvelopeId":"QQ314159"');
    expect(npx('lint', join(mail, 'faulty.eml')).status).toBe(1);
    expect(npx('compose', '--schema').stdout).toContain('"$schema"');
    expect(npx('inspect').status).toBe(2);
  });

  it('brings no tests, and the schema', () => {
    const all = readdirSync(join(folder.path, 'empty/node_modules/@dsnkit/cli'), { recursive: true }).map(String);
    expect(all.filter((name) => name.includes('.test.'))).toEqual([]);
    expect(all).toContain(join('schema', 'report.schema.json'));
    expect(all).toContain(join('dist', 'inspect-worker.js'));
  });

  it('shares work among threads as it was built', () => {
    const copies = Array<string>(400).fill(join(mail, 'bounces.mbox'));
    const main = join(folder.path, 'empty/node_modules/@dsnkit/cli/dist/main.js');
    const inspect = (jobs: string): string =>
      run(process.execPath, [main, 'inspect', '--json', '-j', jobs, ...copies, ...copies, ...copies], folder.path)
        .stdout;
    const alone = inspect('1');
    expect(alone.trimEnd().split('\n')).toHaveLength(3600);
    expect(inspect('2')).toBe(alone);
  });
});
