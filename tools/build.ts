/**
 * Builds the package in the current folder: `tsc` writes ESM, declarations and maps to dist/.
 * A program's entry point gets the bit that lets a shell start it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../node_modules/typescript7/bin/tsc', import.meta.url));
rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' });
const { bin = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin?: Record<string, string> };
for (const file of Object.values(bin)) if (existsSync(file)) chmodSync(file, 0o755);
process.exitCode = status ?? 1;
