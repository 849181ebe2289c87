/**
 * Builds the program in the current folder: one file for each entry point and a few that they share, with the packages of
 * this repository in them, since a program that starts from a hundred files takes twice as long to start. What `dependencies`
 * and `optionalDependencies` name stays outside.
 */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  engines: { node: string };
};
rmSync('dist', { recursive: true, force: true });
await build({
  // Threads start from files of their own.
  entryPoints: ['src/main.ts', 'src/report/inspect-worker.ts'],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: `node${manifest.engines.node.replace(/[^\d.]/g, '')}`,
  conditions: ['source'],
  external: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
  outdir: 'dist',
  // All in one folder: what is found by its place beside a file is found from any of them.
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
});
for (const file of Object.values(manifest.bin ?? {})) chmodSync(file, 0o755);
