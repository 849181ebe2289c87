import { readMessages } from '../input/messages.ts';
import { nameOf } from '../report/describe.ts';
import { summarize, type IssueSummary } from '../report/summary.ts';
import { printable } from '../terminal/palette.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';

export interface LintOptions {
  readonly json?: true;
}

/** Checks messages and tells every departure. */
export async function lint(
  files: readonly string[],
  options: LintOptions,
  { terminal, quiet, complain }: Context,
): Promise<ExitCode> {
  let findings = 0;
  for await (const message of readMessages(files, { stdin: () => terminal.input(), complain })) {
    const summary = summarize(message);
    const { file, index, kind } = summary;
    const issues = kind === 'dsn' || summary.issues.length > 0 ? summary.issues : [noReport(kind)];
    findings += issues.length;
    if (options.json === true) terminal.out(`${JSON.stringify({ file, index, kind, issues })}\n`);
    else {
      const name = nameOf(summary);
      for (const issue of issues) terminal.out(`${name}:${issue.line ?? 1}: ${inWords(issue)}\n`);
      if (issues.length === 0 && !quiet) terminal.out(`${name}: fine\n`);
    }
    await terminal.drained();
  }
  return findings === 0 ? EXIT.fine : EXIT.findings;
}

function noReport(kind: string): IssueSummary {
  return {
    code: 'not-a-report',
    line: null,
    field: null,
    clause: 'RFC 3464 §2',
    message: `not a delivery status notification: ${kind === 'other' ? 'no report' : kind}`,
    repaired: null,
  };
}

function inWords({ field, message, code, clause, repaired }: IssueSummary): string {
  const about = field === null ? '' : `${field}: `;
  const made = repaired === null ? '' : `; read as: ${repaired}`;
  return printable(`${about}${message} (${code}, ${clause ?? 'no clause'})${made}`);
}
