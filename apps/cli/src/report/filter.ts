import { parseDate } from '@dsnkit/delivery-status';
import type { RecipientSummary } from './recipient-summary.ts';
import { withRecipients, type Summary } from './summary.ts';

/** What is to be told; absent: everything. It goes to other threads, so it holds plain data only. */
export interface Filter {
  readonly kinds?: readonly string[];
  /** `5`, `5.1.*` or `5.1.1`; one of them has to fit. */
  readonly statuses?: readonly string[];
  readonly actions?: readonly string[];
  /** `bob@example.com`, `@example.com`, or with `*` for any text; one of them has to fit. */
  readonly recipients?: readonly string[];
  /** Milliseconds since 1970; of the report's own date. */
  readonly sinceMs?: number;
  /** The first moment that is too late. */
  readonly untilMs?: number;
}

/** The summary with those recipients only that pass; undefined if the message does not. */
export function filtered(summary: Summary, filter: Filter): Summary | undefined {
  const { kinds, statuses, actions, recipients: patterns } = filter;
  if (kinds !== undefined && !kinds.includes(summary.kind)) return undefined;
  if ((filter.sinceMs !== undefined || filter.untilMs !== undefined) && !isWithin(summary, filter)) return undefined;
  if (statuses === undefined && actions === undefined && patterns === undefined) return summary;
  const recipients = summary.recipients.filter((recipient) => passes(recipient, filter));
  if (recipients.length === 0) return undefined;
  return recipients.length === summary.recipients.length ? summary : withRecipients(summary, recipients);
}

function passes(recipient: RecipientSummary, { statuses, actions, recipients }: Filter): boolean {
  const { status, action, address, originalRecipient } = recipient;
  if (actions !== undefined && !actions.includes(action ?? '')) return false;
  if (statuses !== undefined && !statuses.some((pattern) => fitsStatus(status ?? '', pattern))) return false;
  if (recipients === undefined) return true;
  const names = [address, originalRecipient?.value].filter((name) => name != null);
  return recipients.some((pattern) => names.some((name) => fitsAddress(name.toLowerCase(), pattern.toLowerCase())));
}

/** Parts of the pattern that are missing, or `*`, fit any. */
export function fitsStatus(status: string, pattern: string): boolean {
  const parts = status.split('.');
  return (
    status !== '' &&
    pattern.split('.').every((part, at) => part === '*' || part.toUpperCase() === 'X' || part === parts[at])
  );
}

/** An address, `@` and a domain, or either with `*` for any text. */
export function fitsAddress(address: string, pattern: string): boolean {
  const whole = pattern.startsWith('@') ? `*${pattern}` : pattern;
  const [first = '', ...rest] = whole.split('*');
  if (rest.length === 0) return address === whole;
  const last = rest.pop() ?? '';
  if (!address.startsWith(first) || !address.endsWith(last) || address.length < first.length + last.length)
    return false;
  let at = first.length;
  const end = address.length - last.length;
  for (const piece of rest) {
    const found = address.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}

function isWithin(summary: Summary, { sinceMs = -Infinity, untilMs = Infinity }: Filter): boolean {
  const date = dateOf(summary);
  return date !== undefined && date >= sinceMs && date < untilMs;
}

/** When the report was written, in milliseconds since 1970; else when the message came or was tried last. */
export function dateOf({ header, report, recipients }: Summary): number | undefined {
  if (header.date !== null) {
    try {
      return parseDate(header.date).date.getTime();
    } catch {
      // Some senders write what no reader understands; the machine part may do better.
    }
  }
  const other =
    recipients.find(({ lastAttemptDate }) => lastAttemptDate !== null)?.lastAttemptDate ?? report?.arrivalDate;
  return other == null ? undefined : Date.parse(other);
}
