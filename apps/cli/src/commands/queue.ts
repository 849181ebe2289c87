import { Command, Option } from 'commander';
import type { ActOptions, QueueAction } from '../api/queue-act.ts';
import type { ListOptions } from '../api/queue-list.ts';
import { chooseFrom, type Perform } from './perform.ts';
import { addServer } from './server.ts';

const HELP = `
Examples:
  dsn queue list --recipient @example.net
  dsn queue show 0mwr0gwa700g1i3x
  dsn queue retry --destination smtp://mx.example.net:25
  dsn queue bounce 0mwr0gwa700g1i3x --status 5.7.1 --reason 'Not sent by us'
  dsn queue reroute 0mwr0gwa700g1i3x --to smtp://backup.example.net:25
  dsn queue pause smtp://mx.example.net:25`;

/** `dsn queue list|show|…` */
export function queueCommand(perform: Perform): Command {
  const command: Command = new Command('queue')
    .description('see and steer the queue of a dsnd, over its HTTP API')
    .addHelpText('after', HELP)
    .action(() => chooseFrom(command));
  addViews(command, perform);
  addAction(command, perform, 'retry', 'attempt now what waits; what is held stays held').addOption(
    new Option('--all', 'everything that waits, in place of ids').conflicts(['recipient', 'destination']),
  );
  addAction(command, perform, 'hold', 'keep recipients until they are released: no attempt, no notice, no expiry');
  addAction(command, perform, 'release', 'let held recipients go on');
  addAction(command, perform, 'drop', 'take recipients out of the queue; nobody is told');
  addAction(command, perform, 'bounce', 'fail recipients now; senders are told as they asked')
    .option('--status <code>', 'enhanced status code of the report, 5.X.Y')
    .option('--reason <text>', 'one sentence for the report');
  addAction(command, perform, 'reroute', 'send recipients to another next hop, and attempt them now').requiredOption(
    '--to <next-hop>',
    'as in routes: smtp://host:25, mx:example.net',
  );
  for (const [what, words] of [
    ['pause', 'leave a destination alone until it is resumed; what waits there does not expire'],
    ['resume', 'end a pause'],
  ] as const) {
    addServer(command.command(what).description(words))
      .argument('<destination>', 'as dsn queue destinations names it')
      .action((destination: string, options: ActOptions) =>
        perform(async (context) => {
          const { pauseOrResume } = await import('../api/queue-act.ts');
          return await pauseOrResume(what, destination, options, context);
        }),
      );
  }
  return command;
}

function addViews(command: Command, perform: Perform): void {
  addServer(command.command('list').description('queued messages, the oldest first'))
    .option('--destination <name>', 'only what goes there')
    .option('--sender <text>', 'only where the reverse-path contains this')
    .option('--recipient <text>', 'only where the address of a recipient contains this')
    .addOption(
      new Option('--state <state>', 'only where a recipient is in this state').choices([
        'active',
        'waiting',
        'held',
        'paused',
      ]),
    )
    .option('--limit <count>', 'at most so many messages', '100')
    .option('--json', 'one JSON object per message and line')
    .action((options: ListOptions) =>
      perform(async (context) => {
        const { listQueue } = await import('../api/queue-list.ts');
        return await listQueue(options, context);
      }),
    );
  addServer(command.command('show').description('one queued message with all of its recipients'))
    .argument('<id>', 'queue id')
    .option('--json', 'one JSON object')
    .action((id: string, options: ListOptions) =>
      perform(async (context) => {
        const { showQueued } = await import('../api/queue-list.ts');
        return await showQueued(id, options, context);
      }),
    );
  addServer(command.command('destinations').description('where mail waits to go, the fullest first'))
    .option('--json', 'one JSON object per destination and line')
    .action((options: ListOptions) =>
      perform(async (context) => {
        const { listDestinations } = await import('../api/queue-list.ts');
        return await listDestinations(options, context);
      }),
    );
}

function addAction(command: Command, perform: Perform, action: QueueAction, words: string): Command {
  return addServer(command.command(action).description(words))
    .argument('[id...]', 'queue ids')
    .option('--recipient <address>', 'only this recipient of the message')
    .option('--destination <name>', 'all that waits for a destination, in place of ids')
    .option('--json', 'the counts as one JSON object')
    .action((ids: readonly string[], options: ActOptions) =>
      perform(async (context) => {
        const { act, retryAll } = await import('../api/queue-act.ts');
        if (options.all === true) return await retryAll(ids, options, context);
        return await act(action, ids, options, context);
      }),
    );
}
