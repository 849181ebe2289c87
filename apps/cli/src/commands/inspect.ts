import { Command, Option } from 'commander';
import type { InspectOptions } from '../report/inspect.ts';
import { collect } from './collect.ts';
import type { Perform } from './perform.ts';

const HELP = `
Files are messages or mbox files, gzipped or not; a folder is read with all below it, a Maildir by its cur and new.
A message that is no report is told by the reports attached to it or quoted in it, as people forward them.
With filters, a message is told with those recipients only that pass.

Examples:
  dsn inspect bounce.eml                           one report in words
  dsn inspect --explain bounce.eml                 and what to do about it
  dsn inspect --json Maildir/ | jq .               one JSON object per message and line
  dsn inspect --table --action failed --since 7d mail/
  dsn inspect --summary --status 5.1.* archive.mbox.gz
  dsn inspect --csv --explain --recipient @example.com mail/ > bounces.csv
  ssh mail.example.com cat bounce.eml | dsn inspect -`;

/** `dsn inspect FILE…|-` */
export function inspectCommand(perform: Perform): Command {
  const command = new Command('inspect')
    .description('read reports: who failed, why, and about which message; one or a million')
    .argument('<file...>', 'messages, mbox files, Maildir or other folders, .gz of any; - is standard input')
    .option('--json', 'one JSON object per message and line; with --summary, one object')
    .addOption(new Option('--csv', 'one line per recipient').conflicts(['json', 'table', 'summary']))
    .addOption(new Option('--table', 'one line per recipient, for people').conflicts(['json', 'summary']))
    .option('--summary', 'counts only: by status, reason, domain, reporting host and over time')
    .addOption(
      new Option('--explain', 'what to do about each failure; with --csv, columns for that').conflicts([
        'table',
        'summary',
      ]),
    )
    .option('--top <number>', 'lines of each chart of --summary', '10');
  return command
    .option('--status <codes>', 'only these status codes: 5.1.1, 5.1.*, 4', collect)
    .option('--action <actions>', 'only these: failed, delayed, delivered, relayed, expanded', collect)
    .option('--recipient <address>', 'only this one, @domain, or a pattern with *; may be repeated', collect)
    .option('--since <date>', 'only reports from then on: 2024-03-07, or an age such as 36h, 7d, 2w')
    .option('--until <date>', 'only reports up to then')
    .option(
      '--kind <kinds>',
      'only these: dsn, bounce, delay, success, auto-reply, challenge, feedback, mdn, other',
      collect,
    )
    .option('-j, --jobs <number>', 'threads; one per core if absent')
    .addHelpText('after', HELP)
    .action((files: readonly string[], options: InspectOptions) =>
      perform(async (context) => {
        const { inspect } = await import('../report/inspect.ts');
        return await inspect(files, options, context);
      }),
    );
}
