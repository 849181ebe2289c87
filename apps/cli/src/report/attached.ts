import { openMessage, type OpenedMessage } from '@dsnkit/multipart-report/message';
import type { MimePart } from '@dsnkit/multipart-report';
import type { InputMessage } from '../input/messages.ts';
import { summarize, type Summary } from './summary.ts';

/** Who hands on what was handed on puts one message into another. */
const MOST_DEPTH = 3;

/**
 * What a message tells; or, where it tells of no delivery, the reports that are attached to it, since people forward a bounce
 * to whoever may explain it (RFC 2046 §5.2.1). What a report brings back is never taken for one.
 */
export function reportsIn(message: InputMessage): readonly Summary[] {
  const summary = summarize(message);
  if (summary.kind !== 'other') return [summary];
  const reports = attachedTo(message, MOST_DEPTH).map(({ octets }, at) =>
    summarize({ ...message, octets, attached: at + 1 }),
  );
  return reports.length === 0 ? [summary] : reports;
}

function attachedTo(message: InputMessage, depth: number): readonly InputMessage[] {
  if (depth === 0 || !mayHoldMessages(message.octets)) return [];
  return messagesIn(openMessage(message.octets)).flatMap((octets) => {
    const attached = { ...message, octets };
    return summarize(attached).kind === 'other' ? attachedTo(attached, depth - 1) : [attached];
  });
}

/** To look for the words costs less than to take every letter apart. */
function mayHoldMessages(octets: Uint8Array): boolean {
  return /message\/(?:rfc822|global)/i.test(latin1(octets).toString('latin1'));
}

function messagesIn({ root, text, partText }: OpenedMessage): readonly Uint8Array[] {
  return partsOf(root).flatMap((part) => {
    if (part.mediaType !== 'message/rfc822' && part.mediaType !== 'message/global') return [];
    // QUIRK: RFC 2046 §5.2.1 allows no coding of an attached message, but some write base64.
    const isCoded = part.transferEncoding === 'base64' || part.transferEncoding === 'quoted-printable';
    const { bodyStart, end } = part.range;
    return [isCoded ? Buffer.from(partText(part)) : Buffer.from(text.slice(bodyStart, end), 'latin1')];
  });
}

function partsOf(part: MimePart): readonly MimePart[] {
  return [part, ...part.parts.flatMap(partsOf)];
}

function latin1({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
