import type { Field } from '@dsnkit/delivery-status';
import { decodeHeaderText } from './encoded-word.ts';
import { Headed, readHeader, type Header } from './header.ts';
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
  /** Encoded words decoded, as in the four that follow. RFC 2047. */
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

const UNREGISTERED = /^message.rfc822-|^text.rfc822(?:-header)?$/;

class ReturnedDraft extends Headed implements ReturnedHeader {
  readonly mediaType: string;
  readonly kind: 'message' | 'headers';
  declare messageId?: string;
  declare subject?: string;
  declare from?: string;
  declare to?: string;
  declare date?: string;
  declare listId?: string;

  constructor(mediaType: string, kind: ReturnedHeader['kind'], header: Header) {
    super(header, true);
    this.mediaType = mediaType;
    this.kind = kind;
    const messageId = header.value('message-id');
    if (messageId !== undefined) this.messageId = firstMessageId(messageId);
    for (const name of TEXTS) {
      const value = header.value(name);
      if (value !== undefined) this[name === 'list-id' ? 'listId' : name] = decodeHeaderText(value);
    }
  }
}

const TEXTS = ['subject', 'from', 'to', 'date', 'list-id'] as const;

/** Read what a part returns: what its header tells, and its octets. */
export function readReturned(
  part: MimePart,
  source: Source,
  issues: Issues,
): [header: ReturnedHeader, octets: Uint8Array] {
  const { start, bodyStart, end } = part.range;
  if (isEncoded(part)) {
    const octets = partOctets(part, source, issues);
    if (part.mediaType === 'message/rfc822') issues.add('encoded-message-part', start);
    return [readContent(part, readSource(octets), 0, issues), octets];
  }
  const cut = { ...source, text: source.text.slice(0, end) };
  return [readContent(part, cut, bodyStart, issues), source.octets.subarray(bodyStart, end)];
}

function readContent(part: MimePart, source: Source, start: number, issues: Issues): ReturnedHeader {
  const header = readHeader(source, start, 'blank-line');
  const { mediaType } = part;
  const label = returnedLabel(mediaType);
  if (UNREGISTERED.test(mediaType)) issues.add('label-unregistered', part.range.start, mediaType);
  // Only the blank line tells a message without text from a header under the wrong label.
  const kind = header.bodyStart < source.text.length || (label === 'message' && header.closed) ? 'message' : 'headers';
  // QUIRK: OpenSMTPD returns whole messages as text/rfc822-headers; RFC 3461 §10.9 prints headers under message/rfc822.
  if (kind !== label)
    issues.add(
      kind === 'headers' ? 'headers-labelled-message' : 'message-labelled-headers',
      part.range.start,
      mediaType,
    );
  return new ReturnedDraft(mediaType, kind, header);
}

function firstMessageId(value: string): string {
  const start = value.indexOf('<');
  const end = value.indexOf('>', start);
  return start >= 0 && end >= 0 ? value.slice(start, end + 1) : value;
}
