import { Command, Option } from 'commander';
import type { LintOptions } from '../lint/lint.ts';
import type { Perform } from './perform.ts';

const HELP = `
Examples:
  dsn lint bounce.eml                        what departs from the standards, with line, caret and clause
  dsn lint --clauses bounce.eml              every clause that was looked at, and how it went
  dsn lint --fix bounce.eml > repaired.eml   the same report, written as it should have been
  dsn lint --sarif reports/ > lint.sarif     for code scanners

Errors depart from a standard; notes are within the grammar, but hint at a mistake.
Of a message that is no report, those attached to it are checked; lines count in the whole message.
Exit code: 0 no errors (with --strict: no notes either), 1 findings, 2 something could not be read or repaired.`;

/** `dsn lint FILE…` */
export function lintCommand(perform: Perform): Command {
  return new Command('lint')
    .description('check reports against the standards, clause by clause; exit code 1 if something departs')
    .argument('<file...>', 'as for inspect')
    .option('--clauses', 'list every clause that was looked at')
    .option('--strict', 'notes are findings, too')
    .option('--json', 'one JSON object per message and line')
    .addOption(new Option('--sarif', 'one SARIF 2.1.0 log').conflicts(['json', 'clauses', 'fix']))
    .addOption(
      new Option('--fix', 'write a repaired report; remarks go to standard error').conflicts(['json', 'clauses']),
    )
    .option('-o, --output <file>', 'where --fix writes; standard output if absent')
    .addHelpText('after', HELP)
    .action((files: readonly string[], options: LintOptions) =>
      perform(async (context) => {
        const { lint } = await import('../lint/lint.ts');
        return await lint(files, options, context);
      }),
    );
}
