import * as v from 'valibot';
import { RECIPIENT_STATES } from '../ports.ts';

/** Shapes of the JSON that the API speaks. Times are RFC 3339 in UTC; what is unknown or absent is null. */

const text = v.nullable(v.string());
const time = v.pipe(v.string(), v.isoTimestamp());
const maybeTime = v.nullable(time);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const said = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words));

/** RFC 9457 §3 */
export const problemSchema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  code: said(v.string(), 'What is wrong, in a word that stays the same'),
  detail: v.string(),
  errors: v.optional(v.array(v.strictObject({ where: v.string(), message: v.string() }))),
});

/** One change of state, as log, stream, timeline and webhooks tell it. */
export const eventSchema = v.looseObject({
  kind: said(v.string(), 'accepted, attempted, delivered, relayed, expanded, deferred, delayed, failed, …'),
  at: time,
  messageId: said(v.string(), 'Queue id; empty: the event is about no message in the queue'),
});

const recipientSchema = v.strictObject({
  address: v.string(),
  state: v.picklist(RECIPIENT_STATES),
  destination: text,
  status: said(text, 'The enhanced status code that was told last (RFC 3463)'),
  reply: said(text, 'The last reply, or our own reason, in one line'),
  attempts: count,
  changedAt: time,
});

const message = {
  id: said(v.string(), 'Queue id'),
  state: said(
    v.picklist(['queued', 'held', 'failed', 'delivered', 'dropped']),
    'held or queued while a recipient is; else failed if one failed; else delivered, or dropped if all were',
  ),
  arrivedAt: time,
  changedAt: time,
  reversePath: said(v.string(), 'Empty: the null reverse-path'),
  envelopeId: said(text, 'ENVID, decoded'),
  headerMessageId: text,
  subject: text,
  origin: v.string(),
  sizeOctets: count,
  recipients: v.array(recipientSchema),
  reportsIssued: said(v.array(v.string()), 'Ids of the reports that were made about it'),
  reportsReceived: said(v.array(v.string()), 'Ids of the messages with which reports about it came back'),
  reportOn: said(text, 'Of a report: the message that it is about'),
  hasContent: v.boolean(),
};

export const messageSchema = v.strictObject(message);

export const queuedRecipientSchema = v.strictObject({
  n: count,
  address: v.string(),
  shownAs: said(text, 'Of the target of an alias: the address as reports name it'),
  parameters: said(v.string(), 'Parameters of RCPT as they came'),
  state: v.picklist(['active', 'waiting', 'held', 'paused']),
  destination: v.string(),
  rerouted: v.boolean(),
  attempts: count,
  nextAttemptAt: time,
  delayReported: v.boolean(),
  lastFailure: v.nullable(v.strictObject({ at: time, status: v.string(), reason: v.string(), mta: text, reply: text })),
});

export const queuedMessageSchema = v.strictObject({
  id: v.string(),
  reversePath: v.string(),
  parameters: said(v.string(), 'Parameters of MAIL as they came'),
  arrivedAt: time,
  origin: v.string(),
  client: text,
  sizeOctets: count,
  recipientCount: said(count, 'How many of its recipients wait'),
  recipients: said(v.array(queuedRecipientSchema), 'All of them, but in a list a hundred at most'),
});

export const messageDetailSchema = v.strictObject({
  ...message,
  events: said(v.array(eventSchema), 'All that happened, in order'),
  queued: said(v.nullable(queuedMessageSchema), 'What is still in the queue of it'),
});

/** A page of a list; `next` is the `cursor` of the page after it. */
const page = <S extends v.GenericSchema>(name: string, item: S) =>
  v.strictObject({ [name]: v.array(item), next: text });

export const messagePageSchema = page('messages', messageSchema);
export const queuePageSchema = page('messages', queuedMessageSchema);

export const destinationSchema = v.strictObject({
  destination: v.string(),
  recipients: count,
  oldestAt: maybeTime,
  nextDueAt: maybeTime,
  pausedSince: maybeTime,
  inHand: said(count, 'Messages under way, or about to be'),
});
export const destinationsSchema = v.strictObject({ destinations: v.array(destinationSchema) });

export const actionResultSchema = v.strictObject({
  messages: count,
  recipients: count,
  busy: said(count, 'Recipients that were left alone, since an attempt is being made for them'),
});

export const suppressionSchema = v.strictObject({
  address: v.string(),
  reason: v.string(),
  status: text,
  since: time,
  until: said(maybeTime, 'null: for good'),
  messageId: text,
  failures: count,
});
export const suppressionPageSchema = page('entries', suppressionSchema);

export const submittedSchema = v.strictObject({
  id: said(v.string(), 'Queue id'),
  envelopeId: text,
  recipients: v.array(v.string()),
  sizeOctets: count,
});

export const webhookSchema = v.strictObject({
  webhook: v.string(),
  url: v.string(),
  state: v.picklist(['idle', 'sending', 'failing']),
  delivered: count,
  failedAttempts: count,
  deadLetters: count,
  lastSuccessAt: maybeTime,
  lastFailure: text,
  retryAt: maybeTime,
});
export const webhooksSchema = v.strictObject({ webhooks: v.array(webhookSchema) });
export const deadLetterSchema = v.strictObject({ id: v.string(), at: time, reason: v.string(), event: eventSchema });
export const deadLetterPageSchema = page('letters', deadLetterSchema);
export const countSchema = v.strictObject({ count });

const totals = {
  accepted: count,
  attempted: count,
  delivered: count,
  relayed: count,
  expanded: count,
  deferred: count,
  failed: count,
  expired: count,
  reportsIssued: count,
  reportsReceived: count,
};
export const overviewSchema = v.strictObject({
  hostname: v.string(),
  version: v.string(),
  startedAt: time,
  now: time,
  queue: v.strictObject({ messages: count, recipients: count }),
  totals: said(v.strictObject(totals), 'Since the start, by recipients; accepted and reports by messages'),
  failures: said(
    v.array(v.strictObject({ status: v.string(), recipients: count })),
    'Status codes of failures since the start, the most frequent first',
  ),
  stepSeconds: count,
  steps: said(v.array(v.strictObject({ at: time, ...totals })), 'The last hour, the oldest first; empty steps too'),
});
export type Totals = Readonly<Record<keyof typeof totals, number>>;

export const readinessSchema = v.strictObject({ ready: v.boolean(), reason: text });

/** All that have a name of their own in the OpenAPI document. */
export const namedSchemas = {
  Problem: problemSchema,
  Event: eventSchema,
  Recipient: recipientSchema,
  Message: messageSchema,
  QueuedRecipient: queuedRecipientSchema,
  QueuedMessage: queuedMessageSchema,
  MessageDetail: messageDetailSchema,
  Destination: destinationSchema,
  ActionResult: actionResultSchema,
  Suppression: suppressionSchema,
  Webhook: webhookSchema,
  DeadLetter: deadLetterSchema,
  Overview: overviewSchema,
};
