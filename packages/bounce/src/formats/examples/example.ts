import type { Reason } from '../../reasons.ts';

/** A body and what it says. */
export interface FormatExample {
  /** Line by line. */
  readonly text: readonly string[];
  readonly recipients: readonly string[];
  readonly reason: Reason;
  readonly status?: string;
  readonly replyCode?: number;
}
