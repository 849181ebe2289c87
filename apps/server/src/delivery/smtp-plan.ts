import {
  planRelay,
  type Obstacle,
  type RelayMessage,
  type RelayRecipient,
  type RelayTransaction,
} from '@dsnkit/dsn-policy';
import { parseParameters } from '@dsnkit/esmtp-parameters';
import type { ClientTransaction } from '@dsnkit/smtp';
import type { Delivery } from '../model.ts';
import { scanContent, type ContentFacts } from './content-scan.ts';
import type { Trouble } from './outcomes.ts';
import type { Hop } from './smtp-hop.ts';

/** A message as planning needs it. */
export interface PlannedMessage extends Omit<RelayMessage, 'byRemainingSeconds'> {
  readonly arrivedAtMs: number;
}

/** A recipient, and its place in the delivery. */
export interface PlacedRecipient extends RelayRecipient {
  readonly place: number;
}

/** One transaction to perform, and for each of its recipients the place in the delivery. */
export interface PlannedTransaction {
  readonly transaction: ClientTransaction;
  readonly places: readonly number[];
}

/** What is to be sent to a hop, and what it can't have. */
export interface TransactionPlan {
  readonly transactions: readonly PlannedTransaction[];
  readonly obstructed: readonly { readonly place: number; readonly trouble: Trouble }[];
}

/**
 * Plans the transactions with one hop: as `planRelay` says, cut to what the hop takes at once.
 *
 * @example planTransactions(message, recipients, hop, { protocol: 'smtp', maxRecipients: 100, nowMs: clock.now() })
 */
export function planTransactions(
  message: PlannedMessage,
  recipients: readonly PlacedRecipient[],
  hop: Hop,
  options: { readonly protocol: 'smtp' | 'lmtp'; readonly maxRecipients: number; readonly nowMs: number },
): TransactionPlan {
  const by = byRemaining(message, options.nowMs);
  const timed = by === undefined ? message : { ...message, byRemainingSeconds: by };
  const usable = withoutLoneChunks(hop);
  const plan =
    options.protocol === 'lmtp'
      ? planRelay(finalMessage(timed, hop), finalRecipients(recipients, hop), usable)
      : planRelay(timed, recipients, usable);
  return {
    transactions: plan.transactions.flatMap((transaction) =>
      portions(transaction.recipients, hop, options.maxRecipients).map((some) => planned(transaction, some)),
    ),
    obstructed: plan.obstructed.map(({ recipient, obstacle }) => ({
      place: recipient.place,
      trouble: troubleOfObstacle(obstacle, message, hop),
    })),
  };
}

/**
 * What has to be known of the content before a transaction can be planned: content that is 7-bit in truth passes hops
 * without 8BITMIME, whatever was declared. Binary content is what it was declared to be.
 */
export function factsFor(delivery: Delivery): ContentFacts | Promise<ContentFacts> | undefined {
  const { mailParameters } = delivery.message;
  const isBinary = /\bBODY=BINARYMIME\b/i.test(mailParameters);
  return isBinary && !/\bSMTPUTF8\b/i.test(mailParameters) ? undefined : scanContent(delivery.content);
}

/** The message of a delivery. */
export function plannedMessage({ message, content }: Delivery, facts: ContentFacts | undefined): PlannedMessage {
  const mailParameters = parseParameters(message.mailParameters);
  const isBinary = saysBinary(mailParameters);
  const isUtf8 = mailParameters.some(({ keyword }) => isKeyword(keyword, 'SMTPUTF8'));
  return {
    arrivedAtMs: message.arrivedAtMs,
    reversePath: message.reversePath,
    mailParameters,
    sizeOctets: content.sizeOctets,
    ...(facts === undefined || isBinary ? {} : { content: facts.eightBit ? '8bit' : '7bit' }),
    // A report of ours says SMTPUTF8 only if some part of it needs that, and has a simpler form for hops without.
    ...(facts === undefined || !isUtf8 || message.origin === 'report' ? {} : { utf8Headers: facts.eightBitHeader }),
  };
}

/** The recipients of a delivery, in order. */
export function placedRecipients({ recipients }: Delivery): readonly PlacedRecipient[] {
  return recipients.map(({ address, parameters }, place) => ({
    place,
    address,
    parameters: parseParameters(parameters),
  }));
}

/** In time it is delivered there: nobody behind it has to keep what BY demands (RFC 2852 §4.1.4.1 is about relays). */
function finalMessage<M extends RelayMessage>(message: M, hop: Hop): M {
  if (hop.extensions.has('DSN') || hop.extensions.has('DELIVERBY') || !((message.byRemainingSeconds ?? 0) > 0)) {
    return message;
  }
  return { ...message, mailParameters: message.mailParameters.filter(({ keyword }) => !isKeyword(keyword, 'BY')) };
}

/** Final delivery has no older MTA behind it that might bounce: NEVER needs no null reverse-path, and Return-Path stays. */
function finalRecipients(recipients: readonly PlacedRecipient[], hop: Hop): readonly PlacedRecipient[] {
  if (hop.extensions.has('DSN')) return recipients;
  return recipients.map((recipient) => ({
    ...recipient,
    parameters: recipient.parameters.filter(({ keyword }) => !isKeyword(keyword, 'NOTIFY')),
  }));
}

/** Our chunks follow each other without waiting for replies: a host without PIPELINING can't have them (RFC 3030 §4.2). */
function withoutLoneChunks(hop: Hop): Hop {
  if (hop.extensions.has('PIPELINING') || !hop.extensions.has('BINARYMIME')) return hop;
  const extensions = new Map(hop.extensions);
  extensions.delete('BINARYMIME');
  return { ...hop, extensions };
}

/** Seconds that BY leaves (RFC 2852 §4.1.4). */
function byRemaining({ mailParameters, arrivedAtMs }: PlannedMessage, nowMs: number): number | undefined {
  const by = mailParameters.find(({ keyword }) => isKeyword(keyword, 'BY'))?.value;
  return by === undefined ? undefined : Number.parseInt(by, 10) - Math.floor((nowMs - arrivedAtMs) / 1000);
}

type Relayed = RelayTransaction<PlacedRecipient>;

function planned({ reversePath, mailParameters }: Relayed, recipients: Relayed['recipients']): PlannedTransaction {
  return {
    transaction: {
      reversePath,
      mailParameters,
      recipients,
      ...(saysBinary(mailParameters) ? { chunking: true } : {}),
    },
    places: recipients.map(({ recipient }) => recipient.place),
  };
}

/** Portions that the hop takes in one transaction, in order (RFC 5321 §4.5.3.1.8, RFC 9422 §3). */
function portions<T extends { readonly forwardPath: string }>(
  recipients: readonly T[],
  hop: Hop,
  maxRecipients: number,
): readonly (readonly T[])[] {
  const max = Math.min(maxRecipients, hop.rcptMax);
  if (recipients.length <= max && hop.rcptDomainMax === Infinity) return [recipients];
  const cut: T[][] = [];
  let portion: T[] = [];
  let domains = new Set<string>();
  for (const recipient of recipients) {
    const domain = recipient.forwardPath.slice(recipient.forwardPath.lastIndexOf('@') + 1).toLowerCase();
    if (portion.length === max || (domains.size >= hop.rcptDomainMax && !domains.has(domain))) {
      cut.push(portion);
      portion = [];
      domains = new Set();
    }
    portion.push(recipient);
    domains.add(domain);
  }
  return [...cut, portion];
}

function troubleOfObstacle({ status, reason }: Obstacle, { mailParameters }: PlannedMessage, hop: Hop): Trouble {
  const isBinary = reason === '8bit-content' && saysBinary(mailParameters);
  return { status, reason: `${hop.mta} ${isBinary ? 'takes no binary content' : obstacles[reason]}` };
}

const obstacles: Readonly<Record<Obstacle['reason'], string>> = {
  'too-big': 'takes no messages of this size',
  '8bit-content': 'takes no 8-bit content',
  'utf8-address': 'takes no addresses beyond ASCII',
  'utf8-headers': 'takes no header fields beyond ASCII',
  requiretls: 'does not support REQUIRETLS, which the sender demands',
  tls: 'offers no connection that is secure enough for this message',
  deliverby: 'does not support DELIVERBY, which the sender demands',
  'deliverby-passed': 'can not be reached within the time that the sender has set',
  rrvs: 'can not tell whether the address still belongs to the same person, which the sender demands',
};

function saysBinary(mailParameters: PlannedMessage['mailParameters']): boolean {
  return mailParameters.some(({ keyword, value }) => isKeyword(keyword, 'BODY') && isKeyword(value, 'BINARYMIME'));
}

function isKeyword(text: string | undefined, keyword: string): boolean {
  return text?.toUpperCase() === keyword;
}
