import type { InputMessage } from '../input/messages.ts';
import { summarize, type Summary } from '../report/summary.ts';

/** By what a report about our message is known. */
export interface Sought {
  readonly envid: string | undefined;
  readonly messageId: string | null;
  /** Plain addresses: the search is over once each has been reported on for good. */
  readonly recipients: readonly string[];
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
    const open = new Set(sought.recipients.map((address) => address.toLowerCase()));
    while (open.size > 0) {
      for await (const message of this.#arrivals.look()) {
        const summary = summarize(message);
        if (!isAbout(summary, sought)) continue;
        yield summary;
        for (const { address, originalRecipient, action } of summary.recipients) {
          if (action === 'delayed') continue;
          for (const name of [address, originalRecipient?.value]) if (name) open.delete(name.toLowerCase());
        }
      }
      const leftMs = deadlineMs - Date.now();
      if (open.size === 0 || leftMs <= 0) return;
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
