import { Command } from 'commander';
import type { ExplainOptions } from '../explain/explain.ts';
import type { Perform } from './perform.ts';

const HELP = `
Examples:
  dsn explain 5.7.26                          a status code; X.7.26 for every class
  dsn explain 550-5.1.1 no such user          an SMTP reply
  dsn explain 'Diagnostic-Code: smtp; 451 …'  a line of a report; or any words that quote a code or reply
  dsn explain ORCPT=rfc822;a+2Bb@example.com  a parameter, its value decoded
  dsn explain Remote-MTA                      a field of a report
  dsn explain relayed                         an action
  dsn explain NOTIFY=SUCCESS relayed          which report is owed, and why
  dsn explain absent failed --from '<>'       the same without NOTIFY, for a message that is a report

Outcomes: delivered, expanded, relayed (to a host without DSN), relayed-to-dsn, delayed, failed.`;

/** `dsn explain THING` */
export function explainCommand(perform: Perform): Command {
  return new Command('explain')
    .description('say what a status code, reply, parameter, field or action means, and which report is owed')
    .argument('<words...>', 'what to explain')
    .option('--from <address>', "reverse-path of the message; '<>' is the null reverse-path", 'sender@example.org')
    .option('--json', 'the same for programs')
    .addHelpText('after', HELP)
    .action((words: readonly string[], options: ExplainOptions) =>
      perform(async (context) => {
        const { explain } = await import('../explain/explain.ts');
        return explain(words, options, context);
      }),
    );
}
