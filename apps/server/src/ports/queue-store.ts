import type { Content, MailEvent, Message, Recipient } from '../model.ts';
import type { Cluster } from './cluster.ts';
import type { QueueOperations } from './operations.ts';

/**
 * The durable queue: the one place in which a message rests.
 *
 * - `accept` and `settle` resolve only when a power cut can't undo them.
 * - A recipient is in at most one claim at a time; it leaves it by a settlement or a release, or when the lease has run
 *   out and another claim takes it. Until then a late settlement still counts.
 * - A message goes, with its content, in the settlement that leaves it without pending recipients.
 * - Calls may be made side by side; each is atomic.
 */
export interface QueueStore extends QueueOperations {
  /** Largest content that is passed in memory; larger ones go through {@link spool}. */
  readonly inlineMaxOctets: number;
  spool(): Promise<Spool>;
  /**
   * Stores messages. With a lease their recipients, all of which are due, are claimed at once under its token (the caller
   * goes on to deliver them without a claim of its own). A message without recipients is a mistake of the caller: TypeError.
   * `events` go into the journal.
   *
   * @throws {StoreError}
   */
  accept(messages: readonly NewMessage[], lease?: Lease, events?: readonly MailEvent[]): Promise<void>;
  /**
   * Leases due recipients, oldest due time first, at most `limit` claims; `token` makes a token for each claim.
   * Recipients of destinations in `except` are left alone, and not more than `perDestination` claims are given of one.
   */
  claim(request: {
    readonly nowMs: number;
    readonly limit: number;
    readonly perDestination: number;
    readonly except: readonly string[];
    readonly leaseUntilMs: number;
    readonly token: () => string;
  }): Promise<readonly Claim[]>;
  /**
   * When the next recipient that is not leased becomes due, or the lease of one that is due runs out; undefined if there is
   * none. Recipients of destinations in `except` do not count.
   */
  nextDueAtMs(except?: readonly string[]): Promise<number | undefined>;
  /** Prolongs claims. Gives the tokens that hold nothing any more: what was under them was settled, or is another's. */
  renew(tokens: readonly string[], untilMs: number): Promise<readonly string[]>;
  /** Gives claims back unsettled: their recipients are free at once. */
  release(tokens: readonly string[]): Promise<void>;
  /** @throws {LeaseLostError} @throws {StoreError} */
  settle(settlement: Settlement): Promise<void>;
  /** The content of a stored message. Rejects with a StoreError when it is not there: `lost`, if that is for good. */
  content(messageId: string): Promise<Content>;
  /** Those who work on the same store. Absent: nobody else can. */
  readonly cluster?: Cluster;
  /** Numbers for people. */
  counts(): Promise<{ readonly messages: number; readonly recipients: number }>;
  /**
   * Commits something that changes nothing. Resolves when a power cut could not undo it, as {@link QueueStore.accept} does.
   *
   * @throws {StoreError}
   */
  probe(): Promise<void>;
  /** Waits for what is under way and closes. */
  close(): Promise<void>;
}

/** A message that is to be stored. */
export interface NewMessage {
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  /** The content in pieces, or what {@link QueueStore.spool} gave. */
  readonly content: readonly Uint8Array[] | SpooledContent;
}

/** A content that lies in the spool under a name. */
export interface SpooledContent {
  readonly kind: 'spooled';
  readonly name: string;
  readonly sizeOctets: number;
}

/** Takes content too large for memory, piece by piece. */
export interface Spool {
  /** Resolves when more may be written. Rejects when the disk is full or fails. */
  write(octets: Uint8Array): Promise<void>;
  /** Resolves when the content is on the disk (synced). It stays only if a message that names it is accepted. */
  finish(): Promise<SpooledContent>;
  discard(): Promise<void>;
}

/**
 * A claim on recipients: who holds it and until when. Every claim has its own token; the messages of one
 * {@link QueueStore.accept} share one, and each is settled by itself.
 */
export interface Lease {
  readonly token: string;
  readonly untilMs: number;
}

/** One message with those of its recipients that share a destination and are due. */
export interface Claim {
  readonly token: string;
  readonly message: Message;
  readonly recipients: readonly Recipient[];
  /** The largest `n` in use in the message. */
  readonly lastN: number;
}

/**
 * What became of the recipients of one claim. Applied as a whole or not at all. Recipients of the claim that it does not
 * name stay claimed, so that destinations that were accepted together can be settled one by one.
 */
export interface Settlement {
  readonly messageId: string;
  /** The token of the claim; a settlement whose claim has passed on is refused with {@link LeaseLostError}. */
  readonly token: string;
  readonly updates: readonly RecipientUpdate[];
  /**
   * New recipients of the same message: the targets of an alias. Their `n` follow {@link Claim.lastN}; where another claim
   * of the message has given these to its own meanwhile, they get the next ones.
   */
  readonly children: readonly Recipient[];
  /** Reports and list posts that this settling owes. */
  readonly messages: readonly NewMessage[];
  /** Claims on other messages that end in the same transaction: all of their recipients are done. */
  readonly ends?: readonly Pick<Settlement, 'messageId' | 'token'>[];
  /** For the journal: what this settling tells. */
  readonly events?: readonly MailEvent[];
}

/** What a settlement makes of a recipient: it is done, or waits anew. */
export type RecipientUpdate =
  | { readonly n: number; readonly state: 'done' }
  | ({ readonly n: number; readonly state: 'pending' } & Pick<
      Recipient,
      'attempts' | 'dueAtMs' | 'retryAtMs' | 'delayReported' | 'lastFailure' | 'destination'
    >);

/** The claim has passed on, since its lease ran out: nothing was settled. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** The store can't take or give work now (disk full, I/O error, closed). Nothing was half-stored. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** `away`: a store that is shared can't be reached now. `corrupt`: what lies there can't be read. `lost`: a content is not there any more. `foreign`: it is no queue, or one of a later version. */
  readonly code: 'full' | 'io' | 'away' | 'corrupt' | 'lost' | 'foreign' | 'closed' | 'locked';
  constructor(code: StoreError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
