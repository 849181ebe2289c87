import { Command } from 'commander';
import { readMessages } from '../input/messages.ts';
import { summarize } from '../report/summary.ts';

/** `dsn lint FILE…` */
export function lintCommand(done: (code: number) => void): Command {
  return new Command('lint')
    .description('check reports against the standards; exit code 1 if something departs from them')
    .argument('<file...>', 'as for inspect')
    .option('--json', 'one JSON object per message and line')
    .action((files: readonly string[], options: { readonly json?: boolean }) => {
      let findings = 0;
      for (const { file, index, octets } of readMessages(files)) {
        const { kind, issues } = summarize(octets, file, index);
        const name = index === undefined ? file : `${file}#${index}`;
        const noReport = kind !== 'dsn' && issues.length === 0;
        findings += issues.length + (noReport ? 1 : 0);
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify({ file, index: index ?? null, kind, issues })}\n`);
          continue;
        }
        if (noReport) console.log(`${name}: not a delivery status notification (RFC 3464 §2): ${kind}`);
        for (const issue of issues) {
          const field = issue.field === null ? '' : `${issue.field}: `;
          const repaired = issue.repaired === null ? '' : `; read as: ${issue.repaired}`;
          console.log(
            `${name}:${issue.line ?? 0}: ${field}${issue.message} (${issue.code}, ${issue.clause ?? ''})${repaired}`,
          );
        }
        if (kind === 'dsn' && issues.length === 0) console.log(`${name}: fine`);
      }
      done(findings === 0 ? 0 : 1);
    });
}
