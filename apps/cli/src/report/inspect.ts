import { readMessages } from '../input/messages.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { describe } from './describe.ts';
import { summarize } from './summary.ts';

export interface InspectOptions {
  readonly json?: true;
}

/** Reads messages and tells what they report. */
export async function inspect(
  files: readonly string[],
  options: InspectOptions,
  { terminal, paint, complain }: Context,
): Promise<ExitCode> {
  let first = true;
  for await (const message of readMessages(files, { stdin: () => terminal.input(), complain })) {
    const summary = summarize(message);
    if (options.json === true) terminal.out(`${JSON.stringify(summary)}\n`);
    else terminal.out(`${first ? '' : '\n'}${describe(summary, paint)}\n`);
    first = false;
    await terminal.drained();
  }
  return EXIT.fine;
}
