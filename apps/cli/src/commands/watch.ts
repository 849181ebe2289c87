import { Command } from 'commander';
import type { WatchOptions } from '../api/watch.ts';
import type { Perform } from './perform.ts';
import { addServer } from './server.ts';

const HELP = `
Examples:
  dsn watch
  dsn watch --kinds failed,expired --json | jq .recipient
  dsn watch --message 0mwr0gwa700g1i3x`;

/** `dsn watch` */
export function watchCommand(perform: Perform): Command {
  return addServer(new Command('watch').description('follow the events of a dsnd as they happen, over its HTTP API'))
    .option('--kinds <list>', 'only these kinds, with commas between')
    .option('--message <id>', 'only events of this message')
    .option('--count <number>', 'end after so many events')
    .option('--json', 'one JSON object per event and line')
    .addHelpText('after', HELP)
    .action((options: WatchOptions) =>
      perform(async (context) => {
        const { watch } = await import('../api/watch.ts');
        return await watch(options, context);
      }),
    );
}
