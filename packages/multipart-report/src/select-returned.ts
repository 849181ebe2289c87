import type { Action } from '@dsnkit/delivery-status';
import type { ReturnedContent } from './content.ts';
import { cutHeaders } from './header.ts';

/** What decides how much of a message is returned. */
export interface ReturnRequest {
  /** As asked for; absent if the sender said nothing. RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS';
  /** The message was to travel over TLS only. RFC 8689 §5. */
  readonly requireTls?: boolean;
  readonly actions: readonly Action[];
  /** Longer messages are not returned whole. RFC 3461 §6.2. */
  readonly maxOctets: number;
}

/**
 * Choose what a report returns: the whole message only where a delivery failed, the sender did not ask for the header
 * alone, TLS was not required and the message is short enough; else its header, cut at its end and nowhere else.
 *
 * RFC 3461 §4.3, §6.2, RFC 6522 §3, RFC 8689 §5.
 *
 * @example
 * selectReturned(message, { ret: 'FULL', actions: ['delivered'], maxOctets: 50_000 }).kind; // 'headers'
 */
export function selectReturned(message: Uint8Array, request: ReturnRequest): ReturnedContent {
  const { ret, requireTls = false, actions, maxOctets } = request;
  const whole = ret !== 'HDRS' && !requireTls && actions.includes('failed') && message.length <= maxOctets;
  return whole ? { kind: 'message', octets: message } : { kind: 'headers', octets: cutHeaders(message) };
}
