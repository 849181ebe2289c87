import type { EnvelopePlan } from '@dsnkit/esmtp-parameters/client';
import { ClientSession, type RecipientResult } from '@dsnkit/smtp';
import { authenticate, type Credentials } from './authenticate.ts';
import type { Connection } from './connection.ts';
import { Dialogue, said } from './dialogue.ts';
import { ClientError } from './error.ts';
import { assertHold } from './hold.ts';
import { envelopeOf, type Message } from './message.ts';

/** How to reach the server, and what to insist on. */
export interface SubmitOptions {
  /** Opens a connection; {@link submit} closes it. */
  readonly connect: () => Promise<Connection>;
  /** What EHLO says: this host's name or address literal. Default `[127.0.0.1]`. RFC 5321 §4.1.1.1. */
  readonly clientName?: string;
  /** STARTTLS on a connection in the clear: `required` (default), `if-offered`, or `off`. RFC 3207. */
  readonly startTls?: 'required' | 'if-offered' | 'off';
  readonly credentials?: Credentials;
  /** Where the server does not announce DSN: `refuse` (default) throws, `send` leaves out what it would not understand. */
  readonly withoutDsn?: 'refuse' | 'send';
}

/** What became of a message. */
export interface Submitted {
  /** In the order of the message. */
  readonly recipients: readonly SubmittedRecipient[];
  /** False: something about notifications was left out, since the server does not announce DSN. */
  readonly dsn: boolean;
}

/** What became of one recipient. A refusal comes without a report: the caller is told here. */
export interface SubmittedRecipient extends RecipientResult {
  readonly address: string;
}

/**
 * Submits one message, with NOTIFY and ORCPT for each recipient.
 *
 * Recipients that the server refuses are told in the result; the others get the message. Nothing is sent twice, and
 * nothing is waited for but the server's replies (RFC 5321 §4.5.3.2). RFC 3461 §4, §5.
 *
 * @throws {ClientError} when no recipient could even be tried: nothing has been sent then
 * @throws {EsmtpParameterError} for an address, ENVID, ORCPT or hold outside its grammar
 *
 * @example
 * ```ts
 * const { recipients } = await submit(
 *   {
 *     from: 'alice@example.org',
 *     ret: 'HDRS',
 *     envid: 'QQ314159',
 *     to: [
 *       { address: 'bob@example.com', notify: ['success', 'failure'], orcpt: 'same' },
 *       { address: 'carol@example.net', notify: 'never' },
 *     ],
 *     content,
 *   },
 *   { connect: () => connectTo({ host: 'smtp.example.org', port: 587 }), credentials: { user, password } },
 * );
 * ```
 */
export async function submit(message: Message, options: SubmitOptions): Promise<Submitted> {
  if (message.to.length === 0) throw new ClientError('no-recipients', 'the message has no recipients');
  const envelope = envelopeOf(message);
  // What no server could be told is no reason to bother one.
  envelope.plan(new Set(['DSN', 'SMTPUTF8', 'FUTURERELEASE']));
  const session = new ClientSession({ clientName: options.clientName ?? '[127.0.0.1]' });
  const connection = await options.connect();
  const dialogue = new Dialogue(session, connection);
  try {
    await prepare(dialogue, options);
    const plan = envelope.plan(new Set(session.extensions.keys()));
    const dsn = assertPlan(plan, options.withoutDsn ?? 'refuse');
    assertHold(message, session.extensions.get('FUTURERELEASE'));
    const results = await transfer(dialogue, plan, message.content);
    await leave(dialogue);
    const recipients = results.map((result, at) => ({ address: message.to[at]?.address ?? '', ...result }));
    return { recipients, dsn };
  } finally {
    connection.close();
  }
}

/** Greeting, TLS and AUTH. */
async function prepare(dialogue: Dialogue, { startTls = 'required', credentials }: SubmitOptions): Promise<void> {
  const { connection } = dialogue;
  await dialogue.expect('ready');
  if (!connection.secure && startTls !== 'off') await secure(dialogue, startTls);
  if (credentials === undefined) return;
  // RFC 4954 §4: not where others may read along.
  if (!connection.secure && startTls !== 'off')
    throw new ClientError('password-in-clear', "no password without TLS; startTls: 'off' insists on it");
  await authenticate(dialogue, credentials);
}

async function secure(dialogue: Dialogue, manner: 'required' | 'if-offered'): Promise<void> {
  const { session, connection } = dialogue;
  if (!session.extensions.has('STARTTLS')) {
    if (manner === 'if-offered') return;
    throw new ClientError('tls-not-offered', "the server does not offer STARTTLS; startTls: 'off' goes without");
  }
  session.startTls();
  const event = await dialogue.expect('tls', 'tls-refused');
  if (event.kind === 'tls-refused') {
    // RFC 5321 §3.8: with 421 it is all over.
    if (manner === 'if-offered' && event.reply.code !== 421) return;
    throw new ClientError('refused', said(event.reply.raw), event.reply);
  }
  await connection.startTls();
  session.secured();
  await dialogue.expect('ready');
}

const DSN_KEYWORDS: ReadonlySet<string> = new Set(['RET', 'ENVID', 'NOTIFY', 'ORCPT']);

/** Whether all that was asked for about notifications can be said. */
function assertPlan({ unmet }: EnvelopePlan, withoutDsn: 'refuse' | 'send'): boolean {
  const preventing = unmet.find(({ prevents }) => prevents);
  if (preventing !== undefined)
    throw new ClientError('extension-not-offered', `the server does not take ${preventing.keyword}`);
  const left = unmet.find(({ keyword, reason }) => DSN_KEYWORDS.has(keyword) && reason === 'not-announced');
  if (left !== undefined && withoutDsn === 'refuse')
    throw new ClientError(
      'dsn-not-offered',
      `the server does not announce DSN, so ${left.keyword} can't be said to it`,
    );
  return left === undefined;
}

async function transfer(
  dialogue: Dialogue,
  { reversePath, mailParameters, recipients }: EnvelopePlan,
  content: Message['content'],
): Promise<readonly RecipientResult[]> {
  const { session } = dialogue;
  session.begin({ reversePath, mailParameters, recipients });
  const event = await dialogue.expect('content-wanted', 'done');
  if (event.kind === 'done') return event.recipients;
  for await (const piece of content instanceof Uint8Array ? [content] : content) {
    session.content(piece);
    await dialogue.flush();
    if (dialogue.broken) break;
  }
  // Without the end of data nobody has taken the message.
  if (!dialogue.broken) session.endContent();
  return (await dialogue.expect('done')).recipients;
}

/** How long the reply to QUIT is waited for: it says nothing that anybody needs. RFC 5321 §4.1.1.10. */
const QUIT_TIMEOUT = 5000;

/** The message is settled: what goes wrong from here on is nobody's business. */
async function leave(dialogue: Dialogue): Promise<void> {
  if (!dialogue.session.canBegin) return;
  dialogue.session.quit();
  await dialogue.flush();
  await dialogue.connection.read(QUIT_TIMEOUT).catch(() => undefined);
}
