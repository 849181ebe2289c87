import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import { formatDate } from '@dsnkit/delivery-status';
import {
  EsmtpParameterError,
  parseParameters,
  parseForwardPath,
  parseReversePath,
  readMailParameters,
  readRcptParameters,
  type EsmtpParameter,
} from '@dsnkit/esmtp-parameters';
import { encodeXtext, isPrintable } from '@dsnkit/xtext';
import { Command } from 'commander';
import { submit } from '../smtp-client.ts';
import { UsageError } from '../usage-error.ts';

interface SendOptions {
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly ret?: string;
  readonly envid?: string;
  readonly notify?: string;
  readonly data?: string;
  readonly subject: string;
  readonly helo?: string;
  readonly verbose?: boolean;
}

const HELP = `
A recipient may bring parameters of its own, as on the wire:
  dsn send --server 127.0.0.1:2525 --from you@example.test --ret HDRS --envid QQ314159 \\
    --to 'ok@simulator.test NOTIFY=SUCCESS,FAILURE' --to '550@simulator.test NOTIFY=FAILURE ORCPT=rfc822;a@b.example'

Exit code: 0 all recipients taken, 1 some refused, 2 nothing could be sent.`;

/** `dsn send` */
export function sendCommand(done: (code: number) => void): Command {
  return new Command('send')
    .description('submit a message with RET, ENVID and per-recipient NOTIFY and ORCPT')
    .requiredOption('--server <host:port>', 'where to; port 25 if none is named')
    .requiredOption('--from <address>', "reverse-path; '<>' is the null reverse-path")
    .requiredOption('--to <address>', 'recipient, with its parameters if it has any; may be repeated', collect, [])
    .option('--ret <FULL|HDRS>', 'what a failure report gives back (RFC 3461 §4.3)')
    .option('--envid <text>', 'envelope id; encoded as xtext for you (RFC 3461 §4.4)')
    .option('--notify <value>', 'NOTIFY of recipients that bring none: NEVER, or of SUCCESS,FAILURE,DELAY')
    .option('--data <file>', 'the message, - for standard input; a short one is made if absent')
    .option('--subject <text>', 'of the message that is made', 'a message from dsn send')
    .option('--helo <name>', 'name in EHLO; this host if absent')
    .option('-v, --verbose', 'show the dialogue')
    .addHelpText('after', HELP)
    .action(async (options: SendOptions) => {
      done(await send(options));
    });
}

async function send(options: SendOptions): Promise<number> {
  const { host, port } = splitServer(options.server);
  const reversePath = checked(`--from ${options.from}`, () => parseReversePath(bracketed(options.from)).wire);
  const mailParameters = mailParametersOf(options);
  const recipients = options.to.map((to) => recipientOf(to, options.notify));
  const content = options.data === undefined ? makeMessage(options, reversePath) : readContent(options.data);
  const results = await submit({
    host,
    port,
    clientName: options.helo ?? clientName(),
    content,
    transaction(extensions) {
      const dsn = extensions.has('DSN');
      const asksDsn = mailParameters.length > 0 || recipients.some(({ parameters }) => parameters.length > 0);
      if (asksDsn && !dsn)
        throw new Error(
          'the server does not announce DSN (RFC 3461 §3); send without RET, ENVID, NOTIFY and ORCPT, or elsewhere',
        );
      return { reversePath, mailParameters, recipients };
    },
    trace: (direction, line) => {
      if (options.verbose === true) console.error(`${direction}: ${line}`);
    },
  });
  results.forEach((result, index) => {
    const words = result.reply?.raw.join(' ') ?? 'the connection broke before an answer came';
    console.log(`${result.accepted ? 'taken  ' : 'refused'} ${recipients[index]?.forwardPath ?? ''}: ${words}`);
  });
  return results.every((result) => result.accepted) ? 0 : 1;
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function splitServer(server: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(server);
  const port = Number(match?.[3] ?? 25);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535)
    throw new UsageError(`--server ${server}: expected HOST or HOST:PORT`);
  return { host, port };
}

function bracketed(address: string): string {
  return address.startsWith('<') ? address : `<${address}>`;
}

function mailParametersOf({ ret, envid }: SendOptions): EsmtpParameter[] {
  const parameters: EsmtpParameter[] = [];
  if (ret !== undefined) parameters.push({ keyword: 'RET', value: ret });
  if (envid !== undefined) {
    if (!isPrintable(envid) || envid === '')
      throw new UsageError(`--envid: only printable ASCII is allowed (RFC 3461 §4.4)`);
    parameters.push({ keyword: 'ENVID', value: encodeXtext(envid) });
  }
  checked('--ret, --envid', () => readMailParameters(parameters));
  return parameters;
}

function recipientOf(to: string, notify: string | undefined): { forwardPath: string; parameters: EsmtpParameter[] } {
  const [address = '', ...words] = to.trim().split(/ +/);
  return checked(`--to ${to}`, () => {
    const parameters = parseParameters(words.join(' '));
    const own = parameters.some(({ keyword }) => keyword.toUpperCase() === 'NOTIFY');
    if (!own && notify !== undefined) parameters.push({ keyword: 'NOTIFY', value: notify });
    readRcptParameters(parameters);
    return { forwardPath: parseForwardPath(bracketed(address)).wire, parameters };
  });
}

function checked<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    throw new UsageError(`${option}: ${error.message}`);
  }
}

function readContent(file: string): Uint8Array {
  const text = readFileSync(file === '-' ? 0 : file);
  // SMTP knows only CRLF (RFC 5321 §2.3.8).
  return Buffer.from(text.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}

function makeMessage(options: SendOptions, reversePath: string): Uint8Array {
  const lines = [
    `From: <${reversePath === '' ? 'MAILER-DAEMON@localhost' : reversePath}>`,
    `To: ${options.to.map((to) => `<${to.split(' ')[0] ?? ''}>`).join(',\r\n ')}`,
    `Subject: ${options.subject.replace(/[^\x20-\x7e]/g, '?')}`,
    `Date: ${formatDate(new Date())}`,
    `Message-ID: <${Date.now().toString(36)}.${process.pid}@${clientName()}>`,
    '',
    'What happened to this message?',
    '',
  ];
  return new TextEncoder().encode(lines.join('\r\n'));
}

function clientName(): string {
  const name = hostname();
  return /^[A-Za-z0-9.-]+$/.test(name) ? name : 'localhost';
}
