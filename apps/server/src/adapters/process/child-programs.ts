import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProgramCall, Programs } from '../../ports.ts';

/** What of a program's output is kept. */
const MAX_SAID_OCTETS = 4096;

/** How long the output of a program is read on after its end: what it left running may keep that open for ever. */
const LINGER_MS = 1000;

/**
 * Programs as child processes, without a shell.
 *
 * @example await new ChildPrograms().run({ command: ['/bin/cat'], environment: {}, input, timeoutMs: 1000 });
 */
export class ChildPrograms implements Programs {
  async run({ command, environment, input, timeoutMs }: ProgramCall): Promise<{ exitCode: number; said: string }> {
    const [program, ...words] = command;
    const child = spawn(program, words, {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: what takes too long is ended with all that it has started.
      detached: process.platform !== 'win32',
    });
    // Why not is told in a moment. Out of descriptors, what was not started has no streams, either.
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    running.add(child);
    const timer = setTimeout(() => killGroup(child), timeoutMs);
    let said = Buffer.alloc(0);
    const keep = (chunk: Buffer): void => {
      if (said.length < MAX_SAID_OCTETS) said = Buffer.concat([said, chunk]).subarray(0, MAX_SAID_OCTETS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ended = new Promise<number>((resolve, reject) => {
      let linger: NodeJS.Timeout | undefined;
      child.once('error', (error) => {
        clearTimeout(timer);
        running.delete(child);
        reject(error);
      });
      child.once('exit', () => {
        clearTimeout(timer);
        running.delete(child);
        linger = setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), LINGER_MS);
      });
      child.once('close', (code, signal) => {
        clearTimeout(linger);
        if (code === null) reject(new Error(`${program} was ended by ${signal ?? 'something'}`));
        else resolve(code);
      });
    });
    const unread: unknown[] = [];
    const whole = orElse(input, (error) => {
      unread.push(error);
      // The program must not take what it has for the whole.
      killGroup(child);
    });
    // A program need not read all of its message: what counts is its exit code.
    const fed = pipeline(Readable.from(whole), child.stdin).catch(() => undefined);
    const exitCode = await ended;
    await fed;
    if (unread.length > 0) throw new Error('the message could not be read to its end', { cause: unread[0] });
    return { exitCode, said: said.toString('utf8') };
  }
}

/** Those that run end with this process: what they deliver is not settled any more, and tried again. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach(killGroup));

/** Tells of an error in the reading before it goes on. */
async function* orElse(
  input: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* input;
  } catch (error) {
    failed(error);
    throw error;
  }
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? NaN), 'SIGKILL');
  } catch {
    // Windows has no groups.
    child.kill('SIGKILL');
  }
}
