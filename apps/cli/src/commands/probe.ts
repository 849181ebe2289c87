import { Command, Option } from 'commander';
import type { ProbeOptions } from '../probe/probe.ts';
import type { Perform } from './perform.ts';
import { addSession } from './session.ts';

const HELP = `
Safe by default: commands up to RCPT, each taken back with RSET, in one connection at a time, and no content. Two errors
per connection are made at most; a 421 ends the test at once.

With --deliver messages are sent to addresses of a domain that you have routed to --listen, where this program plays the
next hop, first with DSN and then without, and the mailbox of the sender, whose reports it checks.

Examples:
  dsn probe mx.example.org
  dsn probe 127.0.0.1:2525 --to postmaster --json
  dsn probe 127.0.0.1:2525 --deliver --domain probe.test --listen 127.0.0.1:2600
  dsn probe mx.example.org --html -o card.html

Exit code: 0 the card is clean (notes are allowed, unless --strict), 1 findings, 2 the test could not run to its end.`;

/** `dsn probe HOST` */
export function probeCommand(perform: Perform): Command {
  const command = new Command('probe')
    .description("test another server's delivery status notifications and print a report card, clause by clause")
    .argument('<host>', 'HOST or HOST:PORT; port 25 if none is named')
    .option('--from <address>', 'reverse-path to test with', 'probe@example.org')
    .option('--to <address>', 'recipient to test with, one that the server takes', 'postmaster')
    .option('--deliver', 'send messages, and check what is relayed and reported')
    .option('--domain <name>', 'with --deliver: the domain that is routed to --listen')
    .option('--listen <host:port>', 'with --deliver: where to play the next hop')
    .option('--wait <seconds>', 'with --deliver: how long to wait for messages and reports', '30');
  return addSession(command)
    .option('--strict', 'notes are findings, too')
    .option('--json', 'the card as one JSON object, with every dialogue')
    .addOption(new Option('--junit', 'the card as JUnit XML').conflicts(['json', 'html']))
    .addOption(new Option('--html', 'the card as a page').conflicts('json'))
    .option('-o, --output <file>', 'where to write; standard output if absent')
    .option('-v, --verbose', 'show the dialogue on standard error')
    .addHelpText('after', HELP)
    .action((host: string, options: ProbeOptions) =>
      perform(async (context) => {
        const { probe } = await import('../probe/probe.ts');
        return await probe(host, options, context);
      }),
    );
}
