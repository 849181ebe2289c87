import type { Content, EventKind, MailEvent, Message, Recipient } from '../model.ts';
import type { RecipientState } from './recipient-states.ts';

/** All that operators see and do, as a running server offers it: what HTTP API, page and commands stand on. */
export interface Admin {
  readonly queue: QueueControl;
  readonly events: EventBus;
  /** Undefined: no history is kept now. */
  readonly history: History | undefined;
  readonly suppression: SuppressionList;
  readonly webhooks: Webhooks;
}

/** What operators do with the queue. Every action is an event, stored together with what it changes. */
export interface QueueControl {
  /** Destinations that have recipients, or are paused: those with most recipients first, at most 1000. */
  destinations(): Promise<readonly DestinationState[]>;
  /** Queued messages, the oldest first. */
  list(query: QueueQuery): Promise<QueuePage>;
  /** One queued message with all of its recipients; undefined if it is not in the queue. */
  show(messageId: string): Promise<QueuedMessage | undefined>;
  /** The content of a queued message; undefined if it is not in the queue. */
  content(messageId: string): Promise<Content | undefined>;
  /** Attempts what waits, now. Waiting times begin anew. Held recipients stay held. */
  retry(target: QueueTarget, by?: string): Promise<ActionResult>;
  /** The same for everything that waits. */
  retryAll(by?: string): Promise<ActionResult>;
  /**
   * Keeps recipients until they are released: no attempt, no delay notice, no expiry meanwhile, over restarts too.
   */
  hold(target: QueueTarget, by?: string): Promise<ActionResult>;
  /** Lets held recipients go on: they are attempted once whatever their age; from then on their time counts as ever. */
  release(target: QueueTarget, by?: string): Promise<ActionResult>;
  /** Takes recipients out of the queue; nobody is told. */
  drop(target: QueueTarget, by?: string): Promise<ActionResult>;
  /** Fails recipients now: the report goes to the sender as NOTIFY asks for it. `status` by default 5.0.0, else 5.X.Y. */
  bounce(target: QueueTarget, how?: BounceWords, by?: string): Promise<ActionResult>;
  /**
   * Sends recipients to another next hop, written as routes write it (`smtp://host:25`, `mx:example.net`), whatever the
   * routes say, and attempts them now.
   *
   * @throws {NextHopError}
   */
  reroute(target: QueueTarget, nextHop: string, by?: string): Promise<ActionResult>;
  /** Leaves a destination alone until it is resumed, over restarts too. Attempts under way come to their end. */
  pause(destination: string, by?: string): Promise<void>;
  /** Ends a pause; false if there was none. What has run out of time meanwhile is attempted once more. */
  resume(destination: string, by?: string): Promise<boolean>;
}

/** A message, one recipient of it, or all that waits for a destination. */
export type QueueTarget =
  { readonly messageId: string; readonly recipient?: string } | { readonly destination: string };

/** What an operator has a report of failure say. */
export interface BounceWords {
  readonly status?: `5.${number}.${number}`;
  /** One sentence for the report, without full stop. */
  readonly reason?: string;
}

/** What came of an action on the queue. */
export interface ActionResult {
  /** Messages of which recipients were changed. */
  readonly messages: number;
  readonly recipients: number;
  /** Recipients that an attempt is being made for: they were left alone. */
  readonly busy: number;
}

/** What waits for one destination. */
export interface DestinationState {
  readonly destination: string;
  /** Recipients that wait here, those on hold and under way included. */
  readonly recipients: number;
  /** When the oldest of its messages arrived: of the 1000 that are due first. */
  readonly oldestMs?: number;
  /** When the first of its recipients is due; may be past. */
  readonly nextDueAtMs?: number;
  /** Since when it is paused; absent if it is not. */
  readonly pausedSinceMs?: number;
  /** Claims that the queue has in hand now. */
  readonly inHand: number;
}

/** Which queued messages; conditions are joined by "and". */
export interface QueueQuery {
  readonly destination?: string;
  /** Text that the address contains, in any case. */
  readonly sender?: string;
  readonly recipient?: string;
  readonly state?: QueuedRecipient['state'];
  /** Only messages that arrived before then. */
  readonly beforeMs?: number;
  /** At most so many, 1 to 1000. */
  readonly limit: number;
  /** {@link QueuePage.next} of the page before. */
  readonly cursor?: string;
  /** Of each message at most so many recipients, those that are asked for first. Absent: all. */
  readonly mostRecipients?: number;
}

/** A page of the queue. */
export interface QueuePage {
  readonly messages: readonly QueuedMessage[];
  /** Absent: that is all. A page may be short, or empty, and yet not be the last: a search looks so far in one step. */
  readonly next?: string;
}

/** A message that waits, with those of its recipients that do. */
export interface QueuedMessage {
  readonly message: Message;
  readonly recipients: readonly QueuedRecipient[];
  /** How many do, those included that are not among `recipients`. */
  readonly recipientCount: number;
}

/** A recipient that waits, and for what. */
export interface QueuedRecipient extends Recipient {
  /**
   * The {@link Recipient.destination} is that of the next hop here, without marks of our own.
   *
   * `active`: under way, or about to be; `waiting`: for its time; `paused`: with its destination; `held`: by an operator.
   */
  readonly state: 'active' | 'waiting' | 'held' | 'paused';
  /** An operator sent it to this destination. */
  readonly rerouted?: true;
}

/** What is known of messages after they have gone. */
export interface History {
  search(query: HistoryQuery): Promise<HistoryPage>;
  /** Undefined: nothing is known of it, or not any more. */
  one(messageId: string): Promise<HistoryEntry | undefined>;
  /** The content of a message or report, where it was kept: at most as many octets as the configuration says. */
  content(messageId: string): Promise<Uint8Array | undefined>;
}

/** Which messages; conditions are joined by "and". Addresses and ids are compared whole, without regard to case. */
export interface HistoryQuery {
  /** An address, or `@domain` for all of a domain. */
  readonly recipient?: string;
  readonly sender?: string;
  /** ENVID, decoded. */
  readonly envelopeId?: string;
  /** Message-ID of the header, with or without angle brackets. */
  readonly headerMessageId?: string;
  /** A recipient is in this state. */
  readonly state?: RecipientState;
  readonly origin?: Message['origin'];
  /** Arrived from then on. */
  readonly fromMs?: number;
  /** Arrived before then. */
  readonly toMs?: number;
  /** At most so many, 1 to 1000. */
  readonly limit: number;
  /** {@link HistoryPage.next} of the page before. */
  readonly cursor?: string;
}

/** Found messages, the latest first. */
export interface HistoryPage {
  readonly messages: readonly MessageSummary[];
  /** Absent: that is all. */
  readonly next?: string;
}

/** What the history knows of a message, in short. */
export interface MessageSummary {
  readonly id: string;
  readonly arrivedAtMs: number;
  /** When something last happened to it. */
  readonly changedAtMs: number;
  readonly reversePath: string;
  readonly envelopeId?: string;
  readonly headerMessageId?: string;
  readonly subject?: string;
  readonly origin: Message['origin'];
  readonly sizeOctets: number;
  /** At most 1000, in the order in which they became known. */
  readonly recipients: readonly RecipientSummary[];
  /** Ids of reports that were made about it. */
  readonly reportsIssued: readonly string[];
  /** Ids of messages with which reports about it came back. */
  readonly reportsReceived: readonly string[];
  /** The message that it reports on, if it is a report of ours or one that was recognised. */
  readonly reportOn?: string;
  readonly hasContent: boolean;
}

/** How far one recipient of it has come. */
export interface RecipientSummary {
  readonly address: string;
  readonly state: RecipientState;
  readonly destination?: string;
  /** The enhanced status that was told last. */
  readonly status?: string;
  /** The last reply, or our reason, in one line. */
  readonly reply?: string;
  readonly attempts: number;
  readonly changedAtMs: number;
}

/** All that the history knows of a message. */
export interface HistoryEntry extends MessageSummary {
  /** All that happened, in order; at most 10,000. */
  readonly events: readonly MailEvent[];
}

/** Takes what the journal has into the history. */
export interface HistoryWriter {
  /** Where it has read the journal to: entries up to there are not taken again. */
  position(): Promise<number>;
  /**
   * Applied as a whole or not at all. Events that follow each other come in order. False: nothing was done, since some of
   * what lies behind `after`, where the journal was read from, was recorded by another meanwhile.
   */
  record(batch: {
    readonly after: number;
    readonly position: number;
    readonly events: readonly MailEvent[];
    readonly contents: readonly { readonly messageId: string; readonly octets: Uint8Array }[];
  }): Promise<boolean>;
  /**
   * Forgets messages that have not changed since then, and the oldest beyond a number; many in several calls. Gives how many
   * went: none when all have.
   */
  forget(limit: { readonly unchangedSinceMs: number; readonly maxMessages: number }): Promise<number>;
}

/** Where the history rests. */
export interface HistoryStore extends History, HistoryWriter {
  /** Waits for what is under way and closes. */
  close(): Promise<void>;
}

/** An address to which nothing is submitted any more. */
export interface Suppression {
  /** In lower case, whole. */
  readonly address: string;
  /** Why, in one sentence. */
  readonly reason: string;
  /** The status of the failure, if it was one. */
  readonly status?: string;
  readonly sinceMs: number;
  /** Absent: for good. */
  readonly untilMs?: number;
  /** The message that failed. */
  readonly messageId?: string;
  /** Failures that were counted. */
  readonly failures: number;
}

/** The list of addresses that are refused at submission. */
export interface SuppressionList {
  /** By address; `cursor` is the last address of the page before. */
  list(query: { readonly search?: string; readonly limit: number; readonly cursor?: string }): Promise<{
    readonly entries: readonly Suppression[];
    readonly next?: string;
  }>;
  get(address: string): Promise<Suppression | undefined>;
  /** Adds entries or replaces those of the same address. Gives how many. Postmasters are passed over. */
  add(entries: readonly Omit<Suppression, 'failures'>[], by?: string): Promise<number>;
  /** False if it was not there. */
  remove(address: string, by?: string): Promise<boolean>;
  /** All entries, for export; what {@link add} takes again. */
  all(): AsyncIterable<Suppression>;
}

/** Live events. */
export interface EventBus {
  /**
   * Follows events from now on. Give them up by `return()`, or by leaving the loop. A reader that falls more than
   * `maxWaiting` events behind (1000 by default) loses the oldest of them, and is told how many by `missed`.
   */
  subscribe(options?: EventFilter & { readonly maxWaiting?: number }): AsyncIterableIterator<LiveEvent>;
}

/** Which events are wanted. */
export interface EventFilter {
  /** Absent: all. */
  readonly kinds?: ReadonlySet<EventKind>;
  readonly messageId?: string;
}

/** An event as it happens. */
export interface LiveEvent {
  readonly event: MailEvent;
  /** Events lost before this one. */
  readonly missed: number;
}

/** The webhooks of the configuration, as operators see them. */
export interface Webhooks {
  /** How each is doing. */
  states(): Promise<readonly WebhookState[]>;
  /** Events that could not be delivered, the oldest first. */
  deadLetters(query: {
    readonly webhook: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<{ readonly letters: readonly DeadLetter[]; readonly next?: string }>;
  /** Sends dead letters again, after what waits; without ids all of them. Gives how many. */
  replay(webhook: string, ids?: readonly string[]): Promise<number>;
  /** Forgets dead letters; without ids all of them. Gives how many. */
  discard(webhook: string, ids?: readonly string[]): Promise<number>;
}

/** How a webhook is doing. */
export interface WebhookState {
  /** As the configuration names it. */
  readonly webhook: string;
  readonly url: string;
  readonly state: 'idle' | 'sending' | 'failing';
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly deadLetters: number;
  readonly lastSuccessMs?: number;
  /** Why the last attempt failed, in one line, if none succeeded since. */
  readonly lastFailure?: string;
  readonly retryAtMs?: number;
}

/** An event that a webhook was not delivered, and why. */
export interface DeadLetter {
  readonly id: string;
  readonly atMs: number;
  readonly reason: string;
  readonly event: MailEvent;
}
