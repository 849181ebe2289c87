import { decodeHeaderText } from './encoded-word.ts';
import { fieldValue } from './header.ts';
import { Issues } from './issue.ts';
import { isPlainlySound, partOctets, partText } from './part.ts';
import { readSource, type Source } from './source.ts';
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
  /** An RFC 5646 language tag. */
  readonly language: string;
  /** Subject of the report in this language. RFC 8255 §3.2. */
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
}

/** Read the human part: any arrangement of text/plain and text/html in multiparts. */
export function readHuman(part: MimePart, source: Source, issues: Issues): HumanReadable {
  const found: Found = new Map();
  collect(part, '', { source, issues, found, messages: true });
  const [[outer, main] = ['', {}], ...rest] = found;
  // RFC 8255 §3.1: the first part of a multipart/multilingual bears no language; often it repeats one of the others.
  const same = rest.findIndex(([, { text, html }]) => outer === '' && text === main.text && html === main.html);
  const [language] = rest.splice(same, same < 0 ? 0 : 1)[0] ?? [outer];
  return {
    ...main,
    ...(language === '' ? {} : { language }),
    ...(rest.length === 0 ? {} : { translations: rest.map(([tag, one]) => ({ language: tag, ...one })) }),
  };
}

/** Note what is wrong with the human part, without reading what is right. */
export function noteHuman(part: MimePart, source: Source, issues: Issues): void {
  if (!isSound(part, source)) readHuman(part, source, issues);
}

function isSound(part: MimePart, source: Source): boolean {
  if (part.mediaType === 'text/plain' || part.mediaType === 'text/html') return isPlainlySound(part, source);
  return part.mediaType !== 'multipart/multilingual' && part.parts.every((inner) => isSound(inner, source));
}

/** Renderings by language, `''` where none is told. */
type Found = Map<string, { subject?: string; text?: string; html?: string }>;

interface Walk {
  readonly source: Source;
  readonly issues: Issues;
  readonly found: Found;
  /** Messages may be opened: one level of them, else a message nested in itself a million times would be. */
  readonly messages: boolean;
}

function collect(part: MimePart, outer: string, walk: Walk): void {
  const language = fieldValue(part.headers, 'content-language') ?? outer;
  const open = walk.messages && part.mediaType === 'multipart/multilingual';
  for (const inner of part.parts) {
    if (open && inner.mediaType.startsWith('message/')) collectMessage(inner, walk);
    else collect(inner, language, walk);
  }
  if (part.mediaType !== 'text/plain' && part.mediaType !== 'text/html') return;
  if (fieldValue(part.headers, 'content-disposition')?.toLowerCase().startsWith('attachment') === true) return;
  const key = part.mediaType === 'text/plain' ? 'text' : 'html';
  const content = partText(part, walk.source, walk.issues);
  let rendering = walk.found.get(language);
  if (rendering === undefined) walk.found.set(language, (rendering = {}));
  const before = rendering[key];
  rendering[key] = before === undefined ? content : `${before}\n${content}`;
}

/** Each language of a multipart/multilingual is a message of its own. RFC 8255 §3.2. */
function collectMessage(part: MimePart, { source, found }: Walk): void {
  const issues = new Issues(); // of the inner message: their lines would point nowhere in this one
  const message = readSource(partOctets(part, source, issues));
  const root = readTree(message, issues);
  const language = fieldValue(part.headers, 'content-language') ?? '';
  collect(root, language, { source: message, issues, found, messages: false });
  const subject = fieldValue(root.headers, 'subject');
  const rendering = language === '' ? undefined : found.get(language);
  if (subject !== undefined && rendering !== undefined) rendering.subject = decodeHeaderText(subject);
}
