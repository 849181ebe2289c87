import { Command } from 'commander';
import { chooseFrom, type Perform } from './perform.ts';

const HELP = `
Examples:
  dsn xtext encode 'a+b=c'        a+2Bb+3Dc
  dsn xtext decode a+2Bb+3Dc      a+b=c
  printf 'a+b' | dsn xtext encode -`;

/** `dsn xtext encode|decode TEXT` */
export function xtextCommand(perform: Perform): Command {
  const command: Command = new Command('xtext')
    .description('encode and decode xtext, as ENVID and ORCPT use it (RFC 3461 §4)')
    .addHelpText('after', HELP)
    .action(() => chooseFrom(command));
  for (const [name, description, argument] of [
    ['encode', 'text to xtext', 'text; its UTF-8 octets are encoded; - is standard input'],
    ['decode', 'xtext to text', 'an ENVID, or what stands behind the ";" of an ORCPT; - is standard input'],
  ] as const) {
    command
      .command(name)
      .description(description)
      .argument('<text>', argument)
      .action((text: string) =>
        perform(async (context) => {
          const { xtext } = await import('../wire/xtext.ts');
          return await xtext(name, text, context);
        }),
      );
  }
  return command;
}
