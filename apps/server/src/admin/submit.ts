import { EsmtpParameterError, formatParameters, type Notify, type TypedAddress } from '@dsnkit/esmtp-parameters';
import { envelope } from '@dsnkit/esmtp-parameters/client';
import type { Config } from '../config.ts';
import type { MailEvent, Message, Recipient } from '../model.ts';
import type { Clock, Crypto, EventSink, IdSource, QueueStore } from '../ports.ts';
import { hasEightBit } from '../notification/eight-bit.ts';
import { formatMissing, missingFields } from '../receiving/header-fixes.ts';
import { headerWords } from '../receiving/header-words.ts';
import type { Queue } from '../queue/queue.ts';
import { Intake as ContentIntake } from '../receiving/intake.ts';
import { formatReceived } from '../receiving/trace.ts';
import type { Router } from '../routing/router.ts';
import type { Intake } from '../server.ts';
import { canonicalLines } from './canonical-lines.ts';
import { composeMessage, type Letter } from './compose.ts';
import type { IdempotencyKeys, KeyRecord } from './idempotency.ts';
import { Problem, type WrongInput } from './problem.ts';

/** What a program or a person hands over. */
export interface Submission {
  /** Reverse-path; '' is the null one. */
  readonly from: string;
  readonly recipients: readonly {
    readonly address: string;
    readonly notify?: Notify | undefined;
    /** `TYPE;ADDRESS`, not in xtext. */
    readonly orcpt?: string | undefined;
  }[];
  readonly ret?: 'FULL' | 'HDRS' | undefined;
  readonly envelopeId?: string | undefined;
  /** No attempt before then; of seconds the whole ones count. RFC 4865 §4.2 */
  readonly holdUntilMs?: number | undefined;
  /** The message as it is, or what it is to be made of. */
  readonly content: Uint8Array | Letter;
  /** The network address of the client. */
  readonly client: string;
  readonly idempotencyKey?: string | undefined;
}
export interface Submitted {
  readonly id: string;
  readonly envelopeId: string | null;
  readonly recipients: readonly string[];
  readonly sizeOctets: number;
}

/**
 * Puts a message into the queue. Resolves when a power cut can't lose it; rejects with a {@link Problem} that says why it
 * was not taken, or with a StoreError.
 */
export type Submit = (
  submission: Submission,
) => Promise<{ readonly submitted: Submitted; readonly isRepeated: boolean }>;

/** What submitting works with. */
export interface SubmitParts {
  /** In force now. */
  readonly config: () => Pick<Config, 'hostname' | 'limits'>;
  readonly router: Router;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly crypto: Crypto;
  readonly store: QueueStore;
  readonly accept: Queue['accept'];
  readonly events: EventSink;
  /** The reply to a recipient whose address is on the suppression list, of which it tells. Absent: there is no list. */
  readonly suppressed?: Intake['suppressed'];
  /** Whether a message was accepted, as far as queue and history know. */
  readonly isKnown: (messageId: string) => Promise<boolean>;
  /** Absent: keys are not honoured. */
  readonly keys?: IdempotencyKeys;
}

/** Makes the way into the queue that needs no SMTP. */
export function makeSubmit(parts: SubmitParts): Submit {
  const underWay = new Map<string, Promise<unknown>>();
  return async (submission) => {
    const { idempotencyKey: key } = submission;
    const { keys } = parts;
    if (key === undefined || keys === undefined)
      return { submitted: await take(parts, submission, parts.ids.next()), isRepeated: false };
    // One request after the other: the second one hears what came of the first.
    const before = underWay.get(key) ?? Promise.resolve();
    const own = before.catch(() => undefined).then(() => once(parts, keys, key, submission));
    underWay.set(key, own);
    try {
      return await own;
    } finally {
      if (underWay.get(key) === own) underWay.delete(key);
    }
  };
}

async function once(
  parts: SubmitParts,
  keys: IdempotencyKeys,
  key: string,
  submission: Submission,
): Promise<{ readonly submitted: Submitted; readonly isRepeated: boolean }> {
  const own: KeyRecord = {
    key,
    fingerprint: fingerprintOf(parts.crypto, submission),
    messageId: parts.ids.next(),
    atMs: parts.clock.now(),
  };
  const record = await keys.claim(own);
  if (record.fingerprint !== own.fingerprint)
    throw new Problem('conflict', 'This Idempotency-Key was used for another message');
  if (record.answer !== undefined) return { submitted: JSON.parse(record.answer) as Submitted, isRepeated: true };
  // The server stopped between accepting and answering, or the answer before was that it could not.
  const isRepeated = record.messageId !== own.messageId && (await parts.isKnown(record.messageId));
  try {
    const submitted = isRepeated
      ? repeated(submission, record.messageId)
      : await take(parts, submission, record.messageId);
    await keys.finish(key, JSON.stringify(submitted));
    return { submitted, isRepeated };
  } catch (error) {
    if (error instanceof Problem) await keys.forget(key);
    throw error;
  }
}

function repeated({ envelopeId, recipients }: Submission, id: string): Submitted {
  return { id, envelopeId: envelopeId ?? null, recipients: recipients.map(({ address }) => address), sizeOctets: 0 };
}

function fingerprintOf(crypto: Crypto, submission: Submission): string {
  const { from, recipients, ret, envelopeId, holdUntilMs, content } = submission;
  const hash = (octets: Uint8Array): string =>
    Array.from(crypto.sha256(octets), (octet) => octet.toString(16)).join('.');
  const body = content instanceof Uint8Array ? hash(content) : content;
  return hash(
    new TextEncoder().encode(
      JSON.stringify([from, recipients, ret, envelopeId, body, ...(holdUntilMs === undefined ? [] : [holdUntilMs])]),
    ),
  );
}

/** Everything that this server can do is asked for. */
const ANNOUNCED: ReadonlySet<string> = new Set(['DSN', 'SMTPUTF8', '8BITMIME', 'SIZE', 'FUTURERELEASE']);

async function take(parts: SubmitParts, submission: Submission, id: string): Promise<Submitted> {
  const { clock, store } = parts;
  const { hostname, limits } = parts.config();
  const atMs = clock.now();
  const octets =
    submission.content instanceof Uint8Array
      ? canonicalLines(submission.content)
      : composeMessage(submission.content, atMs, `=_${id}`);
  if (octets.length > limits.messageSizeOctets)
    throw new Problem('too-large', `A message may have ${limits.messageSizeOctets} octets`);
  // RFC 5321 §2.3.8, RFC 5322 §3.5: as by SMTP; what it stands for would be lost on the way.
  if (octets.includes(0)) throw new Problem('refused', 'A message has no NUL in it');
  const { mailParameters, recipients } = planOf(parts, submission, octets, atMs);
  const intake = new ContentIntake(store, (start, isWhole) => fieldsOf(parts, submission, id, atMs, start, isWhole));
  try {
    intake.add(octets);
    const content = await intake.finish();
    const { sizeOctets } = intake;
    const message: Message = {
      ...{ id, reversePath: submission.from, mailParameters, arrivedAtMs: atMs, origin: 'submission', sizeOctets },
    };
    const words = { headerMessageId: `<${id}@${hostname}>`, ...headerWords(octets) };
    const event = { ...acceptedEvent(submission, message, recipients), ...words };
    await parts.accept({ message, recipients, content }, () => parts.events.emit(event), [event]);
    const named = recipients.map(({ address }) => address);
    return { id, envelopeId: submission.envelopeId ?? null, recipients: named, sizeOctets };
  } catch (error) {
    await intake.discard().catch(() => undefined);
    throw error;
  }
}

function acceptedEvent({ envelopeId, client }: Submission, message: Message, to: readonly Recipient[]): MailEvent {
  return {
    kind: 'accepted',
    atMs: message.arrivedAtMs,
    messageId: message.id,
    reversePath: message.reversePath,
    ...(envelopeId === undefined ? {} : { envelopeId }),
    recipients: to.map(({ address }) => address),
    sizeOctets: message.sizeOctets,
    origin: 'submission',
    client,
  };
}

/** RFC 5321 §4.4 wants a trace of however mail came. */
function fieldsOf(
  { config }: SubmitParts,
  { client, recipients }: Submission,
  id: string,
  atMs: number,
  start: Uint8Array,
  isWhole: boolean,
): Uint8Array {
  const { hostname } = config();
  const [sole, ...others] = recipients;
  const received = formatReceived({
    ...{ id, atMs, clientName: '', clientAddress: client, hostname, protocol: 'HTTP' },
    ...(sole !== undefined && others.length === 0 ? { soleRecipient: sole.address } : {}),
  });
  const missing = missingFields(start, isWhole);
  return new TextEncoder().encode(received + formatMissing(missing, { id, hostname, atMs }));
}

/** The envelope as it is stored. Every recipient is looked at, so that one answer tells of all that are wrong. */
function planOf(
  { config, router, suppressed }: SubmitParts,
  submission: Submission,
  octets: Uint8Array,
  atMs: number,
): { readonly mailParameters: string; readonly recipients: readonly Recipient[] } {
  const { maxRecipients, maxHoldMs } = config().limits;
  if (submission.recipients.length > maxRecipients)
    throw new Problem('refused', `A message may have ${maxRecipients} recipients`);
  const errors: WrongInput[] = [];
  const { holdUntilMs = 0 } = submission;
  // RFC 4865 §4.2(7)
  if (holdUntilMs > atMs + maxHoldMs)
    errors.push({ where: 'body.holdUntil', message: 'is too late: a message is not held for that long here' });
  const dueAtMs = Math.max(atMs, Math.floor(holdUntilMs / 1000) * 1000);
  const recipients: Recipient[] = [];
  let mailParameters = parametersOf(submission, octets, errors);
  for (const [n, to] of submission.recipients.entries()) {
    const where = `body.recipients.${n}`;
    const found = recipientOf(submission, to, where, errors);
    if (found === undefined) continue;
    const route = router.resolve(to.address);
    const refused =
      route.kind === 'refuse'
        ? route.reply
        : suppressed?.({ recipient: to.address, reversePath: submission.from, client: submission.client });
    if (route.kind === 'refuse' || refused !== undefined) {
      const { status = '', lines = [] } = refused ?? {};
      errors.push({ where: `${where}.address`, message: `${status} ${lines.join(' ')}`.trim() });
      continue;
    }
    // Parameters are parted by spaces, and no value has any: an envelope id may hold the word.
    if (found.utf8 && !/(?:^| )SMTPUTF8(?: |$)/.test(mailParameters))
      mailParameters = `${mailParameters} SMTPUTF8`.trim();
    const waiting = { attempts: 0, dueAtMs, retryAtMs: dueAtMs, delayReported: false };
    recipients.push({
      n,
      address: to.address,
      parameters: found.parameters,
      destination: route.destination,
      ...waiting,
    });
  }
  const [first] = errors;
  if (first !== undefined) throw new Problem('refused', `${first.where} ${first.message}`, { errors });
  return { mailParameters, recipients };
}

function parametersOf(
  { from, ret, envelopeId, holdUntilMs }: Submission,
  octets: Uint8Array,
  errors: WrongInput[],
): string {
  const body = hasEightBit(octets) ? '8BITMIME' : undefined;
  return (
    tried('body.from', errors, () => {
      const plan = envelope(from)
        .mail({
          ...(ret === undefined ? {} : { ret }),
          ...(envelopeId === undefined ? {} : { envid: envelopeId }),
          ...(body === undefined ? {} : { body }),
          ...(holdUntilMs === undefined ? {} : { holdUntil: new Date(holdUntilMs) }),
        })
        .plan(ANNOUNCED);
      return formatParameters(plan.mailParameters);
    }) ?? ''
  );
}

function recipientOf(
  { from }: Submission,
  { address, notify, orcpt }: Submission['recipients'][number],
  where: string,
  errors: WrongInput[],
): { readonly parameters: string; readonly utf8: boolean } | undefined {
  return tried(where, errors, () => {
    const wishes = {
      ...(notify === undefined ? {} : { notify }),
      ...(orcpt === undefined ? {} : { orcpt: typedAddress(orcpt) }),
    };
    const { recipients, mailParameters } = envelope(from).to(address, wishes).plan(ANNOUNCED);
    const utf8 = mailParameters.some(({ keyword }) => keyword === 'SMTPUTF8');
    return { parameters: formatParameters(recipients[0]?.parameters ?? []), utf8 };
  });
}

/** `TYPE;ADDRESS`, or an address of type rfc822. */
function typedAddress(text: string): TypedAddress {
  const semicolon = text.indexOf(';');
  if (semicolon === -1) return { type: /[^\u0000-\u007f]/.test(text) ? 'utf-8' : 'rfc822', address: text };
  return { type: text.slice(0, semicolon).trim(), address: text.slice(semicolon + 1).trim() };
}

function tried<T>(where: string, errors: WrongInput[], make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    errors.push({ where, message: `is not allowed: ${error.message}` });
    return undefined;
  }
}
