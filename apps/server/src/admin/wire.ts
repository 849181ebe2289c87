import { parseParameters, readMailParameters } from '@dsnkit/esmtp-parameters';
import { decodeHeaderText } from '@dsnkit/multipart-report';
import type * as v from 'valibot';
import { toWire } from '../events/wire.ts';
import type { Failure, MailEvent } from '../model.ts';
import type {
  DestinationState,
  HistoryEntry,
  MessageSummary,
  QueuedMessage,
  QueuedRecipient,
  RecipientState,
  Suppression,
  WebhookState,
} from '../ports.ts';
import type {
  destinationSchema,
  eventSchema,
  messageDetailSchema,
  messageSchema,
  queuedMessageSchema,
  queuedRecipientSchema,
  suppressionSchema,
  webhookSchema,
} from './schemas.ts';

/** Milliseconds as RFC 3339 in UTC. */
export function time(ms: number): string {
  return new Date(ms).toISOString();
}

function maybeTime(ms: number | undefined): string | null {
  return ms === undefined ? null : time(ms);
}

/** A message that the history knows. */
export function messageJson(message: MessageSummary): v.InferOutput<typeof messageSchema> {
  return {
    id: message.id,
    state: stateOf(message.recipients.map((recipient) => recipient.state)),
    arrivedAt: time(message.arrivedAtMs),
    changedAt: time(message.changedAtMs),
    reversePath: message.reversePath,
    envelopeId: message.envelopeId ?? null,
    headerMessageId: message.headerMessageId ?? null,
    subject: message.subject === undefined ? null : decodeHeaderText(message.subject),
    origin: message.origin,
    sizeOctets: message.sizeOctets,
    recipients: message.recipients.map((recipient) => ({
      address: recipient.address,
      state: recipient.state,
      destination: recipient.destination ?? null,
      status: recipient.status ?? null,
      reply: recipient.reply ?? null,
      attempts: recipient.attempts,
      changedAt: time(recipient.changedAtMs),
    })),
    reportsIssued: [...message.reportsIssued],
    reportsReceived: [...message.reportsReceived],
    reportOn: message.reportOn ?? null,
    hasContent: message.hasContent,
  };
}

/** A message with its timeline, and what is still in the queue of it. */
export function messageDetailJson(
  entry: HistoryEntry | undefined,
  queued: QueuedMessage | undefined,
): v.InferOutput<typeof messageDetailSchema> | undefined {
  const rest = queued === undefined ? null : queuedMessageJson(queued);
  if (entry !== undefined) return { ...messageJson(entry), events: entry.events.map(eventJson), queued: rest };
  if (queued === undefined) return undefined;
  return { ...messageJson(summaryOfQueued(queued)), events: [], queued: rest };
}

/** A queued message of which no history is kept, in the form of those that have one. */
export function summaryOfQueued({ message, recipients }: QueuedMessage): MessageSummary {
  return {
    ...message,
    changedAtMs: message.arrivedAtMs,
    ...envelopeIdOf(message.mailParameters),
    recipients: recipients.map((recipient) => ({
      address: recipient.shownAs ?? recipient.address,
      state: recipient.state === 'held' ? 'held' : recipient.attempts > 0 ? 'deferred' : 'queued',
      destination: recipient.destination,
      attempts: recipient.attempts,
      changedAtMs: recipient.lastFailure?.atMs ?? message.arrivedAtMs,
      ...(recipient.lastFailure === undefined
        ? {}
        : {
            status: recipient.lastFailure.status,
            reply: replyOf(recipient.lastFailure) ?? recipient.lastFailure.reason,
          }),
    })),
    reportsIssued: [],
    reportsReceived: [],
    hasContent: true,
  };
}

function envelopeIdOf(mailParameters: string): { readonly envelopeId?: string } {
  const { envid } = readMailParameters(parseParameters(mailParameters));
  return envid === undefined ? {} : { envelopeId: envid };
}

function stateOf(states: readonly RecipientState[]): v.InferOutput<typeof messageSchema>['state'] {
  if (states.includes('held')) return 'held';
  if (states.includes('queued') || states.includes('deferred')) return 'queued';
  if (states.some((state) => state === 'failed' || state === 'expired' || state === 'bounced')) return 'failed';
  return states.length > 0 && states.every((state) => state === 'dropped') ? 'dropped' : 'delivered';
}

export function queuedMessageJson({
  message,
  recipients,
  recipientCount,
}: QueuedMessage): v.InferOutput<typeof queuedMessageSchema> {
  return {
    id: message.id,
    reversePath: message.reversePath,
    parameters: message.mailParameters,
    arrivedAt: time(message.arrivedAtMs),
    origin: message.origin,
    client: message.client?.address ?? null,
    sizeOctets: message.sizeOctets,
    recipientCount,
    recipients: recipients.map(queuedRecipientJson),
  };
}

function queuedRecipientJson(recipient: QueuedRecipient): v.InferOutput<typeof queuedRecipientSchema> {
  const { lastFailure } = recipient;
  return {
    n: recipient.n,
    address: recipient.address,
    shownAs: recipient.shownAs ?? null,
    parameters: recipient.parameters,
    state: recipient.state,
    destination: recipient.destination,
    rerouted: recipient.rerouted === true,
    attempts: recipient.attempts,
    nextAttemptAt: time(recipient.retryAtMs),
    delayReported: recipient.delayReported,
    lastFailure:
      lastFailure === undefined
        ? null
        : {
            at: time(lastFailure.atMs),
            status: lastFailure.status,
            reason: lastFailure.reason,
            mta: lastFailure.remote?.mta ?? null,
            reply: replyOf(lastFailure) ?? null,
          },
  };
}

function replyOf({ remote }: Failure): string | undefined {
  return remote?.rawLines.join(' / ');
}

export function destinationJson(state: DestinationState): v.InferOutput<typeof destinationSchema> {
  return {
    destination: state.destination,
    recipients: state.recipients,
    oldestAt: maybeTime(state.oldestMs),
    nextDueAt: maybeTime(state.nextDueAtMs),
    pausedSince: maybeTime(state.pausedSinceMs),
    inHand: state.inHand,
  };
}

export function suppressionJson(entry: Suppression): v.InferOutput<typeof suppressionSchema> {
  return {
    address: entry.address,
    reason: entry.reason,
    status: entry.status ?? null,
    since: time(entry.sinceMs),
    until: maybeTime(entry.untilMs),
    messageId: entry.messageId ?? null,
    failures: entry.failures,
  };
}

export function webhookJson(state: WebhookState): v.InferOutput<typeof webhookSchema> {
  return {
    webhook: state.webhook,
    url: state.url,
    state: state.state,
    delivered: state.delivered,
    failedAttempts: state.failedAttempts,
    deadLetters: state.deadLetters,
    lastSuccessAt: maybeTime(state.lastSuccessMs),
    lastFailure: state.lastFailure ?? null,
    retryAt: maybeTime(state.retryAtMs),
  };
}

/** An event with its times as RFC 3339: `untilMs` is told as `until`. */
export function eventJson(event: MailEvent): v.InferOutput<typeof eventSchema> {
  return toWire(event);
}
