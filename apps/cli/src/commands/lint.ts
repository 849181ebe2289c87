import { Command } from 'commander';
import type { LintOptions } from '../lint/lint.ts';
import type { Perform } from './perform.ts';

const HELP = `
Examples:
  dsn lint bounce.eml            what departs from the standards, with line and clause
  dsn lint --json reports/       the same for programs

Exit code: 0 nothing found, 1 findings, 2 something could not be read.`;

/** `dsn lint FILE…` */
export function lintCommand(perform: Perform): Command {
  return new Command('lint')
    .description('check reports against the standards, clause by clause; exit code 1 if something departs')
    .argument('<file...>', 'as for inspect')
    .option('--json', 'one JSON object per message and line')
    .addHelpText('after', HELP)
    .action((files: readonly string[], options: LintOptions) =>
      perform(async (context) => {
        const { lint } = await import('../lint/lint.ts');
        return await lint(files, options, context);
      }),
    );
}
