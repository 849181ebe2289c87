import type { Field } from '@dsnkit/delivery-status';
import { locate } from './find.ts';
import { Headed, showAs, type Header } from './header.ts';
import { Issues } from './issue.ts';
import { partText } from './part.ts';
import { reportOf, type ParsedReport } from './report.ts';
import { readReturned, type ReturnedHeader } from './returned.ts';
import { readSource, type Source } from './source.ts';
import type { MimePart, Part } from './tree.ts';

export { readAttached, type AttachedMessage } from './attached.ts';
export { classifyHeaders, classifyMessage, type MessageKind } from './classify.ts';

/**
 * A message whose parts can be looked at one by one, for readers of mail that is no report, or a broken one. Its functions
 * are made when they are asked for: a copy by `{ ...opened }` has none.
 */
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
  readonly #header: Header;
  readonly #source: Source;

  constructor(source: Source) {
    const located = locate(source);
    const header = Headed.headerOf(located.root);
    super(header, true);
    showHeaders(located.root);
    this.root = located.root;
    this.report = reportOf(located, source);
    this.text = source.text;
    this.#header = header;
    this.#source = source;
  }

  // Functions that are made when they are asked for: kept in the object, they kept it in memory for long.

  get field(): OpenedMessage['field'] {
    return (name) => this.#header.value(name);
  }

  get partText(): OpenedMessage['partText'] {
    return (part) => partText(part, this.#source, new Issues());
  }

  get returned(): OpenedMessage['returned'] {
    return (part) => readReturned(part, this.#source, new Issues())[0];
  }
}

/** Make the headers of parts properties of their own, for programs that copy, compare or print parts. */
function showHeaders(part: Part): void {
  showAs(part, 'headers', headersOf);
  part.parts.forEach(showHeaders);
}

function headersOf(this: Headed): readonly Field[] {
  return Headed.headerOf(this).fields;
}
