import type { Reply } from '@dsnkit/smtp';
import { StoreError } from '../ports.ts';
import type { ReceivingParts } from './parts.ts';
import type { Transaction } from './transaction.ts';

/** RFC 5321 §4.2.5: the client keeps the message and comes back. */
export const NOT_STORED: Reply = {
  code: 452,
  status: '4.3.1',
  lines: ['The message could not be stored; try again later'],
};

/** The database that nodes share can't be reached or may only be read: no fault of the message, nor of its size. */
const STORE_AWAY: Reply = {
  code: 451,
  status: '4.3.0',
  lines: ['The store can not be reached now; try again later'],
};

/**
 * Stores a message whose content is whole, and gives the reply to its end: 250 only when a power cut can't lose it any
 * more. With any other reply nothing was half-stored.
 */
export async function storeMessage(transaction: Transaction, parts: ReceivingParts): Promise<Reply> {
  try {
    const finishing = transaction.finish();
    const finished = finishing instanceof Promise ? await finishing : finishing;
    if ('code' in finished) return finished;
    const accepted = transaction.accepted(finished);
    await parts.accept(finished, () => parts.events.emit(accepted), [accepted]);
    return { code: 250, status: '2.0.0', lines: [`Ok: queued as ${finished.message.id}`] };
  } catch (error) {
    parts.trouble(error);
    await transaction.intake.discard().catch(() => undefined);
    return error instanceof StoreError && error.code === 'away' ? STORE_AWAY : NOT_STORED;
  }
}
