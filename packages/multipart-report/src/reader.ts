import type { Field } from '@dsnkit/delivery-status';
import { ContentDecoder } from './content-decoder.ts';
import { matchDelimiter } from './delimiter.ts';
import { locate, type Located } from './find.ts';
import { readHeader } from './header.ts';
import { readHuman } from './human.ts';
import type { ReportIssue } from './issue.ts';
import { concat } from './join.ts';
import { readContent, type Draft, type ReportContent } from './report.ts';
import { readReturned, type ReturnedHeader } from './returned.ts';
import { beforeLineEnd, readSource, type Source } from './source.ts';
import type { MimePart } from './tree.ts';

/** A report without the octets of what it returns: those come as `content` events. */
export interface ReportHead extends ReportContent {
  readonly returned?: ReturnedHeader;
  /** The header of the whole message. */
  readonly headers: readonly Field[];
  readonly issues: readonly ReportIssue[];
}

/** What a {@link ReportReader} has found. */
export type ReportEvent =
  | { readonly kind: 'report'; readonly report: ReportHead }
  /** A piece of the returned message, behind its transfer encoding. */
  | { readonly kind: 'content'; readonly octets: Uint8Array }
  | { readonly kind: 'not-a-report' }
  | { readonly kind: 'end' };

/** Limits of a {@link ReportReader}. */
export interface ReportReaderOptions {
  /** How much may come before the returned message, and is held in memory at most. Default 1 MiB. */
  readonly maxHeadOctets?: number;
}

/** No delimiter is longer: 70 characters of boundary, four hyphens, padding. */
const LONGEST_DELIMITER = 1000;

/**
 * Reads a report as its octets come, in bounded memory: what the report says is known before the returned message has
 * been read, and that message is passed through piece by piece.
 *
 * Feed octets with `receive`, take events with `next` until it gives `undefined`, say `end` at the end. The `report`
 * event comes once, and holds what {@link parseReport} finds; when it comes depends on how much has been received, what
 * it says does not. RFC 6522 §3.
 *
 * @example
 * const reader = new ReportReader();
 * for await (const chunk of stream) {
 *   reader.receive(chunk);
 *   for (let event = reader.next(); event; event = reader.next()) if (event.kind === 'report') settle(event.report.deliveryStatus);
 * }
 * reader.end();
 */
export class ReportReader {
  readonly #maxHead: number;
  readonly #events: ReportEvent[] = [];
  /** Octets not passed on yet. */
  #held: Uint8Array[] = [];
  #heldOctets = 0;
  /** The head is looked at when so much of it is there; growing by half each time, the looks cost no more than one reading. */
  #threshold = 4096;
  #phase: 'head' | 'content' | 'rest' = 'head';
  #open: readonly MimePart[] = [];
  #decoder = new ContentDecoder('7bit');
  /** The held octets begin where a line does. */
  #lineStart = true;

  constructor(options: ReportReaderOptions = {}) {
    this.#maxHead = options.maxHeadOctets ?? 2 ** 20;
  }

  /** Take octets in; nothing is kept of the array. */
  receive(octets: Uint8Array): void {
    if (this.#phase === 'rest') return;
    this.#held.push(new Uint8Array(octets));
    this.#heldOctets += octets.length;
    if (this.#phase === 'content') this.#passContent(false);
    else if (this.#heldOctets >= this.#threshold || this.#heldOctets >= this.#maxHead) this.#readHead(false);
  }

  /** The message is over. */
  end(): void {
    if (this.#phase === 'head') this.#readHead(true);
    if (this.#phase === 'content') this.#passContent(true);
    this.#phase = 'rest';
    this.#events.push({ kind: 'end' });
  }

  /** The next event; `undefined` if more octets are needed first. */
  next(): ReportEvent | undefined {
    return this.#events.shift();
  }

  #readHead(final: boolean): void {
    const all = concat(this.#held);
    this.#held = [all];
    this.#threshold = all.length * 1.5;
    const whole = final && all.length <= this.#maxHead;
    // A CR at the end may be half a line end.
    const head = all.subarray(0, this.#maxHead);
    const source = readSource(whole ? head : head.subarray(0, trimmedEnd(head)));
    const located = locate(source, !whole);
    const complete = whole || isComplete(located, source);
    if (!complete && !isHopeless(located, source) && all.length < this.#maxHead) return;
    this.#held = [];
    this.#phase = 'rest';
    this.#giveReport(located, source, complete);
    const part = located.found?.returned;
    if (part === undefined) return;
    this.#phase = 'content';
    this.#decoder = new ContentDecoder(part.transferEncoding);
    this.#open = pathTo(located.root, part);
    this.#held = [all.subarray(part.range.bodyStart)];
    this.#passContent(final);
  }

  #giveReport({ root, found, issues }: Located, source: Source, complete: boolean): void {
    if (found === undefined) {
      this.#events.push({ kind: 'not-a-report' });
      return;
    }
    if (!complete) issues.add('message-too-long', source.text.length, this.#maxHead);
    const humanReadable = found.human === undefined ? {} : readHuman(found.human, source, issues);
    const report: Draft<ReportHead> = { kind: found.kind, humanReadable, headers: root.headers, issues: [] };
    readContent(report, found, source, issues);
    if (found.returned !== undefined) [report.returned] = readReturned(found.returned, source, issues);
    report.issues = issues.list(source.text);
    this.#events.push({ kind: 'report', report });
  }

  /** Pass on all that can't be the begin of a delimiter, and stop at a delimiter. */
  #passContent(final: boolean): void {
    const octets = concat(this.#held);
    const source = readSource(octets);
    const { at, delimited } = this.#findCut(source.text, final);
    const decoded = this.#decoder.push(source, at);
    if (decoded.length > 0) this.#events.push({ kind: 'content', octets: decoded });
    if (at > 0) this.#lineStart = false;
    this.#held = delimited ? [] : [octets.slice(at)];
    if (!final && !delimited) return;
    const rest = this.#decoder.end();
    if (rest.length > 0) this.#events.push({ kind: 'content', octets: rest });
    this.#phase = 'rest';
  }

  #findCut(text: string, final: boolean): { readonly at: number; readonly delimited: boolean } {
    let line = this.#lineStart && text.startsWith('--') ? 0 : text.indexOf('\n--') + 1 || -1;
    while (line >= 0) {
      const whole = final || text.includes('\n', line) || text.length - line > LONGEST_DELIMITER;
      if (!whole) return { at: beforeLineEnd(text, line, 0), delimited: false };
      if (matchDelimiter(text, line + 2, this.#open) !== undefined)
        return { at: beforeLineEnd(text, line, 0), delimited: true };
      line = text.indexOf('\n--', line + 1) + 1 || -1;
    }
    // A line end, with a hyphen or without, may be the begin of a delimiter; and so may a first hyphen.
    const tail = final ? -1 : text.search(/[\r\n]{1,3}-?$/);
    if (tail >= 0) return { at: tail, delimited: false };
    return { at: !final && this.#lineStart && text === '-' ? 0 : text.length, delimited: false };
  }
}

/** No report can follow: the header is read, and it is not that of a multipart. */
function isHopeless({ root }: Located, source: Source): boolean {
  return root.range.bodyStart < source.text.length && !root.mediaType.startsWith('multipart/');
}

/** Everything before the returned message has come, and so much of it that its header is known. */
function isComplete({ found }: Located, source: Source): boolean {
  if (found?.machine === undefined || found.returned === undefined) return false;
  const { range } = found.returned;
  if (found.machine.range.start > range.start) return false;
  if (range.end < source.text.length) return true;
  // What follows the header may yet turn out to be a delimiter.
  return readHeader(source, range.bodyStart, 'blank-line').bodyStart + LONGEST_DELIMITER < source.text.length;
}

function trimmedEnd(octets: Uint8Array): number {
  let end = octets.length;
  while (octets[end - 1] === 13) end--;
  return end;
}

/** The multiparts that hold a part, outermost first. */
function pathTo(from: MimePart, part: MimePart): MimePart[] {
  for (const inner of from.parts) {
    if (inner === part) return [from];
    const path = pathTo(inner, part);
    if (path.length > 0) return [from, ...path];
  }
  return [];
}
