import type { IssueList } from './issues.ts';

/** One field as it lies in the text: places, not copies. */
export interface RawField {
  /** Where its first line starts. */
  readonly start: number;
  readonly nameEnd: number;
  /** Value without the white space around it. */
  valueStart: number;
  valueEnd: number;
  /** After the end of its last line. */
  end: number;
  readonly line: number;
  /** Whether the value spans lines. */
  folded: boolean;
}

/** Fields that stand together between blank lines. */
export interface Block {
  /** Where the blank lines before it start. */
  readonly start: number;
  readonly line: number;
  readonly blankLines: number;
  readonly fields: RawField[];
}

/** Walks over header-style lines once, whatever ends them: CRLF, LF, CR or a mix. Linear in the length of the text. */
export class Scanner {
  readonly #text: string;
  readonly #issues: IssueList;
  #at = 0;
  #line = 1;
  #end = 0;
  #next = 0;
  #lf = -1;
  #cr = -1;
  #colon = -1;
  readonly #seen = { crlf: 0, lf: 0, cr: 0 };

  constructor(text: string, issues: IssueList) {
    this.#text = text;
    this.#issues = issues;
    this.#measure();
  }

  /** The next block, or undefined at the end of the text. */
  nextBlock(): Block | undefined {
    const start = this.#at;
    const line = this.#line;
    let blankLines = 0;
    while (this.#at < this.#text.length && this.#isBlank()) {
      blankLines++;
      this.#advance();
    }
    if (this.#at >= this.#text.length) {
      this.#finish(blankLines);
      return undefined;
    }
    const fields: RawField[] = [];
    while (this.#at < this.#text.length && !this.#isBlank()) {
      this.#readLine(fields);
      this.#advance();
      if (this.#end > this.#at) this.#crossWhiteLines(fields);
    }
    return { start, line, blankLines, fields };
  }

  /** QUIRK: a line of spaces inside a folded value, as wrapped replies with empty lines have: the value goes on after it. */
  #crossWhiteLines(fields: RawField[]): void {
    if (fields.length === 0 || !this.#isBlank()) return;
    const line = this.#line;
    const mark = [this.#at, line, this.#end, this.#next, this.#lf, this.#cr] as const;
    const seen = { ...this.#seen };
    while (this.#at < this.#text.length && this.#end > this.#at && this.#isBlank()) this.#advance();
    if (this.#at < this.#text.length && !this.#isBlank() && isWhite(this.#text.charCodeAt(this.#at))) {
      this.#issues.add(
        'stray-blank-line',
        line,
        'RFC 3464 §2.1.1',
        'a line of white space inside a folded field',
        'taken as part of the field',
      );
      return;
    }
    [this.#at, this.#line, this.#end, this.#next, this.#lf, this.#cr] = mark;
    Object.assign(this.#seen, seen);
  }

  #readLine(fields: RawField[]): void {
    const text = this.#text;
    const at = this.#at;
    const field = fields.at(-1);
    if (this.#end - at > 998) {
      this.#issues.add('line-too-long', this.#line, 'RFC 5322 §2.1.1', 'a line of more than 998 characters');
    }
    if (isWhite(text.charCodeAt(at))) {
      if (field) this.#extend(field);
      else
        this.#issues.add(
          'orphan-continuation',
          this.#line,
          'RFC 3464 §2.1.1',
          'a continuation line that continues nothing',
          'left out',
        );
      return;
    }
    const nameEnd = this.#fieldNameEnd();
    if (nameEnd > at && !(field && this.#isUrl())) {
      fields.push(this.#startField(nameEnd));
    } else if (field) {
      // QUIRK: replies wrapped without a leading space (Gmail, mikel/mail 620).
      this.#issues.add(
        'unindented-continuation',
        this.#line,
        'RFC 3464 §2.1.1',
        'a line that is neither a field nor indented',
        'joined to the field above',
      );
      this.#extend(field);
    } else {
      this.#issues.add('not-a-field', this.#line, 'RFC 3464 §2.1', 'a line that is not a field', 'left out');
    }
  }

  #startField(nameEnd: number): RawField {
    const text = this.#text;
    if (nameEnd !== this.#colon) {
      this.#issues.add(
        'space-before-colon',
        this.#line,
        'RFC 5322 §4.5.8',
        'white space between name and colon',
        'ignored',
      );
    }
    let valueStart = this.#colon + 1;
    while (valueStart < this.#end && isWhite(text.charCodeAt(valueStart))) valueStart++;
    let valueEnd = this.#end;
    while (valueEnd > valueStart && isWhite(text.charCodeAt(valueEnd - 1))) valueEnd--;
    return { start: this.#at, nameEnd, valueStart, valueEnd, end: this.#next, line: this.#line, folded: false };
  }

  #extend(field: RawField): void {
    const text = this.#text;
    let from = this.#at;
    while (from < this.#end && isWhite(text.charCodeAt(from))) from++;
    // A value that is still empty starts here; otherwise it goes on, and only its end moves.
    if (field.valueStart === field.valueEnd) field.valueStart = from;
    else field.folded = true;
    let end = this.#end;
    while (end > from && isWhite(text.charCodeAt(end - 1))) end--;
    field.valueEnd = end;
    field.end = this.#next;
  }

  /** Where the name on this line ends, or -1. The place of the next colon is kept, so that lines without one cost nothing. */
  #fieldNameEnd(): number {
    const text = this.#text;
    const at = this.#at;
    if (this.#colon < at) {
      const colon = text.indexOf(':', at);
      this.#colon = colon < 0 ? text.length : colon;
    }
    if (this.#colon >= this.#end) return -1;
    let end = this.#colon;
    while (end > at && isWhite(text.charCodeAt(end - 1))) end--;
    for (let i = at; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code <= 0x20 || code >= 0x7f) return -1;
    }
    return end;
  }

  /** QUIRK: "https://…" at the start of a wrapped line is text, not a field named https. */
  #isUrl(): boolean {
    return this.#text.charCodeAt(this.#colon + 1) === 0x2f && this.#text.charCodeAt(this.#colon + 2) === 0x2f;
  }

  #isBlank(): boolean {
    for (let i = this.#at; i < this.#end; i++) if (!isWhite(this.#text.charCodeAt(i))) return false;
    return true;
  }

  #advance(): void {
    this.#at = this.#next;
    this.#line++;
    this.#measure();
  }

  /** Find the end of the line that starts here. */
  #measure(): void {
    const text = this.#text;
    const at = this.#at;
    if (this.#lf < at) {
      const lf = text.indexOf('\n', at);
      this.#lf = lf < 0 ? text.length : lf;
    }
    if (this.#cr < at) {
      const cr = text.indexOf('\r', at);
      this.#cr = cr < 0 ? text.length : cr;
    }
    const { length } = text;
    if (this.#lf < this.#cr) {
      this.#end = this.#lf;
      this.#next = this.#end + 1;
      this.#seen.lf ||= this.#line;
    } else if (this.#cr < length) {
      this.#end = this.#cr;
      const crlf = this.#lf === this.#cr + 1;
      this.#next = this.#end + (crlf ? 2 : 1);
      if (crlf) this.#seen.crlf ||= this.#line;
      else this.#seen.cr ||= this.#line;
    } else this.#end = this.#next = length;
  }

  #finish(blankLines: number): void {
    const { crlf, lf, cr } = this.#seen;
    const last = this.#text.charCodeAt(this.#text.length - 1);
    if (cr > 0) {
      this.#issues.add('bare-cr', cr, 'RFC 3464 §2.1', 'a line that ends with CR alone', 'taken as a line end');
    }
    if (crlf > 0 && lf > 0) {
      this.#issues.add(
        'mixed-line-ends',
        Math.max(crlf, lf),
        'RFC 3464 §2.1',
        'some lines end with CRLF, others with LF alone',
        'both taken as line ends',
      );
    }
    if (this.#text !== '' && last !== 10 && last !== 13) {
      this.#issues.add(
        'missing-final-line-end',
        this.#line - 1,
        'RFC 3464 §2.1',
        'the last line has no end',
        'taken as whole',
      );
    } else if (blankLines > 0) {
      this.#issues.add(
        'extra-blank-line',
        this.#line - blankLines,
        'RFC 3464 §2.1',
        'blank lines at the end',
        'ignored',
      );
    }
  }
}

/** The value of a field: unfolded if it spans lines. RFC 5322 §2.2.3. */
export function valueOf(text: string, field: RawField): string {
  const value = text.slice(field.valueStart, field.valueEnd);
  return field.folded ? unfold(value) : value;
}

/** Remove line ends before white space; one that stands before a word counts as a space, so that words stay apart. */
function unfold(value: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < value.length; at++) {
    if (!isLineEnd(value.charCodeAt(at))) continue;
    pieces.push(value.slice(from, at));
    while (isLineEnd(value.charCodeAt(at + 1))) at++;
    from = at + 1;
    if (!isWhite(value.charCodeAt(from))) pieces.push(' ');
  }
  pieces.push(value.slice(from));
  return pieces.join('');
}

function isLineEnd(code: number): boolean {
  return code === 0x0d || code === 0x0a;
}

function isWhite(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
