import { Command } from 'commander';
import type { Perform } from './perform.ts';
import type { InspectOptions } from '../report/inspect.ts';

const HELP = `
Examples:
  dsn inspect bounce.eml                 one report in words
  dsn inspect --json Maildir/ | jq .     one JSON object per message and line
  curl -s https://host/mbox | dsn inspect -

Files are messages or mbox files, gzipped or not; a folder is read with all below it, a Maildir by its cur and new.`;

/** `dsn inspect FILE…|-` */
export function inspectCommand(perform: Perform): Command {
  return new Command('inspect')
    .description('read reports: who failed, why, and about which message')
    .argument('<file...>', 'messages, mbox files, Maildir or other folders, .gz of any; - is standard input')
    .option('--json', 'one JSON object per message and line')
    .addHelpText('after', HELP)
    .action((files: readonly string[], options: InspectOptions) =>
      perform(async (context) => {
        const { inspect } = await import('../report/inspect.ts');
        return await inspect(files, options, context);
      }),
    );
}
