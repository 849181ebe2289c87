import { decodeCharset } from './charset.ts';
import { fieldValue } from './header.ts';
import { Issues } from './issue.ts';
import { decodeTransfer } from './transfer.ts';
import { readTree, type MimePart } from './tree.ts';

/** What a report tells a person. Line breaks are LF. RFC 6522 §3. */
export interface HumanReadable {
  readonly text?: string;
  readonly html?: string;
  /** Content-Language of the text above. */
  readonly language?: string;
  /** The same in other languages, in the order of the message. RFC 8255 §3, RFC 6522 §3. */
  readonly translations?: readonly Translation[];
}

/** One rendering of the human part in a language. */
export interface Translation {
  readonly language: string;
  readonly text?: string;
  readonly html?: string;
}

/** Read the human part: any arrangement of text/plain and text/html in multiparts. */
export function readHuman(part: MimePart, octets: Uint8Array, issues: Issues): HumanReadable {
  const found = new Map<string, Rendering>();
  collect(part, octets, issues, '', found);
  const [first, ...rest] = found.values();
  if (first === undefined) return {};
  const { language, ...main } = first;
  return {
    ...main,
    ...(language === '' ? {} : { language }),
    ...(rest.length === 0 ? {} : { translations: rest }),
  };
}

interface Rendering {
  readonly language: string;
  text?: string;
  html?: string;
}

function collect(
  part: MimePart,
  octets: Uint8Array,
  issues: Issues,
  outer: string,
  found: Map<string, Rendering>,
): void {
  const language = fieldValue(part.headers, 'content-language') ?? outer;
  for (const inner of part.parts) {
    if (part.mediaType === 'multipart/multilingual' && inner.mediaType.startsWith('message/')) {
      collectMessage(inner, octets, found);
    } else collect(inner, octets, issues, language, found);
  }
  if (part.mediaType !== 'text/plain' && part.mediaType !== 'text/html') return;
  if (fieldValue(part.headers, 'content-disposition')?.toLowerCase().startsWith('attachment') === true) return;
  const key = part.mediaType === 'text/plain' ? 'text' : 'html';
  const content = readText(part, octets, issues);
  let rendering = found.get(language);
  if (rendering === undefined) found.set(language, (rendering = { language }));
  const before = rendering[key];
  rendering[key] = before === undefined ? content : `${before}\n${content}`;
}

/** Each language of a multipart/multilingual is a message of its own. RFC 8255 §3.2. */
function collectMessage(part: MimePart, octets: Uint8Array, found: Map<string, Rendering>): void {
  const message = octets.subarray(part.range.bodyStart, part.range.end);
  const issues = new Issues();
  collect(readTree(message, issues), message, issues, fieldValue(part.headers, 'content-language') ?? '', found);
}

/** The text of a leaf behind its transfer encoding and charset. */
export function readText(part: MimePart, octets: Uint8Array, issues: Issues): string {
  const { bodyStart, end } = part.range;
  const content = decodeTransfer(octets.subarray(bodyStart, end), part.transferEncoding);
  if (!content.sound) noteEncoding(part, issues);
  const { text, sound } = decodeCharset(content.octets, part.parameters.get('charset') ?? '');
  if (!sound) {
    issues.add(part.range.start, {
      code: 'bad-charset',
      field: 'Content-Type',
      clause: 'RFC 2046 §4.1.2',
      message: 'the text is not in the charset of its label, or that charset is unknown',
      repaired: 'read as UTF-8 if possible, else as windows-1252',
    });
  }
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** Say that a part does not keep to its transfer encoding. */
export function noteEncoding(part: MimePart, issues: Issues): void {
  issues.add(part.range.start, {
    code: 'bad-transfer-encoding',
    field: 'Content-Transfer-Encoding',
    clause: 'RFC 2045 §6',
    message: `the part does not keep to its encoding, ${JSON.stringify(part.transferEncoding)}`,
    repaired: 'decoded as far as it goes',
  });
}
