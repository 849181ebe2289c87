import { reasonOf } from '../input/reason.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    // A reader that closes early (head, less) is no fault.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      if (stream === stdout) stderr.write(`dsn: standard output: ${reasonOf(error)}\n`);
      process.exit(EXIT.wrong);
    });
  }
  let full = false;
  return {
    out: (text) => {
      full = !stdout.write(text);
    },
    err: (text) => {
      stderr.write(text);
    },
    drained: () => {
      if (!full) return undefined;
      full = false;
      return stdout.writableNeedDrain ? new Promise((resolve) => stdout.once('drain', () => resolve())) : undefined;
    },
    input: () => stdin,
    columns: columnsOf(env['COLUMNS'], stdout.columns),
    colors: showsColors(env, stdout.isTTY),
    shown: stdout.isTTY,
    watched: stderr.isTTY && env['TERM'] !== 'dumb',
  };
}

/** A terminal that nobody told its size, as some containers and test programs have it, says 0. */
function columnsOf(wish: string | undefined, actual: number | undefined): number {
  const wished = Number(wish);
  if (Number.isInteger(wished) && wished >= 20) return wished;
  return actual === undefined || actual === 0 ? 80 : actual;
}

/** https://no-color.org: set and not empty, whatever the value. */
function showsColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '') !== '') return env['FORCE_COLOR'] !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}
