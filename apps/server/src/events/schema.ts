import * as v from 'valibot';
import type { EventKind } from '../model.ts';
import { eventKinds } from './kinds.ts';

const said = <S extends v.GenericSchema>(schema: S, words: string): S =>
  v.pipe(schema, v.description(words)) as unknown as S;

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = said(v.pipe(v.string(), v.isoTimestamp()), 'RFC 3339, UTC');
const status = said(v.pipe(v.string(), v.regex(/^[245]\.\d{1,3}\.\d{1,3}$/)), 'Enhanced status code (RFC 3463)');
const address = said(v.string(), 'Mail address as it was accepted');
const addresses = said(v.array(v.string()), 'Mail addresses as they were accepted');
const destination = said(v.string(), 'Key of the next hop, such as smtp://host:25 or mx:example.net');
const by = v.optional(said(v.string(), 'Which operator'));
const presented = v.optional(said(v.string(), 'The address behind an alias, as the next hop saw it'));
const reversePath = said(v.string(), 'Where reports go; empty: the null reverse-path');

const remote = v.strictObject({
  mta: said(text, 'Name of the remote system'),
  address: v.optional(said(text, 'Its network address and port')),
  reply: v.strictObject({
    code: said(v.number(), 'SMTP reply code'),
    status: v.optional(text),
    lines: said(v.array(text), 'Text without codes'),
  }),
  rawLines: said(v.array(text), 'The reply line by line as it came'),
  stage: v.picklist(['connect', 'hello', 'mail', 'rcpt', 'data', 'content']),
  tls: v.optional(said(text, 'Version of TLS under which it came')),
});
const failure = v.strictObject({
  status,
  reason: said(text, 'In our own words'),
  remote: v.optional(remote),
  at: time,
});
const action = {
  recipient: address,
  action: said(text, 'failed, delayed, delivered, relayed or expanded'),
  status: text,
};

const recipient = { recipient: address, address: presented, destination };
const reached = { ...recipient, status, remote: v.optional(remote), delayMs: said(count, 'Since its arrival') };
const givenUp = { ...recipient, failure, by };
const steered = { recipients: addresses, by };
const listed = {
  address,
  reason: v.optional(text),
  status: v.optional(text),
  until: v.optional(time),
  by,
};

/** The fields of each kind, beside those that all have. */
const fields = {
  accepted: {
    reversePath,
    envelopeId: v.optional(said(text, 'ENVID, decoded (RFC 3461 §4.4)')),
    recipients: addresses,
    sizeOctets: count,
    origin: v.picklist(['smtp', 'submission', 'lmtp', 'report', 'list']),
    client: v.optional(said(text, 'Network address of the client')),
    user: v.optional(said(text, 'Who had logged in')),
    tls: v.optional(said(text, 'Version of TLS under which it came')),
    priority: v.optional(said(v.number(), 'What MT-PRIORITY asked for (RFC 6710 §4.1)')),
    headerMessageId: v.optional(said(text, 'Message-ID of the header, where a history is kept')),
    subject: v.optional(said(text, 'Subject of the header as it stands there, where a history is kept')),
  },
  attempted: { destination, recipients: addresses, durationMs: count },
  delivered: reached,
  relayed: reached,
  expanded: { recipient: address, to: said(v.array(text), 'The addresses in its place') },
  deferred: {
    ...recipient,
    failure,
    attempts: said(count, 'Made so far, or since an operator had it attempted'),
    retryAt: time,
  },
  delayed: { ...recipient, failure: v.optional(failure) },
  failed: givenUp,
  expired: givenUp,
  bounced: givenUp,
  held: steered,
  released: steered,
  retried: steered,
  dropped: steered,
  rerouted: { recipients: addresses, destination, by },
  paused: { destination, by },
  resumed: { destination, by },
  'report-issued': {
    reportId: said(text, 'Queue id of the report'),
    to: said(text, 'To whom it goes'),
    actions: said(v.array(v.strictObject(action)), 'What it says of whom'),
    headerMessageId: v.optional(said(text, 'Message-ID of the report')),
    subject: v.optional(said(text, 'Subject of the report, not encoded')),
    sizeOctets: v.optional(count),
  },
  'report-held': { to: text, recipients: addresses, until: time },
  'report-received': {
    reportId: said(text, 'Queue id of what came back'),
    verified: said(v.boolean(), 'It came to the return path that was made for this recipient'),
    what: said(
      v.picklist(['dsn', 'bounce', 'mdn', 'feedback', 'auto-reply', 'other']),
      'bounce: one that follows no standard, read as well as may be',
    ),
    recipient: v.optional(address),
    address: presented,
    reportingMta: v.optional(text),
    failure: v.optional(failure),
    actions: v.array(v.strictObject({ ...action, diagnostic: v.optional(text), reason: v.optional(text) })),
  },
  'digest-issued': { to: text, failures: count },
  'not-reported': { recipient: address, reason: v.picklist(['null-reverse-path', 'not-asked', 'trouble']) },
  suppressed: {
    recipient: address,
    reversePath,
    client: said(text, 'Network address of the client'),
    reason: said(text, 'Why the address is on the list'),
    status: v.optional(text),
    until: v.optional(time),
  },
  'suppression-added': listed,
  'suppression-removed': listed,
} as const satisfies Record<EventKind, v.ObjectEntries>;

type Fields = typeof fields;

/** What a kind of event says, as the schema has it. */
export type SchemaEvent<K extends EventKind> = Frozen<
  { readonly kind: K; readonly at: string; readonly messageId: string } & Said<K>
>;
type Frozen<T> = T extends readonly (infer U)[]
  ? readonly Frozen<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;
type Said<K extends EventKind> = Fields[K] extends infer F extends v.ObjectEntries
  ? v.InferOutput<v.StrictObjectSchema<F, undefined>>
  : never;

/** The schema of each kind of event, as JSON tells it. */
export const eventSchemas: ReadonlyMap<EventKind, v.GenericSchema> = new Map(
  (Object.keys(fields) as EventKind[]).map((kind) => [
    kind,
    v.pipe(
      v.strictObject({
        kind: v.literal(kind),
        at: said(time, 'When it happened'),
        messageId: said(text, 'Queue id of the message; empty: it is about none'),
        ...fields[kind],
      }),
      v.title(kind),
      v.description(eventKinds[kind]),
    ),
  ]),
);
