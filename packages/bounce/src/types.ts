import type { RecipientFields, SmtpReply, SmtpStage } from '@dsnkit/delivery-status';
import type { ParsedReport } from '@dsnkit/multipart-report';
import type { Reason } from './reasons.ts';

/**
 * What a message is.
 *
 * - `dsn`: a standard report, whatever it says; its recipients tell (RFC 3464 §2)
 * - `bounce`, `delay`, `success`: the same news in another form
 * - `challenge`: a sender is asked to prove that a person wrote
 * - `auto-reply`: a person is away, or a program answers (RFC 3834 §2)
 * - `feedback`: somebody complained (RFC 5965 §2); `mdn`: a message was seen or deleted (RFC 8098 §3)
 * - `other`: none of these
 */
export type BounceKind =
  'dsn' | 'bounce' | 'delay' | 'success' | 'auto-reply' | 'challenge' | 'feedback' | 'mdn' | 'other';

/** Whether the same message to the same recipient would fail again. */
export type Permanence = 'permanent' | 'transient' | 'unknown';

/** How well a value is founded: a declared field or code; words of a known format; words alone. */
export type Confidence = 'high' | 'medium' | 'low';

/** What the sender should do. */
export type Advice =
  | 'suppress'
  | 'correct-address'
  | 'retry-later'
  | 'wait'
  | 'slow-down'
  | 'fix-authentication'
  | 'fix-sender'
  | 'fix-reputation'
  | 'fix-content'
  | 'reduce-size'
  | 'fix-configuration'
  | 'unsubscribe'
  | 'contact-postmaster'
  | 'nothing';

/** Where in the message a value was found. */
export interface Evidence {
  /** What it is evidence for. */
  readonly of: 'address' | 'status' | 'action' | 'reply' | 'reason' | 'command' | 'host';
  /** A field of a report, a field of the header, words for people, a JSON event, or a conclusion from other values. */
  readonly source: 'field' | 'header' | 'text' | 'json' | 'conclusion';
  /** 0-based octet offset in the message; of the part, where a transfer encoding hides the octets. Absent for a conclusion. */
  readonly offset?: number;
  /** 1-based line of that offset. */
  readonly line?: number;
  /** Field name, rule or words that gave it. */
  readonly by: string;
}

/**
 * One recipient: what a delivery status says of it in the names of RFC 3464 §2.3, declared or worked out, and what it means.
 */
export interface BouncedRecipient extends Partial<RecipientFields> {
  /** The plain address. */
  readonly address: string;
  readonly reason: Reason;
  readonly permanence: Permanence;
  readonly confidence: Confidence;
  readonly advice: Advice;
  /** The command that the reply answered. */
  readonly command?: SmtpStage;
  /** The host that answered. */
  readonly remoteHost?: string;
  /** The reply of the remote host. */
  readonly reply?: SmtpReply;
  readonly evidence: readonly Evidence[];
}

/** Which message the news is about. */
export interface OriginalMessage {
  /** In its angle brackets. */
  readonly messageId?: string;
  /** ENVID. RFC 3464 §2.2.1. */
  readonly envelopeId?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
}

/** A message as a bounce. */
export interface Bounce {
  readonly kind: BounceKind;
  /** True if it says of a recipient that its message failed. A delay is no bounce: the host goes on trying (RFC 3464 §2.3.3). */
  readonly isBounce: boolean;
  /**
   * What it was read as: `delivery-status`, `mdn` or `feedback` for reports, the sending service of an event (`amazon-ses`),
   * `fields` for those that stand in text, a text format such as `qmail`; else `words`, also where they tell of no bounce.
   */
  readonly format: string;
  readonly recipients: readonly BouncedRecipient[];
  readonly original: OriginalMessage;
  /** The host that reports. */
  readonly reportingHost?: string;
  /** The report, if the message is or holds one. */
  readonly report?: ParsedReport;
}
