import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { inspectCommand } from './commands/inspect.ts';
import { lintCommand } from './commands/lint.ts';
import { sendCommand } from './commands/send.ts';
import { xtextCommand } from './commands/xtext.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes: the same for every command. */
export const exitCodes = { fine: 0, findings: 1, wrong: 2 } as const;

/** Runs one command line and gives the exit code: 0 fine, 1 findings, 2 wrong use or input. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.fine;
  const done = (result: number): void => {
    code = result;
  };
  const program = new Command('dsn')
    .description('Read, check and send delivery status notifications (RFC 3461, RFC 3464).')
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`dsn: ${text.replace(/^error: /, '')}`) })
    .addCommand(inspectCommand(done))
    .addCommand(lintCommand(done))
    .addCommand(xtextCommand())
    .addCommand(sendCommand(done));
  for (const command of program.commands) inherit(command, program);
  // A reader that closes early (head, less) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(code);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.wrong;
    if (!(error instanceof UsageError) && !isSystemError(error)) throw error;
    console.error(`dsn: ${error.message}`);
    return exitCodes.wrong;
  }
}

function inherit(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  for (const child of command.commands) inherit(child, program);
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
