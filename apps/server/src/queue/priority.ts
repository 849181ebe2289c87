import type { Message, Recipient } from '../model.ts';
import type { NewMessage } from '../ports.ts';

const MINUTE_MS = 60_000;

/**
 * The priority of a message, from -9 to 9; 0 if it says none. RFC 6710 §4.1
 *
 * @example priorityOf({ mailParameters: 'RET=HDRS MT-PRIORITY=3' }) // 3
 */
export function priorityOf({ mailParameters }: Pick<Message, 'mailParameters'>): number {
  if (mailParameters === '') return 0;
  const [, value] = /(?:^| )MT-PRIORITY=(-?\d)(?: |$)/i.exec(mailParameters) ?? [];
  return Number(value ?? 0);
}

/**
 * How far a message goes ahead of others that became due at the same time: one minute for each step above 0. So much
 * later an ordinary message may come and still have to wait behind it; one that has waited longer goes first, so that
 * nobody waits for ever. What is below 0 counts as 0, the next higher level that there is (RFC 6710 §5): to be put behind
 * the ordinary it would have to become due later, and wait where nothing else does. RFC 6710 §5.1
 */
export function leadMs(message: Pick<Message, 'mailParameters'>): number {
  return Math.max(0, priorityOf(message)) * MINUTE_MS;
}

/**
 * Gives recipients that are due their place among those that wait: work that is due is taken oldest first, so that the
 * time for which an urgent one is due lies further back. What is held for later stays so.
 *
 * @example ahead(message, [recipient], nowMs)[0]?.dueAtMs // nowMs - 180_000, for MT-PRIORITY=3
 */
export function ahead(
  message: Pick<Message, 'mailParameters'>,
  recipients: readonly Recipient[],
  nowMs: number,
): readonly Recipient[] {
  const lead = leadMs(message);
  if (lead === 0) return recipients;
  return recipients.map((recipient) =>
    recipient.dueAtMs > nowMs ? recipient : { ...recipient, dueAtMs: recipient.dueAtMs - lead },
  );
}

/** The same for a message that is to be stored. */
export function inPlace(message: NewMessage, nowMs: number): NewMessage {
  if (leadMs(message.message) === 0) return message;
  return { ...message, recipients: ahead(message.message, message.recipients, nowMs) };
}
