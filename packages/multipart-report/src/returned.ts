import type { Field } from '@dsnkit/delivery-status';
import { decodeHeaderText } from './encoded-word.ts';
import { fieldValue, readHeader } from './header.ts';
import type { Issues } from './issue.ts';
import { isEncoded, partOctets } from './part.ts';
import { readSource, type Source } from './source.ts';
import type { MimePart } from './tree.ts';

/** What the header of a returned message tells. RFC 6522 §3. */
export interface ReturnedHeader {
  /** The label it came under. */
  readonly mediaType: string;
  /** What it really is, whatever the label says: many systems send headers as `message/rfc822`. */
  readonly kind: 'message' | 'headers';
  readonly headers: readonly Field[];
  /** The first msg-id, in its angle brackets. */
  readonly messageId?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly date?: string;
  readonly listId?: string;
}

/** The message that a report speaks of, or its header. RFC 6522 §3. */
export interface Returned extends ReturnedHeader {
  /** Behind its transfer encoding; a view on the report if it had none. */
  readonly octets: Uint8Array;
}

/** What a label of a third part promises; `undefined` for a label that returns nothing. RFC 6533 §4.4. */
export function returnedLabel(mediaType: string): 'message' | 'headers' | undefined {
  switch (mediaType) {
    case 'message/rfc822':
    case 'message/global':
    case 'text/rfc822':
      return 'message';
    case 'text/rfc822-headers':
    case 'message/global-headers':
    // QUIRK: maddy, Exchange and others label headers so.
    case 'message/rfc822-headers':
    case 'text/rfc822-header':
      return 'headers';
    default:
      return undefined;
  }
}

const UNREGISTERED = /^message\/rfc822-headers$|^text\/rfc822(?:-header)?$/;

/** Read what a part returns. */
export function readReturned(
  part: MimePart,
  source: Source,
  issues: Issues,
): { header: ReturnedHeader; octets: Uint8Array } {
  const { bodyStart, end } = part.range;
  if (isEncoded(part)) {
    const octets = partOctets(part, source, issues);
    if (part.mediaType === 'message/rfc822') issues.add('encoded-message-part', part.range.start);
    return { header: readContent(part, readSource(octets), 0, issues), octets };
  }
  const text = source.text.slice(0, end);
  return {
    header: readContent(part, { ...source, text }, bodyStart, issues),
    octets: source.octets.subarray(bodyStart, end),
  };
}

function readContent(part: MimePart, source: Source, start: number, issues: Issues): ReturnedHeader {
  const { headers, bodyStart, closed } = readHeader(source, start, 'blank-line');
  const { mediaType } = part;
  const label = returnedLabel(mediaType);
  if (UNREGISTERED.test(mediaType)) issues.add('label-unregistered', part.range.start, mediaType);
  // Only the blank line tells a message without text from a header under the wrong label.
  const kind = bodyStart < source.text.length || (label === 'message' && closed) ? 'message' : 'headers';
  if (kind !== label)
    issues.add(
      kind === 'headers' ? 'headers-labelled-message' : 'message-labelled-headers',
      part.range.start,
      mediaType,
    );
  const found: Mutable<ReturnedHeader> = { mediaType, kind, headers };
  const messageId = fieldValue(headers, 'message-id');
  if (messageId !== undefined) found.messageId = firstMessageId(messageId);
  for (const [name, key] of TEXTS) {
    const value = fieldValue(headers, name);
    if (value !== undefined) found[key] = decodeHeaderText(value);
  }
  return found;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const TEXTS = [
  ['subject', 'subject'],
  ['from', 'from'],
  ['to', 'to'],
  ['date', 'date'],
  ['list-id', 'listId'],
] as const;

function firstMessageId(value: string): string {
  const start = value.indexOf('<');
  const end = value.indexOf('>', start);
  return start >= 0 && end >= 0 ? value.slice(start, end + 1) : value;
}
