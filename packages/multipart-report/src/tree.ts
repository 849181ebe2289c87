import type { Field } from '@dsnkit/delivery-status';
import { decodeOctets } from './charset.ts';
import { fieldValue, findHeader, looksLikeField, splitFields } from './header.ts';
import { Issues } from './issue.ts';
import { parseMediaType } from './media-type.ts';
import { beforeBreak, lineEnd } from './octets.ts';

/** Multiparts may stand in each other this deep; what lies deeper stays one opaque part. */
export const MAX_DEPTH = 20;

/** A message may have this many parts; the rest of it then belongs to the last one. */
export const MAX_PARTS = 10_000;

/** Where a part stands in its message, in octets: header, blank line, body. The line break before a delimiter is not part of it. */
export interface Range {
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** A body part, or the message itself. RFC 2045 §2.4, §2.5. */
export interface MimePart {
  /** `type/subtype` in lower case; `text/plain` if the part has no usable label. RFC 2045 §5.2. */
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** In lower case; `7bit` if absent. */
  readonly transferEncoding: string;
  readonly headers: readonly Field[];
  readonly range: Range;
  /** The parts of a multipart; empty for any other type. */
  readonly parts: readonly MimePart[];
}

interface Draft extends MimePart {
  readonly range: { start: number; bodyStart: number; end: number };
  readonly parts: Draft[];
}

/** A multipart whose close delimiter has not been seen yet. */
interface Open {
  readonly part: Draft;
  readonly boundary: string;
}

/**
 * Read the tree of multiparts in a message in one pass. RFC 2046 §5.1.
 *
 * Expects sound line ends. A `message/rfc822` part stays closed.
 */
export function readTree(octets: Uint8Array, issues: Issues): MimePart {
  const reader = new TreeReader(octets, issues);
  return reader.read();
}

class TreeReader {
  readonly #octets: Uint8Array;
  readonly #issues: Issues;
  /** Multiparts that the current line may delimit, outermost first. */
  readonly #open: Open[] = [];
  /** The part that the current line belongs to. */
  #current: Draft | undefined;
  #count = 1;

  constructor(octets: Uint8Array, issues: Issues) {
    this.#octets = octets;
    this.#issues = issues;
  }

  read(): MimePart {
    const octets = this.#octets;
    const end = octets.length;
    const root = this.#startPart(0, 'message', 'text/plain');
    let at = root.range.bodyStart;
    while (at < end && this.#open.length > 0) {
      const stop = lineEnd(octets, at, end);
      const c = octets[at];
      if (c === 45 || c === 32 || c === 9) {
        const next = this.#delimiter(at, stop);
        if (next >= 0) {
          at = next;
          continue;
        }
      }
      at = stop + 1;
    }
    this.#finish(end);
    return root;
  }

  /** Read a header at `start` and make the part the current one. */
  #startPart(start: number, of: 'message' | 'part', defaultType: string): Draft {
    const octets = this.#octets;
    const block = findHeader(octets, start, octets.length, of);
    const headers = block.end > start ? splitFields(decodeOctets(octets, start, block.end)) : [];
    const contentType = fieldValue(headers, 'content-type');
    const { mediaType, parameters } = parseMediaType(contentType ?? '');
    const part: Draft = {
      mediaType: mediaType.includes('/') ? mediaType : defaultType,
      parameters,
      transferEncoding: parseMediaType(fieldValue(headers, 'content-transfer-encoding') ?? '').mediaType || '7bit',
      headers,
      range: { start, bodyStart: block.bodyStart, end: octets.length },
      parts: [],
    };
    this.#current = part;
    if (of === 'part' && !block.closed) this.#noteMissingBlank(block.bodyStart);
    if (part.mediaType.startsWith('multipart/')) this.#enter(part);
    return part;
  }

  #noteMissingBlank(offset: number): void {
    const at = this.#octets[offset];
    if (at === undefined || (at === 45 && this.#octets[offset + 1] === 45)) return;
    this.#issues.add(offset, {
      code: 'part-blank-line-missing',
      clause: 'RFC 2046 §5.1.1',
      message: 'no blank line between the header of a part and its body',
      repaired: 'the body begins at the first line that is no field',
    });
  }

  #enter(part: Draft): void {
    const offset = part.range.start;
    if (this.#open.length >= MAX_DEPTH) {
      const message = `multiparts stand in each other more than ${MAX_DEPTH} deep`;
      this.#issues.add(offset, {
        code: 'too-deep',
        clause: 'RFC 2046 §5.1',
        message,
        repaired: 'the inner ones stay unread',
      });
      return;
    }
    let boundary = part.parameters.get('boundary')?.trimEnd() ?? '';
    if (boundary === '') {
      boundary = this.#open.length === 0 ? guessBoundary(this.#octets, part.range.bodyStart) : '';
      this.#issues.add(offset, {
        code: 'boundary-missing',
        clause: 'RFC 2046 §5.1.1',
        message: 'multipart without a boundary parameter',
        ...(boundary === '' ? {} : { repaired: 'taken from the first line that begins with two hyphens' }),
      });
      if (boundary === '') return;
    }
    this.#open.push({ part, boundary });
  }

  /** If the line is a delimiter: end what it ends, begin what it begins; the offset to go on from. Else -1. */
  #delimiter(start: number, stop: number): number {
    const octets = this.#octets;
    let dashes = start;
    while (dashes < stop && (octets[dashes] === 32 || octets[dashes] === 9)) dashes++;
    if (octets[dashes] !== 45 || octets[dashes + 1] !== 45 || dashes + 2 > stop) return -1;
    const found = this.#match(dashes + 2, stop, dashes === start);
    if (found === undefined) return -1;
    if (!found.closing && this.#count >= MAX_PARTS) return this.#stopCounting(start);
    if (dashes > start) this.#noteDelimiter('delimiter-indented', start, 'blanks stand before a delimiter');
    if (!found.exact) this.#noteDelimiter('delimiter-trailing-text', start, 'text follows the boundary in a delimiter');
    this.#endPartsBelow(found.level, start);
    const open = this.#open[found.level] as Open;
    if (found.closing) {
      this.#open.length = found.level;
      this.#current = open.part; // what follows is its epilogue
      return stop + 1;
    }
    this.#count++;
    const defaultType = open.part.mediaType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
    const part = this.#startPart(Math.min(stop + 1, octets.length), 'part', defaultType);
    open.part.parts.push(part);
    return part.range.bodyStart;
  }

  #noteDelimiter(code: 'delimiter-indented' | 'delimiter-trailing-text', offset: number, message: string): void {
    this.#issues.add(offset, { code, clause: 'RFC 2046 §5.1.1', message, repaired: 'taken as a delimiter' });
  }

  #stopCounting(offset: number): number {
    const message = `more than ${MAX_PARTS} parts`;
    this.#issues.add(offset, {
      code: 'too-many-parts',
      clause: 'RFC 2046 §5.1',
      message,
      repaired: 'the rest belongs to the last part',
    });
    this.#open.length = 0;
    return this.#octets.length;
  }

  /** The innermost open multipart whose boundary the line holds exactly, else the one with the longest prefix. */
  #match(from: number, stop: number, prefixes: boolean): Match | undefined {
    let best: Match | undefined;
    let length = 0;
    for (let level = this.#open.length - 1; level >= 0; level--) {
      const { boundary } = this.#open[level] as Open;
      if (boundary.length <= length || !startsWith(this.#octets, from, stop, boundary)) continue;
      const match = this.#tail(level, from + boundary.length, stop);
      if (match?.exact === true) return match;
      if (match !== undefined && prefixes) {
        best = match;
        length = boundary.length;
      }
    }
    return best;
  }

  /**
   * What follows the boundary in a line that begins with it.
   *
   * RFC 2046 §5.1.1 has it that the boundary at the beginning is enough. But a returned message may hold delimiters of
   * its own that begin with ours (`Part_1`, `Part_12`), so text counts as following only if no boundary goes on in it.
   */
  #tail(level: number, from: number, stop: number): Match | undefined {
    const octets = this.#octets;
    const closing = octets[from] === 45 && octets[from + 1] === 45 && from + 2 <= stop;
    const start = closing ? from + 2 : from;
    for (let at = start; at < stop; at++) {
      const c = octets[at] as number;
      if (c !== 32 && c !== 9 && c !== 13)
        return at === start && isBoundaryOctet(c) ? undefined : { level, closing, exact: false };
    }
    return { level, closing, exact: true };
  }

  /** End the current part and all multiparts inside the one at `level`, at the line break before `offset`. */
  #endPartsBelow(level: number, offset: number): void {
    for (let inner = this.#open.length - 1; inner > level; inner--) {
      const { part } = this.#open[inner] as Open;
      this.#noteUnclosed(part, offset);
      part.range.end = beforeBreak(this.#octets, offset, part.range.bodyStart);
    }
    this.#open.length = level + 1;
    const current = this.#current;
    const outer = (this.#open[level] as Open).part;
    if (current !== undefined && current !== outer) {
      current.range.end = beforeBreak(this.#octets, offset, current.range.bodyStart);
    }
  }

  #noteUnclosed(part: Draft, offset: number): void {
    this.#issues.add(offset, {
      code: part.parts.length === 0 ? 'parts-missing' : 'boundary-unclosed',
      clause: 'RFC 2046 §5.1.1',
      message:
        part.parts.length === 0 ? 'multipart without a single delimiter' : 'multipart without its close delimiter',
      ...(part.parts.length === 0 ? {} : { repaired: 'its last part ends here' }),
    });
  }

  #finish(end: number): void {
    for (const { part } of this.#open) this.#noteUnclosed(part, end);
  }
}

interface Match {
  readonly level: number;
  readonly closing: boolean;
  /** Nothing but blanks follows. */
  readonly exact: boolean;
}

function startsWith(octets: Uint8Array, from: number, stop: number, text: string): boolean {
  if (from + text.length > stop) return false;
  for (let i = 0; i < text.length; i++) if (octets[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** bcharsnospace := DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" / "=" / "?". RFC 2046 §5.1.1. */
function isBoundaryOctet(c: number): boolean {
  return (
    (c >= 39 && c <= 58 && c !== 42) ||
    (c >= 65 && c <= 90) ||
    (c >= 97 && c <= 122) ||
    c === 61 ||
    c === 63 ||
    c === 95
  );
}

/** QUIRK: without a boundary parameter the first line that begins with `--` and is followed by a field tells it. */
function guessBoundary(octets: Uint8Array, from: number): string {
  const end = octets.length;
  for (let at = from; at < end;) {
    const stop = lineEnd(octets, at, end);
    if (
      octets[at] === 45 &&
      octets[at + 1] === 45 &&
      stop - at > 3 &&
      stop - at < 80 &&
      looksLikeField(octets, stop + 1, end)
    ) {
      return decodeOctets(octets, at + 2, stop).trimEnd();
    }
    at = stop + 1;
  }
  return '';
}
