import { ClientSession } from '@dsnkit/smtp';
import { parseParameters } from '@dsnkit/esmtp-parameters';
import type { MailEvent } from './model.ts';
import type { Connection, EventSink, Network } from './ports.ts';

const SENDER = 'you@example.test';
const MAIL_PARAMETERS = 'RET=HDRS ENVID=first-steps';

/** One recipient for each kind of ending, and what it shows. */
const RECIPIENTS: readonly { readonly address: string; readonly notify: string; readonly shows: string }[] = [
  { address: 'ok@simulator.test', notify: 'SUCCESS,FAILURE', shows: 'is delivered' },
  { address: 'no-dsn@simulator.test', notify: 'SUCCESS,FAILURE', shows: 'goes on to a host without DSN' },
  { address: '550@simulator.test', notify: 'FAILURE', shows: 'does not exist' },
  { address: '5.2.2@simulator.test', notify: 'NEVER', shows: 'is full, but nobody wants to know' },
  { address: 'defer-2@simulator.test', notify: 'SUCCESS', shows: 'takes the message at the third attempt' },
  { address: '4.2.1@simulator.test', notify: 'FAILURE,DELAY', shows: 'puts us off for ever' },
];

/** How long the first message is followed before the timeline is told. */
const FOLLOW_MS = 9_000;

/** What the welcome needs of the running server. */
export interface LocalMode {
  readonly network: Network;
  readonly host: string;
  readonly port: number;
  /** Of the page. */
  readonly url?: string;
  /** The message store was empty when the server started: show what it does. */
  readonly firstStart: boolean;
  readonly mailDirectory: string;
  readonly write: (line: string) => void;
  readonly wait: (ms: number) => Promise<void>;
  /** Adds a listener to the events; the result takes it away. */
  readonly follow: (sink: EventSink) => () => void;
}

/**
 * Says what local mode offers, and on the first start shows it: one message to six recipients of the simulator over
 * our own SMTP port, then what became of each and where the reports lie.
 */
export async function welcome(local: LocalMode): Promise<void> {
  const { write } = local;
  write(`dsnd is up in local mode: SMTP on ${local.host}:${local.port}. Nothing leaves this machine.`);
  if (local.url !== undefined) write(`  page, HTTP API (${local.url}openapi.json) and metrics: ${local.url}`);
  write('  NAME@simulator.test decides its own fate: ok, 550, 5.2.2, 4.2.1, defer-2, no-dsn, slow, drop');
  write(`  every other address lands in ${local.mailDirectory}/ADDRESS/`);
  if (!local.firstStart) return;
  write('');
  write(`To show what it does, it sends itself one message from <${SENDER}> with ${MAIL_PARAMETERS}:`);
  for (const { address, notify, shows } of RECIPIENTS) {
    write(`  ${address.padEnd(24)} NOTIFY=${notify.padEnd(16)} ${shows}`);
  }
  const events: MailEvent[] = [];
  const unfollow = local.follow({ emit: (event) => void events.push(event) });
  // What refuses it, such as a full disk, keeps nobody from using the server.
  const refusal = await submit(local).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (refusal === undefined) await local.wait(FOLLOW_MS);
  unfollow();
  if (refusal === undefined) tell(local, events);
  else write(`It did not go: ${refusal}`);
  write('');
  write(
    'The server stays up; stop it with Ctrl-C. Send it mail: swaks --server 127.0.0.1:2525 --to 550@simulator.test',
  );
}

/** Hands the message over as any mail program would. */
async function submit(local: LocalMode): Promise<void> {
  const connection = await local.network.connect({ host: local.host, port: local.port, timeoutMs: 5_000 });
  const session = new ClientSession({ clientName: 'localhost' });
  await new Promise<void>((resolve, reject) => {
    connection.attach({
      data(octets) {
        session.receive(octets);
        converse(session, connection, reject);
      },
      closed: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
}

function converse(session: ClientSession, connection: Connection, reject: (error: Error) => void): void {
  for (let event = session.next(); event !== undefined; event = session.next()) {
    if (event.kind === 'ready') {
      session.begin({
        reversePath: SENDER,
        mailParameters: parseParameters(MAIL_PARAMETERS),
        recipients: RECIPIENTS.map(({ address, notify }) => ({
          forwardPath: address,
          parameters: parseParameters(`NOTIFY=${notify} ORCPT=rfc822;${address}`),
        })),
      });
    } else if (event.kind === 'content-wanted') {
      session.content(new TextEncoder().encode(CONTENT));
      session.endContent();
    } else if (event.kind === 'done') {
      const refused = event.recipients.find((recipient) => !recipient.accepted);
      if (refused !== undefined) reject(new Error(refused.reply?.raw.join(' ') ?? 'it was refused'));
      session.quit();
    } else if (event.kind === 'closed') {
      connection.end();
    }
  }
  const output = session.takeOutput();
  if (output !== undefined) connection.write(output);
}

const CONTENT = `From: You <${SENDER}>
To: six recipients of the simulator <ok@simulator.test>
Subject: First steps with dsnkit
Message-ID: <first-steps@example.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

What happened to this message? Each recipient has an answer of its own.
`.replaceAll('\n', '\r\n');

/** The timeline of each recipient, then the reports. */
function tell(local: LocalMode, events: readonly MailEvent[]): void {
  const { write } = local;
  const accepted = events.find((event) => event.kind === 'accepted');
  if (accepted === undefined) return;
  const startMs = accepted.atMs;
  const clock = (event: MailEvent) => `+${((event.atMs - startMs) / 1000).toFixed(1)}s`.padStart(7);
  write('');
  write(`Message ${accepted.messageId}, what happened so far:`);
  for (const { address } of RECIPIENTS) {
    write(`  ${address}`);
    for (const event of events) {
      if (event.messageId !== accepted.messageId) continue;
      const words = inWords(event, address);
      if (words !== undefined) write(`  ${clock(event)}  ${words}`);
    }
  }
  const issued = events.filter((event) => event.kind === 'report-issued').length;
  write('');
  write(`${issued} reports went to <${SENDER}>: look in ${local.mailDirectory}/${SENDER}/new/`);
  write(`Read them: npm run -s dsn -- inspect ${local.mailDirectory}/${SENDER}/`);
}

function inWords(event: MailEvent, address: string): string | undefined {
  switch (event.kind) {
    case 'delivered':
    case 'relayed':
      return event.recipient === address ? `${event.kind} (${event.status})` : undefined;
    case 'failed':
    case 'expired':
      return event.recipient === address ? `${event.kind}: ${event.failure.status} ${event.failure.reason}` : undefined;
    case 'deferred': {
      if (event.recipient !== address) return undefined;
      const seconds = Math.round((event.retryAtMs - event.atMs) / 1000);
      return `put off: ${event.failure.status} ${event.failure.reason}; again in ${seconds} s`;
    }
    case 'delayed':
      return event.recipient === address ? 'late: the sender may be told' : undefined;
    case 'not-reported':
      return event.recipient === address ? 'no report: none was asked for' : undefined;
    case 'report-issued': {
      const action = event.actions.find((each) => each.recipient === address);
      return action === undefined ? undefined : `report to the sender: ${action.action}`;
    }
    default:
      return undefined;
  }
}
