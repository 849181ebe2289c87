/** What the API answers, as far as the commands show it. */
export interface QueuedMessage {
  readonly id: string;
  readonly reversePath: string;
  readonly parameters: string;
  readonly arrivedAt: string;
  readonly origin: string;
  readonly sizeOctets: number;
  /** How many wait; a list has some of them. Absent: an older server, which has all. */
  readonly recipientCount?: number;
  readonly recipients: readonly QueuedRecipient[];
}
export interface QueuedRecipient {
  readonly address: string;
  readonly parameters: string;
  readonly state: string;
  readonly destination: string;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly lastFailure: {
    readonly at: string;
    readonly status: string;
    readonly reason: string;
    readonly reply: string | null;
  } | null;
}
export interface Destination {
  readonly destination: string;
  readonly recipients: number;
  readonly oldestAt: string | null;
  readonly nextDueAt: string | null;
  readonly pausedSince: string | null;
  readonly inHand: number;
}
export interface ActionResult {
  readonly messages: number;
  readonly recipients: number;
  readonly busy: number;
}
export interface Suppression {
  readonly address: string;
  readonly reason: string;
  readonly status: string | null;
  readonly since: string;
  readonly until: string | null;
  readonly failures: number;
}
export interface LiveEvent {
  readonly kind: string;
  readonly at: string;
  readonly messageId: string;
  readonly [key: string]: unknown;
}
