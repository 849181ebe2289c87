import type { Field } from '@dsnkit/delivery-status';
import { locate } from './find.ts';
import { Headed } from './header.ts';
import { Issues } from './issue.ts';
import { partText } from './part.ts';
import { reportOf, type ParsedReport } from './report.ts';
import { readReturned, type ReturnedHeader } from './returned.ts';
import { readSource, type Source } from './source.ts';
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
  /** The value of the first field of that name, in lower case, in the header of the whole message; cheaper than all fields. */
  readonly field: (name: string) => string | undefined;
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
  return new Opened(readSource(message));
}

class Opened extends Headed implements OpenedMessage {
  readonly root: MimePart;
  readonly report: ParsedReport | undefined;
  readonly text: string;
  readonly field: OpenedMessage['field'];
  readonly partText: OpenedMessage['partText'];
  readonly returned: OpenedMessage['returned'];

  constructor(source: Source) {
    const located = locate(source);
    const { root } = located;
    const header = Headed.headerOf(root);
    super(header);
    this.root = root;
    this.report = reportOf(located, source);
    this.text = source.text;
    this.field = (name) => header.value(name);
    this.partText = (part) => partText(part, source, new Issues());
    this.returned = (part) => readReturned(part, source, new Issues())[0];
  }
}
