import type { Command } from 'commander';
import type { Context, ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';

/** What a command does once its options are read. */
export type Action = (context: Context) => Promise<ExitCode> | ExitCode;

/** How a command hands its action over. */
export type Perform = (action: Action) => Promise<void>;

/** No command was given, or one that does not exist. */
export function chooseFrom(parent: Command, given: string | undefined = parent.args[0]): never {
  const names = parent.commands.map((command) => command.name()).join(', ');
  const where = parent.parent === null ? '' : `${parent.name()}: `;
  throw new UsageError(
    `${where}${given === undefined ? 'no command given' : `no command ${JSON.stringify(given)}`}; one of ${names}`,
  );
}
