import { isStatusCode, statusForReply, type StatusCode } from '@dsnkit/delivery-status';
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

/** The status of a reply: its own enhanced code, else the best fit (RFC 3461 §6.3(g)). */
export function statusOfReply(reply: Reply, stage: RemoteReply['stage']): StatusCode {
  const { code, status, lines } = reply;
  return statusForReply(
    { replyCode: code, lines, ...(status !== undefined && isStatusCode(status) ? { status } : {}) },
    stage,
  );
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
