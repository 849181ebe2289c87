import type { InputMessage } from '../input/messages.ts';
import type { RecipientSummary } from '../report/recipient-summary.ts';
import { summarize, type Summary } from '../report/summary.ts';

/** By what a report about our message is known. */
export interface Sought {
  readonly envid: string | undefined;
  readonly messageId: string | null;
  /** The names of each recipient: the search is over once each has been reported on for good. */
  readonly recipients: readonly RecipientNames[];
}

/** Plain addresses by which a report may name a recipient: that of RCPT, that of ORCPT. */
export type RecipientNames = readonly string[];

/** Whether a report speaks of a recipient: by either of its fields, as ORCPT need not be the address of RCPT. RFC 3464 §2.3.1, §2.3.2. */
export function isOf({ address, originalRecipient, finalRecipient }: RecipientSummary, names: RecipientNames): boolean {
  const told = [address, originalRecipient?.value, finalRecipient?.value].map((name) => name?.toLowerCase());
  return names.some((name) => told.includes(name.toLowerCase()));
}

/** A mailbox that reports come into. */
export interface Arrivals {
  /** How often to look. */
  readonly everyMs: number;
  /** What has come since the last look. */
  look(): AsyncIterable<InputMessage>;
  close(): Promise<void>;
}

/** Waits for the reports about a message. */
export class ReportWatch {
  readonly #arrivals: Arrivals;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
  }

  async close(): Promise<void> {
    await this.#arrivals.close();
  }

  /** Gives each report about the message as it comes, until each recipient has its fate or time is up. */
  async *until(deadlineMs: number, sought: Sought): AsyncGenerator<Summary> {
    let open = sought.recipients;
    while (open.length > 0) {
      for await (const message of this.#arrivals.look()) {
        const summary = summarize(message);
        if (!isAbout(summary, sought)) continue;
        yield summary;
        const settled = summary.recipients.filter(({ action }) => action !== 'delayed');
        open = open.filter((names) => !settled.some((recipient) => isOf(recipient, names)));
      }
      const leftMs = deadlineMs - Date.now();
      if (open.length === 0 || leftMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, this.#arrivals.everyMs)));
    }
  }
}

/** By Original-Envelope-Id, else by the message that is returned. RFC 3461 §4.4. */
function isAbout({ kind, report, original }: Summary, { envid, messageId }: Sought): boolean {
  if (kind !== 'dsn') return false;
  if (envid !== undefined && report?.originalEnvelopeId === envid) return true;
  return messageId !== null && original?.messageId === messageId;
}
