import type { Failure, Message, Recipient } from '../../model.ts';
import type { RecipientUpdate, StoreError } from '../../ports.ts';
import type { JournalAsk } from './journal.ts';
import type { NewEntries } from './recent.ts';
import type { InspectionAsk } from './inspection.ts';

/**
 * What the two threads of the SQLite store say to each other: plain values, and as few of them as can be. See
 * {@link Batch} for how operations travel.
 */
export type Operation = Write | Read;

/**
 * Operations on their way to the thread of the database: as JSON, which is made and read faster than a structured clone,
 * without their contents. Those lie one after the other in one buffer, which is handed over, not copied.
 */
export interface Batch {
  readonly operations: string;
  readonly contents?: ArrayBuffer;
  /** Where the content of each message ends that is not spooled, in their order. */
  readonly ends: readonly number[];
  /**
   * What is stored as JSON, since JSON within JSON would be written and read twice. For each operation in turn: of each of
   * its messages the envelope, then, if it is held, its recipients; then what it tells, if it does.
   */
  readonly texts: readonly string[];
}

/** What goes beside an operation, in the order of its messages. */
export interface Parts {
  /** Of those that are not spooled: the content in pieces. */
  readonly contents: (readonly Uint8Array[])[];
  /** As in {@link Batch}, but for what is told. */
  readonly texts: string[];
}

/** Operations that change what is stored, or who holds it. Those of one batch share a transaction. */
export type Write =
  | ({ readonly kind: 'accept-held'; readonly untilMs: number; readonly messages: readonly HeldMessage[] } & Told)
  | ({ readonly kind: 'accept'; readonly messages: readonly RestingMessage[] } & Told)
  | ({
      readonly kind: 'settle';
      readonly hold: number;
      readonly messageId: string;
      readonly done: readonly number[];
      readonly pending: readonly PendingRow[];
      readonly children: readonly RecipientRow[];
      readonly messages: readonly RestingMessage[];
      /** Other claims, all of whose recipients are done. */
      readonly ends: readonly { readonly hold: number; readonly messageId: string }[];
    } & Told)
  /** A settlement of recipients that are done, and nothing else. */
  | ({
      readonly kind: 'done';
      readonly hold: number;
      readonly messageId: string;
      readonly done: readonly number[];
    } & Told)
  | { readonly kind: 'renew'; readonly holds: readonly number[]; readonly untilMs: number }
  | { readonly kind: 'release'; readonly holds: readonly number[] };

/** For the journal, if anybody reads it. */
interface Told {
  /** Events as JSON; they travel in {@link Batch.texts}, and only their place is held here. */
  events?: string | undefined;
  /** Of the contents that are kept, so many octets. */
  readonly keepOctets?: number | undefined;
}

/** Operations that are answered from what is committed. */
export type Read =
  | ClaimRequest
  | {
      readonly kind: 'claim-message';
      readonly messageId: string;
      readonly nowMs: number;
      readonly leaseUntilMs: number;
    }
  | { readonly kind: 'content'; readonly messageId: string }
  | { readonly kind: 'journal'; readonly ask: JournalAsk }
  | { readonly kind: 'inspect'; readonly ask: InspectionAsk }
  | { readonly kind: 'next-due'; readonly except: readonly string[] }
  | { readonly kind: 'counts' | 'probe' | 'close' };

export interface ClaimRequest {
  readonly kind: 'claim';
  readonly nowMs: number;
  readonly limit: number;
  readonly perDestination: number;
  readonly except: readonly string[];
  readonly leaseUntilMs: number;
}

/** A message that is under a claim from the start: it lies in one row until it comes to rest. */
export interface HeldMessage {
  readonly hold: number;
  readonly id: string;
  /** The {@link Message} as JSON; set where the {@link Batch} arrives. */
  envelope: string;
  /** The {@link Recipient}s as JSON; set where the {@link Batch} arrives. */
  recipients: string;
  readonly ns: readonly number[];
  readonly spool: string | null;
  /** Its content goes into the journal, too. */
  readonly kept: boolean;
  /** Of a message that is not spooled; set where the {@link Batch} arrives. */
  content: Uint8Array | null;
}

/** A message whose recipients wait to be claimed. */
export interface RestingMessage {
  readonly id: string;
  /** The {@link Message} as JSON; set where the {@link Batch} arrives. */
  envelope: string;
  readonly lastN: number;
  readonly recipients: readonly RecipientRow[];
  readonly spool: string | null;
  /** Its content goes into the journal, too. */
  readonly kept: boolean;
  /** Of a message that is not spooled; set where the {@link Batch} arrives. */
  content: Uint8Array | null;
}

/** A recipient in the order of the columns: the row without its `seq`. */
export type RecipientRow = readonly [
  destination: string,
  n: number,
  dueAtMs: number,
  address: string,
  parameters: string,
  shownAs: string | null,
  attempts: number,
  retryAtMs: number,
  delayReported: number,
  lastFailure: string | null,
];

/** What an attempt changes in a recipient: `n`, then the changing columns in their order. */
export type PendingRow = readonly [
  n: number,
  destination: string,
  dueAtMs: number,
  attempts: number,
  retryAtMs: number,
  delayReported: number,
  lastFailure: string | null,
];

export interface ClaimedRow {
  readonly hold: number;
  readonly id: string;
  readonly envelope: string;
  readonly lastN: number;
  readonly recipients: readonly RecipientRow[];
  /** Small content comes along, so that it need not be asked for. */
  content: Uint8Array<ArrayBuffer> | null;
}
export interface StoredContent {
  readonly spool: string | null;
  content: Uint8Array<ArrayBuffer> | null;
}

/** What the worker is started with. */
export interface WorkerOptions {
  readonly file: string;
  readonly maxDatabaseOctets: number | undefined;
  readonly minFreeOctets: number;
}

/** What the worker says. Acceptances, other writes and reads are each answered in the order in which they came. */
export type Reply =
  | { readonly kind: 'ready'; readonly spooled: readonly string[] }
  | { readonly kind: 'refused'; readonly failure: Refusal }
  | ({
      readonly kind: 'written';
      /** So many acceptances, then so many other writes. */
      readonly accepts: number;
      readonly writes: number;
      readonly failures: readonly FailedWrite[];
    } & Aftermath)
  | ({ readonly kind: 'answered'; readonly answers: readonly Answer[] } & Aftermath);

export interface Aftermath {
  readonly journal: NewEntries;
  /** Claims that nobody's recipient is under any more. */
  readonly ended: readonly number[];
  /** Spooled content that no message names any more. */
  readonly unnamed: readonly string[];
}
export interface Refusal {
  readonly code: StoreError['code'] | 'lease-lost';
  readonly message: string;
}
/** The position of a write among those that the reply answers, acceptances first, and why it failed. */
export interface FailedWrite {
  readonly index: number;
  readonly refusal: Refusal;
}
export type Answer = { readonly value: unknown } | { readonly refusal: Refusal };

/** Puts a recipient into the form of its row. */
export function toRow(recipient: Recipient): RecipientRow {
  return [
    recipient.destination,
    recipient.n,
    recipient.dueAtMs,
    recipient.address,
    recipient.parameters,
    recipient.shownAs ?? null,
    recipient.attempts,
    recipient.retryAtMs,
    recipient.delayReported ? 1 : 0,
    recipient.lastFailure === undefined ? null : JSON.stringify(recipient.lastFailure),
  ];
}

/** Puts what became of a recipient into the form of its row. */
export function toPendingRow(update: Extract<RecipientUpdate, { readonly state: 'pending' }>): PendingRow {
  return [
    update.n,
    update.destination,
    update.dueAtMs,
    update.attempts,
    update.retryAtMs,
    update.delayReported ? 1 : 0,
    update.lastFailure === undefined ? null : JSON.stringify(update.lastFailure),
  ];
}

/** Reads a row back. */
export function fromRow(row: RecipientRow): Recipient {
  const [destination, n, dueAtMs, address, parameters, shownAs, attempts, retryAtMs, delayReported, lastFailure] = row;
  return {
    ...{ n, address, parameters, destination, attempts, dueAtMs, retryAtMs, delayReported: delayReported !== 0 },
    ...(lastFailure !== null && { lastFailure: JSON.parse(lastFailure) as Failure }),
    ...(shownAs !== null && { shownAs }),
  };
}

/** Reads an envelope back. */
export function fromEnvelope(envelope: string): Message {
  return JSON.parse(envelope) as Message;
}

/** The largest `n` of some recipients, however many they are. */
export function lastN(recipients: readonly { readonly n: number }[]): number {
  return recipients.reduce((last, { n }) => Math.max(last, n), 0);
}
