import type { Content } from '../model.ts';

/** Programs of this machine, for final delivery. */
export interface Programs {
  /**
   * Runs a program without a shell, gives it `input`, and waits for its end. Its environment is PATH and `environment`.
   * `said` is the begin of what it wrote. Rejects with a plain Error when it can't be started, and when it is killed with
   * all that it has started: after `timeoutMs`, and when `input` fails.
   */
  run(call: ProgramCall): Promise<{ readonly exitCode: number; readonly said: string }>;
}

/** One run of a program. */
export interface ProgramCall {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly input: AsyncIterable<Uint8Array>;
  readonly timeoutMs: number;
}

/** Final delivery into files. */
export interface Mailboxes {
  /**
   * Stores one message in the Maildir `folder` (created when missing) under `directory`: written to tmp, synced,
   * moved to new, directory synced. Resolves once a power cut can't lose it. Rejects with a plain Error on trouble.
   * `prefix` (trace header fields) goes before the content.
   *
   * `key` (letters, digits, dots) names this delivery: made again after a crash, it takes the place of the first one
   * and there is still one message.
   */
  deliver(delivery: {
    readonly directory: string;
    readonly folder: string;
    readonly key: string;
    readonly prefix: Uint8Array;
    readonly content: Content;
  }): Promise<void>;
}
