import { Command, Option } from 'commander';
import { collect } from './collect.ts';
import { addEnvelope } from './envelope.ts';
import { addSession } from './session.ts';
import type { Perform } from './perform.ts';
import type { SendOptions } from '../send/options.ts';

const HELP = `
Examples:
  dsn send --server 127.0.0.1:2525 --from you@example.test --to 550@simulator.test -v
  dsn send --server mx.example.org --from you@example.org --ret HDRS --envid QQ314159 \\
    --to 'ok@example.net NOTIFY=SUCCESS,FAILURE' --to 'no@example.net NOTIFY=NEVER ORCPT=rfc822;a@b.example'
  DSN_PASSWORD=… dsn send --server smtp.example.org:587 --tls starttls --user you --from … --to … --data mail.eml
  dsn send … --notify SUCCESS,FAILURE --wait 60 --reports ~/Maildir    submit, then show the reports as they come
  DSN_IMAP_PASSWORD=… dsn send … --wait 60 --reports imaps://you@imap.example.org/INBOX

Exit code: 0 all recipients taken (with --wait: and none reported as failed, and a report about each),
1 some not, 2 nothing could be sent.`;

/** `dsn send` */
export function sendCommand(perform: Perform): Command {
  const command = new Command('send')
    .description('submit a message with RET, ENVID and per-recipient NOTIFY and ORCPT')
    .requiredOption(
      '--server <host:port>',
      'where to; port 25 if none is named, 465 with --tls implicit, 24 with --lmtp',
    );
  addEnvelope(command).option(
    '--force',
    'send parameters as they are: unchecked, and whether the server announces them or not',
  );
  messageOptions(command);
  addSession(command);
  return command
    .option('--lmtp', 'speak LMTP (RFC 2033)')
    .option('--no-pipelining', 'wait for each reply, even where the server offers PIPELINING')
    .option('--chunking', 'send the content with BDAT (RFC 3030)')
    .option('--wait <seconds>', 'wait so long for a report about each recipient')
    .option(
      '--reports <mailbox>',
      'where reports to the reverse-path arrive: a Maildir, or imaps://USER@HOST/MAILBOX with the password in DSN_IMAP_PASSWORD',
    )
    .option('--json', 'the outcome as one JSON object')
    .option('-v, --verbose', 'show the dialogue on standard error')
    .addHelpText('after', HELP)
    .action((options: SendOptions) =>
      perform(async (context) => {
        const { send } = await import('../send/send.ts');
        return await send(options, context);
      }),
    );
}

function messageOptions(command: Command): void {
  command
    .addOption(
      new Option('--data <file>', 'the message, - for standard input; a short one is made if absent').conflicts([
        'subject',
        'header',
        'text',
      ]),
    )
    .option('--subject <text>', 'of the message that is made', 'a message from dsn send')
    .option('--header <field>', "a further field of it, as 'Name: value'; may be repeated", collect)
    .option('--text <text>', 'its text', 'What happened to this message?');
}
