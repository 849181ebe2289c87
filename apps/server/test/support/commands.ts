import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The arguments with which node runs the server from source, before the server's own. */
export const DSND: readonly string[] = fromSource('../../src/main.ts');

/** The arguments with which node runs the command line from source, before its own. */
export const DSN: readonly string[] = fromSource('../../../cli/src/main.ts');

/** Runs `dsn` to its end; `env` comes on top of what there is. */
export async function runDsn(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return await new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [...DSN, ...args], options, (error, stdout, stderr) => {
      if (child.exitCode === null) reject(error ?? new Error('dsn was killed'));
      else resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}

function fromSource(path: string): string[] {
  return ['--conditions=source', fileURLToPath(new URL(path, import.meta.url))];
}
