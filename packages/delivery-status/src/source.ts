import type { DeliveryStatus, GroupSource, ParsedDeliveryStatus } from './types.ts';

/**
 * The same delivery status without the octets it was read from: a formatter then writes every field anew, in order and clean.
 *
 * RFC 3464 §2.2, RFC 3464 §2.3.
 *
 * @example formatDeliveryStatus(forgetSource(assertDeliveryStatus(parsed)))
 */
export function forgetSource(status: DeliveryStatus): DeliveryStatus;
export function forgetSource(status: ParsedDeliveryStatus): ParsedDeliveryStatus;
export function forgetSource(status: DeliveryStatus | ParsedDeliveryStatus): DeliveryStatus | ParsedDeliveryStatus {
  return {
    ...status,
    message: forget(status.message),
    recipients: status.recipients.map(forget),
  } as ParsedDeliveryStatus;
}

function forget<T extends { readonly source?: GroupSource }>(group: T): T {
  return Object.fromEntries(Object.entries(group).filter(([key]) => key !== 'source')) as T;
}
