import type { Recipient } from '../model.ts';
import type { RecipientUpdate } from '../ports.ts';
import { readMarks, writeMarks } from '../routing/mark.ts';

/** Later than any time that a clock shows. */
const NEVER_MS = 8_640_000_000_000_000;

/** A recipient that goes on waiting as it is told to. */
export function pending(recipient: Recipient): RecipientUpdate {
  const { n, attempts, dueAtMs, retryAtMs, delayReported, lastFailure, destination } = recipient;
  const update = { n, state: 'pending', attempts, dueAtMs, retryAtMs, delayReported, destination } as const;
  return lastFailure === undefined ? update : { ...update, lastFailure };
}

/** How a recipient waits that is kept until an operator releases it. */
export function held({ destination }: Recipient): Pick<Recipient, 'destination' | 'dueAtMs'> {
  return { destination: writeMarks({ ...readMarks(destination), held: true }), dueAtMs: NEVER_MS };
}

/** Recipients as events name them. */
export function names(recipients: readonly Recipient[]): { readonly recipients: readonly string[] } {
  return { recipients: recipients.map(({ shownAs, address }) => shownAs ?? address) };
}
