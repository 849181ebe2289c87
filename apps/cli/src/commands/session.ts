import { Option, type Command } from 'commander';

/** The options that say how to open a session; they are the same wherever one is opened. */
export function addSession(command: Command): Command {
  return command
    .option('--helo <name>', 'name in EHLO; this host if absent')
    .addOption(
      new Option('--tls <mode>', 'TLS: off, starttls (required, RFC 3207) or implicit (RFC 8314)').choices([
        'off',
        'starttls',
        'implicit',
      ]),
    )
    .option('--tls-ca <file>', 'certificates to trust, PEM')
    .option('--tls-name <name>', 'name that the certificate must bear; the host if absent')
    .option('--no-tls-verify', 'take any certificate')
    .option('--user <name>', 'authenticate; the password is in DSN_PASSWORD or --password-file')
    .option('--password-file <file>', 'its first line is the password, or the token for XOAUTH2')
    .addOption(
      new Option('--auth <mechanism>', 'SASL mechanism; the best of those offered if absent').choices([
        'PLAIN',
        'LOGIN',
        'CRAM-MD5',
        'XOAUTH2',
      ]),
    )
    .option('--auth-in-clear', 'send the password without TLS, too')
    .option(
      '--timeout <seconds>',
      'how long to wait for a connection or a reply; if absent 60, and 600 for the reply to a message',
    );
}
