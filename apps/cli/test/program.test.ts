import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mail } from './support/folder.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs the program in a process of its own. */
async function dsn(
  args: readonly string[],
  stdin: string | Uint8Array = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

describe('the program', () => {
  it('reads standard input and writes no colours into a pipe', async () => {
    const { code, stdout, stderr } = await dsn(['inspect', '-'], readFileSync(join(mail, 'failed.eml'), 'utf8'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^-: delivery status notification\n/);
    expect(stdout).not.toContain('\u001b');
  });

  it('gives 0, 1 and 2 to the shell, and one line on standard error', async () => {
    expect(await dsn(['lint', join(mail, 'failed.eml')])).toMatchObject({ code: 0, stderr: '' });
    expect(await dsn(['lint', join(mail, 'faulty.eml')])).toMatchObject({ code: 1, stderr: '' });
    expect(await dsn(['lint', 'no-such.eml'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dsn: no-such.eml: no such file or folder\n',
    });
  });

  it('ends quietly when its reader closes early', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=source', main, 'inspect', '--json', ...Array<string>(400).fill(mail)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.skipIf(!existsSync('/dev/full'))('tells in one line that its output found no room: no finding', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['--conditions=source', main, 'inspect', mail], {
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'dsn: standard output: no space left\n' });
  });

  it('tells what it read of a packed mbox before the damage', async () => {
    const report = readFileSync(join(mail, 'failed.eml'), 'latin1');
    const mbox = `From a@b.example Thu Mar  7 09:12:44 2024\n${report}\n`.repeat(3);
    // Stored, not deflated, so that it is known what is left of it.
    const cut = gzipSync(Buffer.from(mbox, 'latin1'), { level: 0 }).subarray(0, -100);
    const { code, stdout, stderr } = await dsn(['inspect', '--csv', '-'], cut);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'dsn: -: damaged gzip data (unexpected end of file)\n' });
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(2);
  });
});
