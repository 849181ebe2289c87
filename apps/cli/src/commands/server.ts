import type { Command } from 'commander';

/** The options that say which server is meant; they are the same wherever one is asked. */
export function addServer(command: Command): Command {
  return command
    .option('--url <url>', 'the HTTP API of the server; DSN_API_URL, or http://127.0.0.1:8025 if absent')
    .option('--token-file <file>', 'its token; DSN_API_TOKEN if absent');
}
