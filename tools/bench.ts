/**
 * Runs every benchmark of the repository in turn: `npm run bench`, or `npm run bench -- xtext smtp` for some.
 * Each file in `bench/` and every package's and app's `bench/` runs us and a peer side by side and prints the ratios itself.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const wanted = process.argv.slice(2);
const files = globSync(['{packages,apps}/*/bench/*.ts', 'bench/*.ts'], { cwd: root })
  .sort()
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)));

console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
let failed = false;
for (const file of files) {
  console.log(`\n== ${file}`);
  const { status } = spawnSync(process.execPath, ['--conditions=source', file], {
    cwd: root,
    stdio: 'inherit',
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
