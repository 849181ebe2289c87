import { locate } from './find.ts';
import { Issues } from './issue.ts';
import { isEncoded, partOctets } from './part.ts';
import { lineCounter, readSource } from './source.ts';
import type { MimePart } from './tree.ts';

/** A message that stands whole in another one. RFC 2046 §5.2.1. */
export interface AttachedMessage {
  readonly octets: Uint8Array;
  /** The line of the outermost message in which it begins, from 1; undefined where a transfer encoding hides its lines. */
  readonly line: number | undefined;
}

/** Who hands on what was handed on puts one message into another. */
const MAX_DEPTH = 3;

/**
 * Read the messages that are attached to one: people forward a bounce so to whoever may explain it. What a report brings
 * back is not attached to it (RFC 6522 §3).
 *
 * @param read gives what a message tells; where it is undefined, the messages attached to that one are read, at most three deep
 * @example
 * readAttached(octets, ({ octets: attached }) => parseReport(attached)); // every report that was forwarded
 */
export function readAttached<T>(message: Uint8Array, read: (attached: AttachedMessage) => T | undefined): readonly T[] {
  const told: T[] = [];
  const visit = (outer: AttachedMessage, depth: number): void => {
    for (const attached of messagesIn(outer)) {
      const one = read(attached);
      if (one !== undefined) told.push(one);
      else if (depth < MAX_DEPTH) visit(attached, depth + 1);
    }
  };
  visit({ octets: message, line: 1 }, 1);
  return told;
}

function* messagesIn({ octets, line: first }: AttachedMessage): Generator<AttachedMessage> {
  const source = readSource(octets);
  // To look for the words costs less than to take every letter apart.
  if (!/message\/(?:rfc822|global)/i.test(source.text)) return;
  const { root, found } = locate(source);
  const lineAt = lineCounter(source.text);
  for (const part of partsOf(root, found?.report)) {
    if (part.mediaType !== 'message/rfc822' && part.mediaType !== 'message/global') continue;
    // QUIRK: RFC 2046 §5.2.1 allows no coding of an attached message, but some use one.
    const hidden = first === undefined || isEncoded(part);
    const line = hidden ? undefined : first - 1 + lineAt(part.range.bodyStart);
    yield { octets: partOctets(part, source, new Issues()), line };
  }
}

/** In their order, without a report and what is in it. */
function* partsOf(part: MimePart, report: MimePart | undefined): Generator<MimePart> {
  if (part === report) return;
  yield part;
  for (const child of part.parts) yield* partsOf(child, report);
}
