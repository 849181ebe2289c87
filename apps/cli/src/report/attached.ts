import type { MimePart } from '@dsnkit/multipart-report';
import { openMessage, type OpenedMessage } from '@dsnkit/multipart-report/message';
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
  const reports: Summary[] = [];
  addAttached(message, MOST_DEPTH, reports);
  return reports.length === 0 ? [summary] : reports;
}

function addAttached(message: InputMessage, depth: number, reports: Summary[]): void {
  if (depth === 0 || !mayHoldMessages(message.octets)) return;
  for (const octets of messagesIn(openMessage(message.octets))) {
    const attached = { ...message, octets, attached: reports.length + 1 };
    const summary = summarize(attached);
    if (summary.kind === 'other') addAttached(attached, depth - 1, reports);
    else reports.push(summary);
  }
}

/** To look for the words costs less than to take every letter apart. */
function mayHoldMessages({ buffer, byteOffset, length }: Uint8Array): boolean {
  return /message\/(?:rfc822|global)/i.test(Buffer.from(buffer, byteOffset, length).toString('latin1'));
}

function* messagesIn({ root, text, partText }: OpenedMessage): Generator<Uint8Array> {
  for (const part of partsOf(root)) {
    if (part.mediaType !== 'message/rfc822' && part.mediaType !== 'message/global') continue;
    const body = text.slice(part.range.bodyStart, part.range.end);
    // QUIRK: RFC 2046 §5.2.1 allows no coding of an attached message, but some use one.
    if (part.transferEncoding === 'base64') yield Buffer.from(body, 'base64');
    else if (part.transferEncoding === 'quoted-printable') yield Buffer.from(partText(part));
    else yield Buffer.from(body, 'latin1');
  }
}

function* partsOf(part: MimePart): Generator<MimePart> {
  yield part;
  for (const child of part.parts) yield* partsOf(child);
}
