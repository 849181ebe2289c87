import type { Palette } from './palette.ts';

/** What a command sees of the world around it: two places to write, one to read, and who looks on. */
export interface Terminal {
  /** Writes to standard output. */
  out(text: string | Uint8Array): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Resolves once the reader of standard output has caught up; undefined if it never fell behind. */
  drained(): Promise<void> | undefined;
  /** Standard input, piece by piece. */
  input(): AsyncIterable<Uint8Array>;
  /** Columns that a line on standard output has. */
  readonly columns: number;
  /** Standard output shows colours, unless `--color` says otherwise. */
  readonly colors: boolean;
  /** Standard output is shown to a person rather than passed on. */
  readonly shown: boolean;
  /** A person watches standard error: progress may be drawn there. */
  readonly watched: boolean;
}

/** What every command gets besides its own options. */
export interface Context {
  readonly terminal: Terminal;
  readonly paint: Palette;
  /** `paint` does paint. */
  readonly colors: boolean;
  /** Only what was asked for: no progress, no closing remarks. */
  readonly quiet: boolean;
  /** Tells a fault as one line of standard error; the command ends with exit code 2, but goes on with what it can do. */
  readonly complain: (message: string) => void;
}

/** Exit codes: the same for every command. */
export const EXIT = { fine: 0, findings: 1, wrong: 2 } as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
