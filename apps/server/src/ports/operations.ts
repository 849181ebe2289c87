import type { MailEvent, Message, Recipient } from '../model.ts';
import type { Journal } from './journal.ts';
import type { Claim } from './queue-store.ts';

/** What operators ask of a queue store, beside the traffic. None of it keeps traffic waiting for long. */
export interface QueueOperations {
  readonly journal: Journal;
  /**
   * Claims the recipients of one message that are under no claim, whatever their destination and time. Undefined if there
   * are none.
   */
  claimMessage(request: {
    readonly messageId: string;
    readonly token: string;
    readonly nowMs: number;
    readonly leaseUntilMs: number;
  }): Promise<Claim | undefined>;
  find(messageId: string): Promise<StoredMessage | undefined>;
  /**
   * Messages after a cursor, at most `limit`: in the order of their arrival, or with `destinations` those that have
   * recipients there, by destination and due time; among these one comes for each of its due times. Of each message the first
   * `mostRecipients`; absent: all.
   */
  list(request: {
    readonly limit: number;
    readonly after?: string;
    readonly destinations?: readonly string[];
    readonly mostRecipients?: number;
  }): Promise<readonly StoredMessage[]>;
  /**
   * Messages of which the address of a recipient, or what is shown for it, contains a text, whatever the case of ASCII
   * letters: in the order of their arrival, at most `limit`. One call looks at a part of the queue: `next` goes on behind it,
   * also where nothing was found. Of each message the first `mostRecipients`, those before all that contain it; absent: all.
   */
  search(request: {
    readonly recipient: string;
    readonly limit: number;
    readonly after?: string;
    readonly mostRecipients?: number;
  }): Promise<FoundMessages>;
  /** The destinations of recipients that wait or are tried again, those with most of them first, at most `limit`; no notes. */
  destinations(limit: number): Promise<readonly StoredDestination[]>;
  /** Destinations that are left alone until somebody says otherwise. The store only remembers them. */
  paused(): Promise<readonly PausedDestination[]>;
  pause(paused: PausedDestination, events: readonly MailEvent[]): Promise<void>;
  resume(destination: string, events: readonly MailEvent[]): Promise<void>;
}

/** A message of the queue with those of its recipients that wait; `claimed`: somebody works on them. */
export interface StoredMessage {
  readonly message: Message;
  readonly recipients: readonly (Recipient & { readonly claimed: boolean })[];
  /** How many wait, those included that are not among `recipients`. */
  readonly recipientCount: number;
  /** For {@link QueueOperations.list} and {@link QueueOperations.search}: goes on behind this message. */
  readonly cursor: string;
}

/** What a search has found so far; without `next` that is all. */
export interface FoundMessages {
  readonly messages: readonly StoredMessage[];
  readonly next?: string;
}

/** What waits for one destination. */
export interface StoredDestination {
  readonly destination: string;
  readonly recipients: number;
  /** Arrival of the oldest of the hundred messages that are due first. */
  readonly oldestMs: number;
  readonly nextDueAtMs: number;
}

/** A destination that an operator has paused, and since when. */
export interface PausedDestination {
  readonly destination: string;
  readonly sinceMs: number;
}
