import type { Field } from '@dsnkit/delivery-status';
import { locate } from './find.ts';
import { Issues } from './issue.ts';
import { partText } from './part.ts';
import { reportOf, type ParsedReport } from './report.ts';
import { readReturned, type ReturnedHeader } from './returned.ts';
import { readSource } from './source.ts';
import type { MimePart } from './tree.ts';

export { classifyHeaders, classifyMessage, type MessageKind } from './classify.ts';

/** A message whose parts can be looked at one by one, for readers of mail that is no report, or a broken one. */
export interface OpenedMessage {
  /** The header of the whole message. */
  readonly headers: readonly Field[];
  /** The message itself as a part; its parts are those of a multipart. RFC 2045 §2.4, §2.5. */
  readonly root: MimePart;
  /** What {@link parseReport} would say. */
  readonly report: ParsedReport | undefined;
  /** One character per octet of the message, every line ending in LF or CRLF: offsets in it are those of `range`. */
  readonly text: string;
  /** The text of a part behind its transfer encoding and charset; lines end in LF. */
  readonly partText: (part: MimePart) => string;
  /** Read a part as a returned message or header. RFC 6522 §3. */
  readonly returned: (part: MimePart) => ReturnedHeader;
}

/**
 * Open a message once, for everything that can be asked of it: its report if it holds one, its parts, their text.
 *
 * Never throws. Time is linear in the length of the message; the text of a part is decoded when it is asked for.
 *
 * @example
 * const { report, root, partText } = openMessage(octets);
 * if (report === undefined) console.log(partText(root.parts[0] ?? root));
 */
export function openMessage(message: Uint8Array): OpenedMessage {
  const source = readSource(message);
  const located = locate(source);
  const { root } = located;
  return {
    headers: root.headers,
    root,
    report: reportOf(located, source),
    text: source.text,
    partText: (part) => partText(part, source, new Issues()),
    returned: (part) => readReturned(part, source, new Issues()).header,
  };
}
