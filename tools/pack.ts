/**
 * Checks the package in the current folder as npm would publish it: publint (strict) for the manifest, no test among the
 * files and, for libraries, "are the types wrong" for how TypeScript resolves it. ESM only, so CommonJS and node10 are not
 * asked for.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const run = (args: readonly string[]): boolean => spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'dsnkit-pack-'));
try {
  const packed = spawnSync('npx', ['-y', '--prefer-offline', 'pnpm@10.34.9', 'pack', '--pack-destination', folder], {
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(packed.stderr || packed.stdout);
  const tarball = join(folder, readdirSync(folder)[0] ?? '');
  const { exports: entries } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports?: unknown };
  const lint = run([bin('publint/src/cli.js'), 'run', tarball, '--strict']);
  const types =
    entries === undefined ||
    run([bin('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only', '--format', 'ascii', '--quiet']);
  // npm publishes whatever is called readme, so that `files` alone does not keep readme.test.ts out.
  const { stdout: files } = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  const tests = files.split('\n').filter((file) => file.includes('.test.'));
  for (const file of tests) console.error(`${file}: a test is no part of the package`);
  process.exitCode = lint && types && tests.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
