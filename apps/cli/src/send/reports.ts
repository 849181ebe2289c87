import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole } from '../input/messages.ts';
import { summarize, type Summary } from '../report/summary.ts';

/** By what a report about our message is known. */
export interface Sought {
  readonly envid: string | undefined;
  readonly messageId: string | null;
  /** Plain addresses: the search is over once each has been reported on for good. */
  readonly recipients: readonly string[];
}

const LOOK_EVERY_MS = 200;

/** Reports that come into a Maildir after it was first looked at. */
export class ReportWatch {
  readonly #maildir: string;
  readonly #known: Set<string>;

  constructor(maildir: string) {
    this.#maildir = maildir;
    this.#known = new Set(filesIn(maildir));
  }

  /** Gives each report about the message as it comes, until each recipient has its fate or time is up. */
  async *until(deadlineMs: number, sought: Sought): AsyncGenerator<Summary> {
    const open = new Set(sought.recipients.map((address) => address.toLowerCase()));
    while (open.size > 0) {
      for (const summary of this.#arrived()) {
        if (!isAbout(summary, sought)) continue;
        yield summary;
        for (const { address, originalRecipient, action } of summary.recipients) {
          if (action === 'delayed') continue;
          for (const name of [address, originalRecipient?.value]) if (name) open.delete(name.toLowerCase());
        }
      }
      const leftMs = deadlineMs - Date.now();
      if (open.size === 0 || leftMs <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, LOOK_EVERY_MS)));
    }
  }

  *#arrived(): Generator<Summary> {
    for (const file of filesIn(this.#maildir)) {
      if (this.#known.has(file)) continue;
      this.#known.add(file);
      // A file may have moved from new to cur meanwhile; it is found there next time.
      for (const message of readWhole(file, () => this.#known.delete(file)) ?? []) yield summarize(message);
    }
  }
}

/** By Original-Envelope-Id, else by the message that is returned. RFC 3461 §4.4. */
function isAbout({ kind, report, original }: Summary, { envid, messageId }: Sought): boolean {
  if (kind !== 'dsn') return false;
  if (envid !== undefined && report?.originalEnvelopeId === envid) return true;
  return messageId !== null && original?.messageId === messageId;
}

function filesIn(maildir: string): string[] {
  return ['new', 'cur'].flatMap((part) => {
    const folder = join(maildir, part);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  });
}
