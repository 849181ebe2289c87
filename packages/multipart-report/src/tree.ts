import type { Field } from '@dsnkit/delivery-status';
import { guessBoundary, matchDelimiter, toOctetText } from './delimiter.ts';
import { Headed, MAX_FIELDS, readHeader, type Header } from './header.ts';
import type { Issues } from './issue.ts';
import { parameter, parseMediaType, type Parameter } from './media-type.ts';
import { beforeLineEnd, indexOrEnd, type Source } from './source.ts';

/** Multiparts may stand in each other this deep; what lies deeper stays one opaque part. */
export const MAX_DEPTH = 20;

/** A message may have this many parts; the rest of it then belongs to the last one. */
export const MAX_PARTS = 10_000;

/** Each of them may have this many header fields, whatever the others have. */
const FIELDS_OF_EACH = 100;

/**
 * Where a part stands in its message, in octets: header, blank line, body. The line end before a delimiter belongs to
 * the delimiter. RFC 2046 §5.1.1.
 */
export interface Range {
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** A body part, or the message itself. RFC 2045 §2.4, §2.5. */
export interface MimePart {
  /** `type/subtype` in lower case; `text/plain` if the part has no usable label. RFC 2045 §5.2. */
  readonly mediaType: string;
  readonly parameters: readonly Parameter[];
  /** In lower case; `7bit` if absent. */
  readonly transferEncoding: string;
  readonly headers: readonly Field[];
  readonly range: Range;
  /** The parts of a multipart; empty for any other type. */
  readonly parts: readonly MimePart[];
  /** What its delimiters hold, one character per octet; `''` if it has none. */
  readonly boundary: string;
}

/** A part as it is read. */
export interface Part extends MimePart, Headed {
  readonly parts: readonly Part[];
}

/** A part in the making. */
class Draft extends Headed implements Part {
  readonly mediaType: string;
  readonly parameters: readonly Parameter[];
  readonly transferEncoding: string;
  readonly range: { readonly start: number; readonly bodyStart: number; end: number };
  readonly parts: Draft[] = [];
  boundary = '';

  constructor(header: Header, start: number, end: number, defaultType: string) {
    super(header);
    const { mediaType, parameters } = parseMediaType(header.value('content-type') ?? '');
    this.mediaType = mediaType.includes('/') ? mediaType : defaultType;
    this.parameters = parameters;
    this.transferEncoding = parseMediaType(header.value('content-transfer-encoding') ?? '').mediaType || '7bit';
    this.range = { start, bodyStart: header.bodyStart, end };
  }
}

/**
 * Read the tree of multiparts in a message in one pass. RFC 2046 §5.1. A message in the message stays closed.
 */
export function readTree(source: Source, issues: Issues, options: TreeOptions = {}): Part {
  return new TreeReader(source, issues, options).read();
}

/** What else is known of the message. */
export interface TreeOptions {
  /** Take a delimiter also where blanks stand before it. */
  readonly indented?: boolean;
  /** The message goes on after the source: that its end is missing is no issue. */
  readonly cut?: boolean;
}

class TreeReader {
  readonly #source: Source;
  readonly #issues: Issues;
  readonly #indented: boolean;
  readonly #cut: boolean;
  /** Multiparts whose close delimiter has not been seen yet, outermost first. */
  readonly #open: Draft[] = [];
  /** The part that the octets at hand belong to. */
  #current: Draft | undefined;
  #count = 1;
  #fields = 0;

  constructor(source: Source, issues: Issues, { indented = false, cut = false }: TreeOptions) {
    this.#source = source;
    this.#issues = issues;
    this.#indented = indented;
    this.#cut = cut;
  }

  read(): Draft {
    const { text } = this.#source;
    const root = this.#startPart(0, 'message', 'text/plain');
    let at = root.range.bodyStart;
    while (this.#open.length > 0) {
      const line = this.#nextCandidate(at);
      if (line < 0) break;
      at = this.#delimiter(line);
    }
    for (const part of this.#cut ? [] : this.#open) this.#noteUnclosed(part, text.length);
    return root;
  }

  /** Start of the next line, at or after a line start `at`, that begins as delimiters do; -1 if there is none. */
  #nextCandidate(at: number): number {
    const { text } = this.#source;
    if (!this.#indented) return text.indexOf('\n--', at - 1) + 1 || -1;
    const pattern = /\n[ \t]*--/g;
    pattern.lastIndex = at - 1;
    const match = pattern.exec(text);
    return match === null ? -1 : match.index + 1;
  }

  /** Read a header at `start`; the part it begins becomes the current one. */
  #startPart(start: number, of: 'message' | 'part', defaultType: string): Draft {
    const { text } = this.#source;
    const header = readHeader(
      this.#source,
      this.#afterStrayBlank(start, of),
      of === 'message' ? 'delimiter' : 'non-field',
      this.#issues,
      Math.max(MAX_FIELDS - this.#fields, FIELDS_OF_EACH),
    );
    this.#fields += header.size;
    const { bodyStart, closed } = header;
    const part = new Draft(header, start, text.length, defaultType);
    this.#current = part;
    // A part may end with its header: then a delimiter follows.
    if (!closed && bodyStart < text.length && !text.startsWith('--', bodyStart))
      this.#issues.add('part-blank-line-missing', bodyStart);
    if (part.mediaType.startsWith('multipart/')) this.#enter(part);
    return part;
  }

  /** QUIRK: gateways write a blank line before the header of a part; what looks like a Content-Type is none to read. */
  #afterStrayBlank(start: number, of: 'message' | 'part'): number {
    const { text } = this.#source;
    const c = text.charCodeAt(start);
    const next = of === 'part' && (c === 10 || c === 13) ? indexOrEnd(text, '\n', start) + 1 : start;
    if (next === start || !/^content-type[ \t]*:/i.test(text.slice(next, next + 20))) return start;
    this.#issues.add('part-blank-line-stray', start);
    return next;
  }

  #enter(part: Draft): void {
    const { start, bodyStart } = part.range;
    if (this.#open.length >= MAX_DEPTH) {
      this.#issues.add('too-deep', start, MAX_DEPTH);
      return;
    }
    let boundary = parameter(part.parameters, 'boundary')?.trimEnd() ?? '';
    // RFC 2231 can spell a line end. No line holds one, but to look for it again and again would cost n² looks.
    if (boundary === '' || boundary.includes('\n')) {
      boundary = '';
      if (this.#open.length === 0) boundary = guessBoundary(this.#source.text, bodyStart);
      this.#issues.add(boundary === '' ? 'boundary-missing' : 'boundary-guessed', start);
      if (boundary === '') return;
    }
    part.boundary = toOctetText(boundary);
    this.#open.push(part);
  }

  /** If the line is a delimiter: end what it ends and begin what it begins. The line start to go on from. */
  #delimiter(lineStart: number): number {
    const { text } = this.#source;
    const dashes = text.indexOf('--', lineStart);
    const found = matchDelimiter(text, dashes + 2, this.#open);
    if (found === undefined || (dashes > lineStart && !found.exact)) return dashes + 2;
    const next = Math.min(indexOrEnd(text, '\n', dashes) + 1, text.length);
    if (!found.closing && this.#count >= MAX_PARTS) {
      this.#issues.add('too-many-parts', lineStart, MAX_PARTS);
      this.#open.length = 0;
      return lineStart;
    }
    if (dashes > lineStart) this.#issues.add('delimiter-indented', lineStart);
    if (!found.exact) this.#issues.add('delimiter-trailing-text', lineStart);
    const outer = found.multipart;
    this.#endPartsIn(outer, lineStart);
    if (found.closing) {
      this.#open.pop();
      this.#current = outer; // what follows is its epilogue
      return next;
    }
    this.#count++;
    const part = this.#startPart(
      next,
      'part',
      outer.mediaType === 'multipart/digest' ? 'message/rfc822' : 'text/plain',
    );
    outer.parts.push(part);
    return part.range.bodyStart;
  }

  /** End the current part, and all multiparts inside `outer`, at the line end before `offset`. */
  #endPartsIn(outer: Draft, offset: number): void {
    const { text } = this.#source;
    for (let inner = this.#open.at(-1); inner !== undefined && inner !== outer; inner = this.#open.at(-1)) {
      this.#open.pop();
      this.#noteUnclosed(inner, offset);
      inner.range.end = beforeLineEnd(text, offset, inner.range.bodyStart);
    }
    const current = this.#current;
    if (current !== undefined && current !== outer)
      current.range.end = beforeLineEnd(text, offset, current.range.bodyStart);
  }

  #noteUnclosed(part: Draft, offset: number): void {
    this.#issues.add(part.parts.length === 0 ? 'parts-missing' : 'boundary-unclosed', offset);
  }
}
