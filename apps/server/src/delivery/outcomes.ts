import { judgeRecipient } from '@dsnkit/bounce';
import { isStatusCode, parseStatusCode, statusForReply, type StatusCode } from '@dsnkit/delivery-status';
import type { Reply } from '@dsnkit/smtp';
import type { Delivery, Failure, Outcome, RemoteReply } from '../model.ts';

/** What is known of a failure apart from its time. */
export type Trouble = Omit<Failure, 'atMs'>;

/**
 * The outcome of a fault: its status says whether it is worth another attempt.
 *
 * @example fault({ status: '4.4.1', reason: 'mx.ivory.edu refused the connection' }, clock.now()).kind // 'deferred'
 */
export function fault(trouble: Trouble, atMs: number): Outcome {
  return { kind: trouble.status.startsWith('5') ? 'failed' : 'deferred', failure: { ...trouble, atMs } };
}

/**
 * What a negative reply means for a recipient: 4yz is worth another attempt, 5yz is final (RFC 5321 §4.2.1). The status
 * is the reply's own if it has one, else the one that fits the code best at that stage.
 */
export function faultOfReply(remote: RemoteReply, atMs: number): Outcome {
  return fault(troubleOfReply(remote), atMs);
}

/** The same, without a time. */
export function troubleOfReply(remote: RemoteReply): Trouble {
  const isFinal = remote.reply.code >= 500;
  const found = statusOfReply(remote.reply, remote.stage);
  // A 3yz where 250 is due, or any other surprise, is no verdict on the message: try again later.
  const status: StatusCode = found.startsWith(isFinal ? '5' : '4') ? found : isFinal ? '5.0.0' : '4.5.0';
  return { status, reason: `${remote.mta} ${(isFinal ? refusals : delays)[remote.stage]}`, remote };
}

/**
 * The status of a reply: its own enhanced code, else the best fit (RFC 3461 §6.3(g)).
 *
 * @example statusOfReply({ code: 550, lines: ['No such user'] }, 'rcpt') // '5.1.1'
 */
export function statusOfReply(reply: Reply, stage: RemoteReply['stage']): StatusCode {
  const { code, lines } = reply;
  const own = reply.status !== undefined && isStatusCode(reply.status) ? reply.status : undefined;
  const fit = statusForReply({ replyCode: code, lines, ...(own === undefined ? {} : { status: own }) }, stage);
  return own === fit || !CATCH_ALL.has(code) ? fit : (wordedStatus(reply, fit) ?? fit);
}

/** Reply codes that servers give for any reason. */
const CATCH_ALL: ReadonlySet<number> = new Set([550, 552, 553, 554]);

/** Words that mean something stand at the start; a reply may be as long as its host likes. */
const LOOKED_AT = 2000;

/**
 * What the words of a refusal without enhanced code say, if they say more than its reply code: many servers answer RCPT with a
 * bare 550 for every reason there is, and an address must not be blamed for the list on which our host stands. That
 * words speak of an address is no news where the code does.
 */
function wordedStatus({ code, lines }: Reply, fit: StatusCode): StatusCode | undefined {
  const value = `${code} ${lines.join(' ').slice(0, LOOKED_AT)}`;
  const { status, reason, confidence } = judgeRecipient({ action: 'failed', diagnosticCode: { type: 'smtp', value } });
  if (status === undefined || reason === 'undefined' || !status.startsWith('5')) return undefined;
  const blamesAddress = parseStatusCode(fit).subject === 1;
  if (blamesAddress) return parseStatusCode(status).subject === 1 ? undefined : status;
  return confidence === 'low' ? undefined : status;
}

/** The same outcome for every recipient. */
export function forAll(delivery: Delivery, outcome: Outcome): readonly Outcome[] {
  return delivery.recipients.map(() => outcome);
}

const refusals: Readonly<Record<RemoteReply['stage'], string>> = {
  connect: 'takes no mail from this server',
  hello: 'refused the greeting of this server',
  mail: 'refused the sender',
  rcpt: 'refused the recipient',
  data: 'refused the message',
  content: 'refused the message',
};

const delays: Readonly<Record<RemoteReply['stage'], string>> = {
  connect: 'can take no mail at present',
  hello: 'can take no mail at present',
  mail: 'can take no mail from this sender at present',
  rcpt: 'can take no mail for this recipient at present',
  data: 'can not take the message at present',
  content: 'can not take the message at present',
};
