import type { SmtpStage } from '@dsnkit/delivery-status';
import type { Reason } from '../reasons.ts';

/** Words of a server, and the reason they give. */
export interface PhraseRule {
  readonly reason: Reason;
  /**
   * How much they say: 3 names the reason whatever else is said, 2 is the usual wording, 1 is a hint that any other
   * words and any exact status code outweigh; 0 is a refusal that gives no reason.
   */
  readonly weight: 0 | 1 | 2 | 3;
  /** In lower case; see the contributor guide for `*` and blanks. */
  readonly phrases: readonly string[];
}

/** What one provider means by words or codes that others use otherwise. */
export interface ProviderRule {
  /** Who it is. */
  readonly provider: string;
  /** Domains of the remote hosts; empty if the words alone tell. */
  readonly hosts: readonly string[];
  readonly says: readonly ProviderWords[];
}

/** All conditions given must hold. */
export interface ProviderWords {
  readonly reason: Reason;
  /** Any of these stands in the reply, in lower case. */
  readonly words: readonly string[];
  /** The command that was answered. */
  readonly after?: readonly SmtpStage[];
  /** The reply has one of these codes. */
  readonly replyCodes?: readonly number[];
  /** The status is one of these. */
  readonly statuses?: readonly string[];
}
