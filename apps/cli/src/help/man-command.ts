import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { reasonOf } from '../input/reason.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';
import { manPage, pagesOf } from './man.ts';

/** Prints one page, or writes all. */
export function man(
  program: Command,
  name: string | undefined,
  { output }: { readonly output?: string },
  { terminal, quiet }: Context,
): ExitCode {
  if (output !== undefined) {
    writePages(program, output);
    if (!quiet) terminal.err(`${pagesOf(program).length} pages written to ${output}\n`);
    return EXIT.fine;
  }
  const command = name === undefined ? program : program.commands.find((one) => one.name() === name);
  if (command === undefined) throw new UsageError(`man: no command ${JSON.stringify(name)}`);
  terminal.out(manPage(command, version()));
  return EXIT.fine;
}

function writePages(program: Command, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const command of pagesOf(program)) {
      const title = command === program ? 'dsn' : `dsn-${command.name()}`;
      writeFileSync(join(folder, `${title}.1`), manPage(command, version()));
    }
  } catch (error) {
    throw new UsageError(`--output ${folder}: ${reasonOf(error)}`);
  }
}
