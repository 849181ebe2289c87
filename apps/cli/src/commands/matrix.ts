import { Command } from 'commander';
import type { Perform } from './perform.ts';

const HELP = `
Examples:
  dsn probe 127.0.0.1:2525 --json -o ours.json
  dsn matrix ours.json Postfix=postfix.json Exim=exim.json > conformance.md`;

/** `dsn matrix CARD…` */
export function matrixCommand(perform: Perform): Command {
  return new Command('matrix')
    .description('set report cards of dsn probe --json side by side, as Markdown')
    .argument('<card...>', 'FILE, or NAME=FILE')
    .addHelpText('after', HELP)
    .action((files: readonly string[]) =>
      perform(async (context) => {
        const { matrix } = await import('../probe/matrix.ts');
        return matrix(files, context);
      }),
    );
}
