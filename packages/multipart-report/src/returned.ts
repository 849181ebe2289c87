import type { Field } from '@dsnkit/delivery-status';
import { decodeOctets } from './charset.ts';
import { decodeHeaderText } from './encoded-word.ts';
import { fieldValue, findHeader, splitFields } from './header.ts';

/** The message that a report speaks of, or its header. RFC 6522 §3. */
export interface Returned {
  /** The label it came under. */
  readonly mediaType: string;
  /** What it really is, whatever the label says: many systems send headers as `message/rfc822`. */
  readonly kind: 'message' | 'headers';
  readonly headers: readonly Field[];
  /** Behind its transfer encoding; a view on the report if it had none. */
  readonly octets: Uint8Array;
  /** The first msg-id, in its angle brackets. */
  readonly messageId?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
  readonly listId?: string;
}

const LABELS: ReadonlyMap<string, 'message' | 'headers'> = new Map([
  ['message/rfc822', 'message'],
  ['message/global', 'message'],
  ['text/rfc822-headers', 'headers'],
  ['message/global-headers', 'headers'],
  // QUIRK: maddy, Exchange and others label headers so.
  ['message/rfc822-headers', 'headers'],
  ['text/rfc822-header', 'headers'],
  ['text/rfc822', 'message'],
]);

/** What a label of a third part promises; `undefined` for a label that returns nothing. RFC 6533 §4.4. */
export function returnedLabel(mediaType: string): 'message' | 'headers' | undefined {
  return LABELS.get(mediaType);
}

/** Read a returned message or header; `sound` has the same octets with sound line ends. */
export function readReturned(mediaType: string, octets: Uint8Array, sound: Uint8Array): Returned {
  const block = findHeader(sound, 0, sound.length, 'message');
  const headers = splitFields(decodeOctets(sound, 0, block.end));
  const label = LABELS.get(mediaType) ?? 'message';
  const hasBody = block.bodyStart < sound.length;
  // Only the blank line tells a message without text from a header under the wrong label.
  const kind = hasBody || (label === 'message' && block.closed) ? 'message' : 'headers';
  const messageId = fieldValue(headers, 'message-id');
  return {
    mediaType,
    kind,
    headers,
    octets,
    ...(messageId === undefined ? {} : { messageId: /<[^<>]*>/.exec(messageId)?.[0] ?? messageId }),
    ...text(headers, 'subject', 'subject'),
    ...text(headers, 'from', 'from'),
    ...text(headers, 'to', 'to'),
    ...text(headers, 'date', 'date'),
    ...text(headers, 'list-id', 'listId'),
  };
}

type TextKey = 'subject' | 'from' | 'to' | 'date' | 'listId';

function text(headers: readonly Field[], name: string, key: TextKey): Partial<Record<TextKey, string>> {
  const value = fieldValue(headers, name);
  return value === undefined ? {} : { [key]: decodeHeaderText(value) };
}
