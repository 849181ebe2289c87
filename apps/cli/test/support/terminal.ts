import type { Terminal } from '../../src/terminal/terminal.ts';
import { run } from '../../src/run.ts';

/** What a command line gave. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order of writing; lines of standard error are marked with `! `. */
  readonly screen: string;
}

export interface Seat {
  readonly stdin?: string | Uint8Array;
  readonly colors?: boolean;
  readonly shown?: boolean;
  readonly watched?: boolean;
  readonly columns?: number;
}

/** Runs a command line in this process, with a terminal that only takes notes. */
export async function dsn(args: readonly string[], seat: Seat = {}): Promise<Ran> {
  const out: Buffer[] = [];
  let stderr = '';
  let screen = '';
  const terminal: Terminal = {
    out: (text) => {
      out.push(Buffer.from(text as string));
      screen += typeof text === 'string' ? text : Buffer.from(text).toString();
    },
    err: (text) => {
      stderr += text;
      screen += text.replace(/^(?=.)/gm, '! ');
    },
    drained: () => undefined,
    input: () => piecesOf(seat.stdin ?? ''),
    columns: seat.columns ?? 100,
    colors: seat.colors ?? false,
    shown: seat.shown ?? false,
    watched: seat.watched ?? false,
  };
  const code = await run(args, terminal);
  return { code, stdout: Buffer.concat(out).toString(), stderr, screen };
}

/** In two pieces, as pipes do. */
async function* piecesOf(input: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const octets = Buffer.from(input as string);
  await Promise.resolve();
  yield octets.subarray(0, 1);
  yield octets.subarray(1);
}
