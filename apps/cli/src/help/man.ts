import type { EventEmitter } from 'node:events';
import type { Command } from 'commander';

/** When the commands changed last, as pages of a manual tell it. */
const CHANGED = '2026-11-21';

/** The manual page of a command, or of all of them, in the man macros of roff, made from the commands themselves. */
export function manPage(command: Command, version: string): string {
  const name = nameOf(command);
  const title = name.replaceAll(' ', '-');
  const help = command.createHelp();
  const sections = [
    `.TH "${title.toUpperCase()}" "1" "${CHANGED}" "dsnkit ${version}" "User Commands"`,
    `.SH NAME\n${escaped(title)} \\- ${escaped(command.description())}`,
    `.SH SYNOPSIS\n.B ${escaped(name)}\n${escaped(command.usage().replace(/^<command> /, 'command '))}`,
    list(
      'ARGUMENTS',
      help.visibleArguments(command).map((argument) => [argument.name(), help.argumentDescription(argument)]),
    ),
    list(
      'COMMANDS',
      command.commands.map((child) => [child.name(), child.description()]),
    ),
    list(
      'OPTIONS',
      help.visibleOptions(command).map((option) => [option.flags, help.optionDescription(option)]),
    ),
    list(
      'GLOBAL OPTIONS',
      help.visibleGlobalOptions(command).map((option) => [option.flags, help.optionDescription(option)]),
    ),
    afterHelp(command),
    `.SH EXIT STATUS\n0 is fine, 1 are findings, 2 is wrong use or input, told in one line of standard error.`,
    `.SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colours, if it is not empty\n.TP\n.B DSN_PASSWORD\nthe password for \\-\\-user\n.TP\n.B DSN_IMAP_PASSWORD\nthe password for an IMAP mailbox of \\-\\-reports`,
    `.SH SEE ALSO\n${seeAlso(command)}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n')}\n`;
}

/** Every command that has a page: the program, and each command below it. */
export function pagesOf(program: Command): readonly Command[] {
  return [program, ...program.commands];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function list(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  return `.SH ${title}\n${rows.map(([name, text]) => `.TP\n.B ${escaped(name)}\n${escaped(text)}`).join('\n')}`;
}

/** What stands behind the options in the help: remarks, and examples word by word. */
function afterHelp(command: Command): string {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  // commander gives this text to listeners only, and its types do not tell that it is an emitter.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  const [remarks = '', examples = ''] = text.trim().split(/^Examples:\n/m);
  const rest = examples.split(/\n\n(?=\S)/);
  const shown =
    rest[0] === undefined || rest[0] === '' ? '' : `.SH EXAMPLES\n.nf\n${escaped(rest[0].replace(/^ {2}/gm, ''))}\n.fi`;
  const prose = [remarks, ...rest.slice(1)]
    .filter((piece) => piece.trim() !== '')
    .map((piece) => escaped(piece.trim()));
  return [prose.length === 0 ? '' : `.SH REMARKS\n${prose.join('\n.PP\n')}`, shown]
    .filter((piece) => piece !== '')
    .join('\n');
}

function seeAlso(command: Command): string {
  if (command.parent === null)
    return command.commands.map((child) => `.BR dsn\\-${escaped(child.name())} (1)`).join(',\n');
  return '.BR dsn (1)';
}

/** Backslashes, hyphens, and dots and quotes that begin a line mean something to roff. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}
