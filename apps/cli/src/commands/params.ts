import { Command } from 'commander';
import type { ParseOptions } from '../params/params.ts';
import type { EnvelopeOptions } from '../send/plan.ts';
import { addEnvelope } from './envelope.ts';
import { chooseFrom, type Perform } from './perform.ts';

const HELP = `
Examples:
  dsn params parse 'MAIL FROM:<a@example.org> RET=HDRS ENVID=QQ+2B314'
  dsn params parse --announced DSN,SIZE 'RCPT TO:<b@example.net> NOTIFY=NEVER,DELAY'
  dsn params build --from a@example.org --ret HDRS --envid 'QQ 314' \\
    --to 'b@example.net NOTIFY=SUCCESS' --to c@example.net --notify NEVER --orcpt`;

/** `dsn params parse|build` */
export function paramsCommand(perform: Perform): Command {
  const command: Command = new Command('params')
    .description('read and write MAIL and RCPT commands with their parameters (RFC 5321 §4.1.2, RFC 3461 §4)')
    .addHelpText('after', HELP)
    .action(() => chooseFrom(command));
  command
    .command('parse')
    .description('read command lines as a server would; exit code 1 if it would refuse one')
    .argument('<line...>', 'MAIL or RCPT commands without CRLF; - reads them from standard input')
    .option('--announced <keywords>', 'what the server announced; everything if absent')
    .option('--smtputf8', 'RCPT belongs to a transaction with SMTPUTF8')
    .option('--json', 'one JSON object per command and line')
    .action((lines: readonly string[], options: ParseOptions) =>
      perform(async (context) => {
        const { parseParams } = await import('../params/params.ts');
        return await parseParams(lines, options, context);
      }),
    );
  addEnvelope(command.command('build').description('write the command lines of an envelope')).action(
    (options: EnvelopeOptions) =>
      perform(async (context) => {
        const { buildParams } = await import('../params/params.ts');
        return buildParams(options, context);
      }),
  );
  return command;
}
