import { Command, CommanderError, Option } from 'commander';
import { completionCommand, manCommand } from './commands/completion.ts';
import { composeCommand } from './commands/compose.ts';
import { explainCommand } from './commands/explain.ts';
import { inspectCommand } from './commands/inspect.ts';
import { lintCommand } from './commands/lint.ts';
import { probeCommand } from './commands/probe.ts';
import { queueCommand } from './commands/queue.ts';
import { sendCommand } from './commands/send.ts';
import { suppressCommand } from './commands/suppress.ts';
import { watchCommand } from './commands/watch.ts';
import { xtextCommand } from './commands/xtext.ts';
import { matrixCommand } from './commands/matrix.ts';
import { paramsCommand } from './commands/params.ts';
import { chooseFrom, type Perform } from './commands/perform.ts';
import { palette, printable } from './terminal/palette.ts';
import { EXIT, type Context, type ExitCode, type Terminal } from './terminal/terminal.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** Runs one command line and gives the exit code: 0 fine, 1 findings, 2 wrong use or input. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine;
  const program = programOf(terminal, async (action) => {
    const { context, complained } = contextOf(program, terminal);
    code = await action(context);
    if (complained()) code = EXIT.wrong;
  });
  try {
    await program.parseAsync(withDeepHelp(args), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.wrong;
    const expected = error instanceof UsageError || isSystemError(error);
    // A fault of this program is no finding about anybody's message.
    terminal.err(
      `dsn: ${expected ? printable(error.message) : `a fault in dsn itself: ${(error as Error).stack ?? String(error)}`}\n`,
    );
    return EXIT.wrong;
  }
}

/** `help queue hold` is `queue hold --help`: the help of commander itself goes one command deep. */
function withDeepHelp(args: readonly string[]): readonly string[] {
  const [first, ...path] = args;
  return first === 'help' && path.length > 1 ? [...path, '--help'] : args;
}

/** All commands, with their help. */
export function programOf(terminal: Terminal, perform: Perform): Command {
  const program: Command = new Command('dsn')
    .description('Read, check, write and explain delivery status notifications (RFC 3461, RFC 3464).')
    .usage('<command> [options] …')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(
      new Option('--color <when>', 'colours: auto (if a terminal shows them; heeds NO_COLOR), always or never')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('-q, --quiet', 'print only what was asked for: no progress, no remarks')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
    .helpCommand('help [command]', 'print help for a command')
    // That help is asked for a command which does not exist is an error, and no reason for all of the help.
    .addHelpText('beforeAll', ({ error, command }) => (error ? chooseFrom(command, command.args.at(-1)) : ''))
    .addHelpText('after', `\nExit codes: 0 fine, 1 findings, 2 wrong use or input.`)
    .action(() => chooseFrom(program));
  program.addCommand(inspectCommand(perform));
  program.addCommand(lintCommand(perform));
  program.addCommand(composeCommand(perform));
  program.addCommand(explainCommand(perform));
  program.addCommand(xtextCommand(perform));
  program.addCommand(paramsCommand(perform));
  program.addCommand(sendCommand(perform));
  program.addCommand(probeCommand(perform));
  program.addCommand(matrixCommand(perform));
  program.addCommand(queueCommand(perform));
  program.addCommand(watchCommand(perform));
  program.addCommand(suppressCommand(perform));
  program.addCommand(completionCommand(perform, program));
  program.addCommand(manCommand(perform, program));
  for (const command of [program, ...program.commands]) inherit(command, program, terminal);
  return program;
}

/** Settings that commander does not hand down to commands made apart. */
function inherit(command: Command, program: Command, terminal: Terminal): void {
  if (command !== program) command.copyInheritedSettings(program).helpOption('-h, --help', 'print help');
  command.allowExcessArguments(command.commands.length > 0);
  command.configureOutput({
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text),
    getOutHelpWidth: () => Math.min(terminal.columns, 100),
    getErrHelpWidth: () => Math.min(terminal.columns, 100),
    getOutHasColors: () => terminal.colors,
    getErrHasColors: () => false,
    outputError: (text, write) => write(`dsn: ${printable(oneLine(command, text))}\n`),
  });
  if (command !== program) for (const child of command.commands) inherit(child, program, terminal);
}

/** `error: unknown option '--jsn'\n(Did you mean --json?)` as one line that names the command, and tells what is missing. */
function oneLine(command: Command, text: string): string {
  const path = [];
  for (let at = command; at.parent !== null; at = at.parent) path.unshift(at.name());
  const where = path.length === 0 ? '' : `${path.join(' ')}: `;
  const what = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ');
  const [, missing] = /^missing required argument '([^']*)'$/.exec(what) ?? [];
  const description = command.registeredArguments.find((argument) => argument.name() === missing)?.description ?? '';
  return `${where}${what}${description === '' ? '' : `: ${description}`}`;
}

function contextOf(
  program: Command,
  terminal: Terminal,
): { readonly context: Context; readonly complained: () => boolean } {
  const { color, quiet } = program.opts<{ readonly color: string; readonly quiet?: boolean }>();
  const colors = color === 'auto' ? terminal.colors : color === 'always';
  let complained = false;
  const context: Context = {
    terminal,
    paint: palette(colors),
    colors,
    quiet: quiet === true,
    complain: (message) => {
      complained = true;
      terminal.err(`dsn: ${printable(message)}\n`);
    },
  };
  return { context, complained: () => complained };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
