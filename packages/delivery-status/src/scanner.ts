import { FIELD_LIMIT, type IssueList } from './issues.ts';
import type { KnownField } from './known-fields.ts';

/** One field as it lies in the text: places, not copies. */
export interface RawField {
  /** Where its first line starts. */
  readonly start: number;
  readonly nameEnd: number;
  readonly line: number;
  valueStart: number;
  /** Where its last line ends, without the line end. */
  valueEnd: number;
  /** The first character after its last line. */
  end: number;
  /** Whether the value spans lines, and whether one of them lacks its indent. */
  isFolded: boolean;
  isRagged: boolean;
  /** For the reader of the fields to set. */
  known: KnownField | undefined;
}

/** Fields that stand together between blank lines. */
export interface Block {
  /** Where the blank lines before it start. */
  readonly start: number;
  readonly line: number;
  readonly blankLines: number;
  /** Where the first line after them starts: a field, or a stray line. */
  readonly contentStart: number;
  /** {@link FIELD_LIMIT} at most. */
  readonly fields: readonly RawField[];
}

/** Walks once over header-style lines, whatever ends them: CRLF, LF, CR or a mix. Linear in the length of the text. */
export class Scanner {
  private readonly text: string;
  private readonly issues: IssueList;
  /** The current line: its start, number, end, and the start of the next one. */
  private at = 0;
  private line = 1;
  private end = 0;
  private next = 0;
  /** The next of each character from `at` on, so that none is looked for twice. The length of the text if there is none. */
  private lf = -1;
  private cr = -1;
  private colon = -1;
  /** The first line that ended so; 0 if none did. */
  private crlfLine = 0;
  private lfLine = 0;
  private crLine = 0;

  constructor(text: string, issues: IssueList) {
    this.text = text;
    this.issues = issues;
    this.at = markLength(text);
    if (this.at > 0) issues.add('byte-order-mark', 1);
    this.measure();
  }

  /** The next block, or undefined at the end of the text. */
  nextBlock(): Block | undefined {
    const { at: start, line } = this;
    const { length } = this.text;
    let blankLines = 0;
    while (this.at < length && this.isBlank()) {
      blankLines++;
      this.advance();
    }
    if (this.at >= length) {
      this.finish(blankLines);
      return undefined;
    }
    const contentStart = this.at;
    const fields: RawField[] = [];
    let field: RawField | undefined;
    let isFull = false;
    do {
      const found: RawField | undefined = this.readLine(field);
      if (found && found !== field && !isFull) {
        isFull = fields.length >= FIELD_LIMIT;
        if (isFull) this.issues.add('too-many-fields', found.line);
        else fields.push(found);
      }
      field = found;
      this.advance();
      // QUIRK: a line of spaces inside a folded value, as wrapped replies have, does not end the value if that goes on.
      if (field && this.end > this.at && this.isBlank()) this.crossWhiteLines();
    } while (this.at < length && !this.isBlank());
    return { start, line, blankLines, contentStart, fields };
  }

  private crossWhiteLines(): void {
    const { text, at, line, end, next, lf, cr, crlfLine, lfLine, crLine } = this;
    while (this.end > this.at && this.isBlank()) this.advance();
    if (this.end > this.at && isWhite(text.charCodeAt(this.at))) this.issues.add('stray-blank-line', line);
    else Object.assign(this, { at, line, end, next, lf, cr, crlfLine, lfLine, crLine });
  }

  /** Read this line: a new field, or one more line of `field`, which is then given back. */
  private readLine(field: RawField | undefined): RawField | undefined {
    const { at, end, text, line } = this;
    if (end - at > 998) this.issues.add('line-too-long', line);
    if (isWhite(text.charCodeAt(at))) {
      if (field) this.extend(field);
      else this.issues.add('orphan-continuation', line);
      return field;
    }
    const nameEnd = this.fieldNameEnd();
    // QUIRK: "https://…" at the start of a wrapped line is text, not a field named https.
    if (nameEnd > at && !text.startsWith('//', this.colon + 1)) return this.startField(nameEnd);
    // QUIRK: replies wrapped without a leading space (seen from Gmail: mikel/mail 620).
    if (field) {
      this.issues.add('unindented-continuation', line);
      field.isRagged = true;
      this.extend(field);
    } else this.issues.add('not-a-field', line);
    return field;
  }

  private startField(nameEnd: number): RawField {
    const { at, end, next, colon, line } = this;
    // QUIRK: Mimecast writes "Action : failed".
    if (nameEnd !== colon) this.issues.add('space-before-colon', line);
    const valueStart = skipWhite(this.text, colon + 1, end);
    return {
      start: at,
      nameEnd,
      line,
      valueStart,
      valueEnd: end,
      end: next,
      isFolded: false,
      isRagged: false,
      known: undefined,
    };
  }

  private extend(field: RawField): void {
    const { text, at, end } = this;
    // A value that has not begun yet begins here.
    if (field.valueStart === field.valueEnd) field.valueStart = skipWhite(text, at, end);
    else field.isFolded = true;
    field.valueEnd = end;
    field.end = this.next;
  }

  /** Where the name on this line ends, or -1 if this line starts no field. */
  private fieldNameEnd(): number {
    const { text, at } = this;
    if (this.colon < at) this.colon = placeOf(text, ':', at);
    if (this.colon >= this.end) return -1;
    let end = this.colon;
    while (end > at && isWhite(text.charCodeAt(end - 1))) end--;
    for (let i = at; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code <= 0x20 || code >= 0x7f) return -1;
    }
    return end;
  }

  private isBlank(): boolean {
    return skipWhite(this.text, this.at, this.end) === this.end;
  }

  private advance(): void {
    this.at = this.next;
    this.line++;
    this.measure();
  }

  /** Find the end of the line that starts here. */
  private measure(): void {
    const { text, at, line } = this;
    if (this.lf < at) this.lf = placeOf(text, '\n', at);
    if (this.cr < at) this.cr = placeOf(text, '\r', at);
    const { lf, cr } = this;
    this.end = Math.min(lf, cr);
    const isCrlf = lf === cr + 1 && lf < text.length;
    this.next = Math.min(this.end + (isCrlf ? 2 : 1), text.length);
    if (isCrlf) this.crlfLine ||= line;
    else if (lf < cr) this.lfLine ||= line;
    else if (cr < lf) this.crLine ||= line;
  }

  private finish(blankLines: number): void {
    const { text, issues, crlfLine, lfLine, crLine } = this;
    // QUIRK: a CR that Sendmail found in ENVID stands in its report, and mailboxes of the old Macintosh have nothing else.
    if (crLine > 0) issues.add('bare-cr', crLine);
    if (crlfLine > 0 && lfLine > 0) issues.add('mixed-line-ends', Math.max(crlfLine, lfLine));
    if (text.length > markLength(text) && !endsLine(text)) issues.add('missing-final-line-end', this.line - 1);
    else if (blankLines > 0) issues.add('extra-blank-line', this.line - blankLines);
  }
}

/**
 * QUIRK: a byte order mark, which editors and scripts of Windows write before a text, would cost the first field its name. Who
 * puts one before each time that he writes leaves several.
 */
export function markLength(text: string): number {
  let length = 0;
  while (text.charCodeAt(length) === 0xfeff) length++;
  return length;
}

/** The value of a field, unfolded and trimmed. RFC 5322 §2.2.3. */
export function valueOf(text: string, field: RawField): string {
  const value = text.slice(field.valueStart, endOfText(text, field.valueStart, field.valueEnd));
  if (!field.isFolded) return value;
  const unfolded = replaceLineEnds(value, FOLD, '');
  // Where there is no white space to keep the words apart, the line end counts as a space.
  return field.isRagged ? replaceLineEnds(unfolded, LINE_END, ' ') : unfolded;
}

const PIECE = 65_536;

/**
 * Replaces line ends piece by piece, each cut and joined: what `replace` gives is a rope of all that was between, and millions
 * of line ends take many times the memory of their text.
 */
function replaceLineEnds(text: string, lineEnd: RegExp, by: string): string {
  if (text.length <= PIECE) return text.replace(lineEnd, by);
  const pieces: string[] = [];
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = Math.min(start + PIECE, text.length);
    // No cut within a line end, nor between it and what follows.
    while (end < text.length && isLineEnd(text.charCodeAt(end - 1))) end++;
    pieces.push(text.slice(start, end).split(lineEnd).join(by));
  }
  return pieces.join('');
}

const FOLD = /(?:\r\n|[\r\n])(?=[ \t])/g;
const LINE_END = /\r\n|[\r\n]/g;

/** Whether a text ends with a line end. */
export function endsLine(text: string): boolean {
  return isLineEnd(text.charCodeAt(text.length - 1));
}

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

function placeOf(text: string, char: string, from: number): number {
  const place = text.indexOf(char, from);
  return place < 0 ? text.length : place;
}

function skipWhite(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isWhite(text.charCodeAt(at))) at++;
  return at;
}

function endOfText(text: string, from: number, end: number): number {
  let at = end;
  while (at > from && isWhite(text.charCodeAt(at - 1))) at--;
  return at;
}

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
