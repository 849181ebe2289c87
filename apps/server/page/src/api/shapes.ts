import type { MailEvent, Message } from '../../../src/model.ts';
import type { QueuedRecipient, RecipientState } from '../../../src/ports.ts';

/** The JSON of the API, as src/admin/schemas.ts has it. Times are RFC 3339. */

export interface RecipientJson {
  readonly address: string;
  readonly state: RecipientState;
  readonly destination: string | null;
  readonly status: string | null;
  readonly reply: string | null;
  readonly attempts: number;
  readonly changedAt: string;
}

export interface MessageJson {
  readonly id: string;
  readonly state: 'queued' | 'held' | 'failed' | 'delivered' | 'dropped';
  readonly arrivedAt: string;
  readonly changedAt: string;
  readonly reversePath: string;
  readonly envelopeId: string | null;
  readonly headerMessageId: string | null;
  readonly subject: string | null;
  readonly origin: Message['origin'];
  readonly sizeOctets: number;
  readonly recipients: readonly RecipientJson[];
  readonly reportsIssued: readonly string[];
  readonly reportsReceived: readonly string[];
  readonly reportOn: string | null;
  readonly hasContent: boolean;
}

export interface MessagePageJson {
  readonly messages: readonly MessageJson[];
  readonly next: string | null;
}

export interface QueuedRecipientJson {
  readonly n: number;
  readonly address: string;
  readonly shownAs: string | null;
  readonly parameters: string;
  readonly state: QueuedRecipient['state'];
  readonly destination: string;
  readonly rerouted: boolean;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly delayReported: boolean;
}

export interface QueuedMessageJson {
  readonly id: string;
  readonly parameters: string;
  readonly client: string | null;
  readonly recipients: readonly QueuedRecipientJson[];
}

export interface MessageDetailJson extends MessageJson {
  readonly events: readonly EventJson[];
  readonly queued: QueuedMessageJson | null;
}

export interface DestinationJson {
  readonly destination: string;
  readonly recipients: number;
  readonly oldestAt: string | null;
  readonly nextDueAt: string | null;
  readonly pausedSince: string | null;
  readonly inHand: number;
}

export interface ActionResultJson {
  readonly messages: number;
  readonly recipients: number;
  readonly busy: number;
}

export interface SuppressionJson {
  readonly address: string;
  readonly reason: string;
  readonly status: string | null;
  readonly since: string;
  readonly until: string | null;
  readonly messageId: string | null;
  readonly failures: number;
}

export interface TotalsJson {
  readonly accepted: number;
  readonly attempted: number;
  readonly delivered: number;
  readonly relayed: number;
  readonly expanded: number;
  readonly deferred: number;
  readonly failed: number;
  readonly expired: number;
  readonly reportsIssued: number;
  readonly reportsReceived: number;
}

export interface OverviewJson {
  readonly hostname: string;
  readonly version: string;
  readonly startedAt: string;
  readonly now: string;
  readonly queue: { readonly messages: number; readonly recipients: number };
  readonly totals: TotalsJson;
  readonly failures: readonly { readonly status: string; readonly recipients: number }[];
  readonly stepSeconds: number;
  readonly steps: readonly (TotalsJson & { readonly at: string })[];
}

export interface WebhookJson {
  readonly webhook: string;
  readonly url: string;
  readonly state: 'idle' | 'sending' | 'failing';
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly deadLetters: number;
  readonly lastSuccessAt: string | null;
  readonly lastFailure: string | null;
  readonly retryAt: string | null;
}

/** An event with its times as text: `at` for `atMs`, and so on. */
export type EventJson = Readonly<Record<string, unknown>>;

/** The event behind its JSON. */
export function toEvent(json: EventJson): MailEvent {
  return timesInMs(json) as MailEvent;
}

const TIMES: ReadonlySet<string> = new Set(['at', 'until', 'retryAt']);

function timesInMs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timesInMs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, unknown] =>
      TIMES.has(key) && typeof inner === 'string' ? [`${key}Ms`, Date.parse(inner)] : [key, timesInMs(inner)],
    ),
  );
}
