import { Command } from 'commander';
import { readMessages } from '../input/messages.ts';
import { summarize } from '../report/summary.ts';
import { describe } from '../report/describe.ts';

/** `dsn inspect FILE…|-` */
export function inspectCommand(done: (code: number) => void): Command {
  return new Command('inspect')
    .description('read reports: who failed, why, and about which message')
    .argument('<file...>', 'message files, mbox files, Maildir or other folders; - is standard input')
    .option('--json', 'one JSON object per message and line')
    .action((files: readonly string[], options: { readonly json?: boolean }) => {
      let first = true;
      for (const { file, index, octets } of readMessages(files)) {
        const summary = summarize(octets, file, index);
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify(summary)}\n`);
          continue;
        }
        process.stdout.write(`${first ? '' : '\n'}${describe(summary)}\n`);
        first = false;
      }
      done(0);
    });
}
