import { Command, InvalidArgumentError, Option } from 'commander';
import type { ComposeOptions } from '../compose/compose.ts';
import { collect } from './collect.ts';
import type { Perform } from './perform.ts';

const HELP = `
A recipient is ADDRESS key=value …, with the keys action (failed if absent), status, original, remote, diagnostic,
diagnostic.LANGUAGE, last-attempt, retry-until and log-id; values that hold blanks stand in double quotes.

Examples:
  dsn compose --reporting-mta mx.example.net --original message.eml \\
    --recipient 'bob@example.com status=5.1.1 remote=mx.example.com diagnostic="550 5.1.1 no such user"'
  dsn compose --reporting-mta mx.example.net --to alice@example.org --language en --language de \\
    --recipient 'bob@example.com action=delayed retry-until=2030-01-05T12:00:00Z'
  dsn inspect --json bounce.eml | dsn compose - --to other@example.org     the same report anew
  dsn compose --schema                                                     what the JSON document may hold`;

/** `dsn compose [FILE]` */
export function composeCommand(perform: Perform): Command {
  const command = new Command('compose')
    .description('write a report, from options or JSON and an original message')
    .argument('[file]', 'JSON document, - for standard input; options count more than what it says')
    .option('--recipient <spec>', 'a recipient and what became of it; may be repeated', collect)
    .option('--reporting-mta <name>', 'the host that reports')
    .option('--original <file>', 'the message that is reported on, - for standard input')
    .addOption(
      new Option('--return <what>', 'what comes back of it; by default as RFC 3461 §4.3 has it').choices([
        'full',
        'headers',
        'none',
      ]),
    )
    .addOption(
      new Option('--language <tag>', 'language of the text: en, de, fr or es; may be repeated').argParser(language),
    )
    .option('--global', 'UTF-8 and message/global-delivery-status where the content needs them (RFC 6533)')
    .option('--envid <text>', 'the ENVID of the message, decoded')
    .option('--arrival-date <date>', 'when the message came to the reporting host')
    .option('--received-from <name>', 'the host that it came from')
    .option('--gateway <name>', 'the gateway that translated the report');
  return command
    .option('--from <address>', 'From of the report; postmaster of the reporting host if absent')
    .option('--to <address>', 'To; the sender of the original if absent')
    .option('--subject <text>', 'Subject; tells action and subject of the original if absent')
    .option('--date <date>', 'Date; now if absent')
    .option('--message-id <id>', 'Message-ID; made if absent')
    .option('-o, --output <file>', 'where to write; standard output if absent')
    .option('--schema', 'print the JSON Schema of the document')
    .addHelpText('after', HELP)
    .action((file: string | undefined, options: ComposeOptions) =>
      perform(async (context) => {
        const { compose } = await import('../compose/compose.ts');
        return await compose(file, options, context);
      }),
    );
}

function language(value: string, previous: readonly string[] = []): readonly string[] {
  if (!['en', 'de', 'fr', 'es'].includes(value)) throw new InvalidArgumentError('Allowed choices are en, de, fr, es.');
  return [...previous, value];
}
