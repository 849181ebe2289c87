import { parseDateTime } from '@dsnkit/esmtp-parameters';
import { ClientError } from './error.ts';
import type { Message } from './message.ts';

/**
 * Refuse what the server would hold for less time than it is to be held for.
 *
 *     line = "250-FUTURERELEASE" SP max-future-release-interval SP max-future-release-date-time
 *
 * RFC 4865 §3, §4.1(3), (4): a client makes sure of it before it asks.
 *
 * @param announced what the server says behind FUTURERELEASE
 * @throws {ClientError} `hold-too-long`
 */
export function assertHold(
  { holdFor, holdUntil }: Pick<Message, 'holdFor' | 'holdUntil'>,
  announced: string | undefined,
): void {
  const [interval = '', dateTime = ''] = announced?.trim().split(/ +/) ?? [];
  if (holdFor !== undefined && !(holdFor <= Number(interval)))
    throw tooLong(interval === '' ? 'an unknown time' : `${interval} seconds at most`);
  if (holdUntil !== undefined && !(holdUntil.getTime() <= (parseDateTime(dateTime)?.getTime() ?? NaN)))
    throw tooLong(`${dateTime === '' ? 'an unknown time' : dateTime} at the latest`);
}

function tooLong(limit: string): ClientError {
  return new ClientError('hold-too-long', `the server holds no message for so long: ${limit}`);
}
