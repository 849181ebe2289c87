import { Command } from 'commander';
import type { SuppressListOptions } from '../api/suppress.ts';
import { chooseFrom, type Perform } from './perform.ts';
import { addServer } from './server.ts';

const HELP = `
Examples:
  dsn suppress list --search example.net
  dsn suppress add bob@example.net --reason 'left the company' --until 2030-01-01
  dsn suppress remove bob@example.net
  dsn suppress export > list.jsonl
  dsn suppress import list.jsonl`;

interface AddOptions {
  readonly reason?: string;
  readonly until?: string;
}

/** `dsn suppress list|add|remove|…` */
export function suppressCommand(perform: Perform): Command {
  const command: Command = new Command('suppress')
    .description('see and change the addresses to which a dsnd lets nothing be submitted, over its HTTP API')
    .addHelpText('after', HELP)
    .action(() => chooseFrom(command));
  addServer(command.command('list').description('suppressed addresses, by address'))
    .option('--search <text>', 'only addresses that contain this')
    .option('--json', 'one JSON object per address and line')
    .action((options: SuppressListOptions) =>
      perform(async (context) => (await import('../api/suppress.ts')).listSuppressed(options, context)),
    );
  addServer(command.command('show').description('one suppressed address'))
    .argument('<address>', 'the address')
    .option('--json', 'one JSON object')
    .action((address: string, options: SuppressListOptions) =>
      perform(async (context) => (await import('../api/suppress.ts')).showSuppressed(address, options, context)),
    );
  addServer(command.command('add').description('let nothing be submitted to addresses'))
    .argument('<address...>', 'the addresses')
    .option('--reason <text>', 'why, in one sentence')
    .option('--until <date>', 'until when; for good if absent')
    .action((addresses: readonly string[], options: AddOptions) =>
      perform(async (context) => (await import('../api/suppress.ts')).suppress(addresses, options, context)),
    );
  addServer(command.command('remove').description('let mail go to addresses again'))
    .argument('<address...>', 'the addresses')
    .action((addresses: readonly string[], options: object) =>
      perform(async (context) => (await import('../api/suppress.ts')).unsuppress(addresses, options, context)),
    );
  addServer(command.command('export').description('all entries, one JSON object per line')).action((options: object) =>
    perform(async (context) => (await import('../api/suppress.ts')).exportSuppressed(options, context)),
  );
  addServer(
    command
      .command('import')
      .description('add what an export wrote, or addresses, one per line; lines that are neither are told'),
  )
    .argument('<file>', 'the file; - is standard input')
    .action((file: string, options: object) =>
      perform(async (context) => (await import('../api/suppress.ts')).importSuppressed(file, options, context)),
    );
  return command;
}
