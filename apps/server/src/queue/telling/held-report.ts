import type { Outcome } from '@dsnkit/dsn-policy';
import { parseParameters, readRcptParameters } from '@dsnkit/esmtp-parameters';
import type { Content, Message, Recipient } from '../../model.ts';
import type { ReportInput } from '../../notification/compose.ts';
import type { NewMessage } from '../../ports.ts';
import type { Hold } from './flood.ts';
import { noteMessage, readNote } from './notes.ts';

/** A report that is owed, with all that it is made of. */
export type HeldReport = Pick<ReportInput, 'message' | 'returned' | 'original'> & {
  readonly entries: readonly [HeldEntry, ...HeldEntry[]];
};

/** What such a report says of one recipient. */
export type HeldEntry = ReportInput['entries'][number] & {
  readonly recipient: { readonly parameters: string };
};

/** Reports in one message; so that it stays of a size that every path takes, each returns headers only. */
export const MOST_IN_BUNDLE = 100;

/** Keeps a report that is owed in the queue, so that it comes together with others of its sender and group. */
export function heldNote(
  { message, returned, original, entries }: HeldReport,
  id: string,
  { untilMs, group }: Hold,
  nowMs: number,
): NewMessage {
  const kept = entries.map(({ recipient: { address, shownAs, parameters, reason }, action, outcome }) => ({
    recipient: { address, shownAs, parameters, reason },
    action,
    outcome,
  }));
  const value = { message, returned, entries: kept };
  const sender = encodeURIComponent(message.reversePath.toWellFormed());
  const note = { kind: 'held', id, value, octets: original, dueAtMs: untilMs, group: `${sender}:${group}` } as const;
  return noteMessage(note, nowMs);
}

/** Reads it back. */
export async function readHeld(content: Content): Promise<HeldReport> {
  const { value, octets } = await readNote(content);
  const { message, returned, entries } = value as {
    readonly message: Message;
    readonly returned: HeldReport['returned'];
    readonly entries: readonly HeldEntry[];
  };
  const [first, ...rest] = entries.map(revive);
  if (first === undefined) throw new TypeError('a held report speaks of nobody');
  return { message, returned, original: octets, entries: [first, ...rest] };
}

/** Tells the recipients of one message apart, in the queue and in what is held. */
export function recipientKey({
  address,
  shownAs,
  parameters,
}: Pick<Recipient, 'address' | 'shownAs' | 'parameters'>): string {
  return JSON.stringify([address, shownAs, parameters]);
}

/** JSON has no dates, and the typed view of the parameters is made anew. */
function revive({ recipient, action, outcome }: HeldEntry): HeldEntry {
  const rcpt = readRcptParameters(parseParameters(recipient.parameters), undefined, { smtputf8: true });
  const { lastAttempt, retryUntil } = outcome;
  const dates: Partial<Outcome> = {
    ...(lastAttempt === undefined ? {} : { lastAttempt: new Date(lastAttempt) }),
    ...(retryUntil === undefined ? {} : { retryUntil: new Date(retryUntil) }),
  };
  return { recipient: { ...recipient, rcpt }, action, outcome: { ...outcome, ...dates } as Outcome };
}
