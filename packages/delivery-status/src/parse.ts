import { DeliveryStatusError } from './error.ts';
import { FIELD_LIMIT, IssueList } from './issues.ts';
import {
  FINAL_RECIPIENT,
  KNOWN_FIELDS,
  LOCALIZED,
  ORIGINAL_RECIPIENT,
  RECIPIENT_FIELDS,
  REQUIRED_OF_RECIPIENT,
  WILL_RETRY_UNTIL,
  knownField,
  knownFieldAt,
  type KnownField,
} from './known-fields.ts';
import { readValue, type Draft } from './read-value.ts';
import { Scanner, markLength, valueOf, type Block, type RawField } from './scanner.ts';
import type { DeliveryStatus, LocalizedDiagnostic, ParsedDeliveryStatus } from './types.ts';

/**
 * Read the body of a message/delivery-status part. Never throws: what departs from the specification becomes an issue.
 *
 *     delivery-status-content = per-message-fields 1*( CRLF per-recipient-fields )
 *
 * RFC 3464 §2.1. Time is linear in the length of the text, whatever it holds (RFC 6533 §7).
 *
 * @param text The body, its transfer encoding undone. Characters beyond ASCII are reported; see {@link parseGlobalDeliveryStatus}.
 * @example parseDeliveryStatus('Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; u@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n').recipients[0]?.status // '5.1.1'
 */
export function parseDeliveryStatus(text: string): ParsedDeliveryStatus {
  return new Reader(text, false).read();
}

/**
 * Read the body of a message/global-delivery-status part, where UTF-8 is at home. RFC 6533 §4.1.
 *
 * @param text The body, decoded from UTF-8.
 * @example parseGlobalDeliveryStatus('Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: utf-8; jos\u00e9@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n').issues // []
 */
export function parseGlobalDeliveryStatus(text: string): ParsedDeliveryStatus {
  return new Reader(text, true).read();
}

/**
 * The strict gate: a parsed delivery status against which nothing stands. RFC 3464 §2, RFC 3464 §3.
 *
 * @throws {DeliveryStatusError} `not-conforming`, with all issues, if there is any.
 * @example assertDeliveryStatus(parseDeliveryStatus(text)).recipients[0].action
 */
export function assertDeliveryStatus(parsed: ParsedDeliveryStatus): DeliveryStatus {
  const [first] = parsed.issues;
  if (first) {
    const more = parsed.issues.length > 1 ? ` (and ${parsed.issues.length - 1} more)` : '';
    const place = first.field === undefined ? '' : `${first.field}: `;
    throw new DeliveryStatusError(
      'not-conforming',
      `line ${first.line}: ${place}${first.message}, ${first.clause}${more}`,
      {
        field: first.field,
        issues: parsed.issues,
      },
    );
  }
  return { message: parsed.message, recipients: parsed.recipients } as DeliveryStatus;
}

/** A group whose end is not known yet. */
interface OpenGroup {
  readonly draft: Draft;
  readonly start: number;
  readonly line: number;
  /** The line of its first field. */
  readonly firstLine: number;
  /** The bits of the known fields seen so far. */
  seen: number;
  retryLine: number;
  localizedLine: number;
}

/** Outside printable ASCII, white space and line ends: rare enough that one look at the whole text saves one at each field. */
const UNUSUAL = /[^\t\n\r -~]/;
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const NON_ASCII = /[^\x00-\x7f]/;

const ADDRESSES = ORIGINAL_RECIPIENT | FINAL_RECIPIENT;

class Reader {
  private readonly text: string;
  private readonly isGlobal: boolean;
  private readonly isUnusual: boolean;
  private readonly issues = new IssueList();
  private readonly message: OpenGroup;
  private readonly recipients: Draft[] = [];
  private group: OpenGroup;
  private extensions = 0;

  constructor(text: string, isGlobal: boolean) {
    this.text = text;
    this.isGlobal = isGlobal;
    this.isUnusual = UNUSUAL.test(text);
    this.message = this.group = openGroup(markLength(text), 1, 1);
  }

  read(): ParsedDeliveryStatus {
    const { text, issues, message, recipients } = this;
    const scanner = new Scanner(text, issues);
    for (let block = scanner.nextBlock(); block; block = scanner.nextBlock()) this.readBlock(block);
    this.close(text.length);
    if (!message.draft.reportingMta) issues.add('missing-field', message.firstLine, REPORTING_MTA);
    if (recipients.length === 0) issues.add('no-recipients', 1);
    return { message: message.draft, recipients, issues: issues.items };
  }

  private readBlock(block: Block): void {
    const { fields, line, contentStart } = block;
    const isFirst = line === 1;
    // Extensions before the fields of a recipient are his where a blank line is above them and no field of the message is.
    const isApart = !isFirst && fields[0]?.start === contentStart;
    if (block.blankLines > (isFirst ? 0 : 1)) this.issues.add('extra-blank-line', line);
    let bits = 0;
    let from = -1;
    let index = 0;
    for (const field of fields) {
      const known = knownFieldAt(this.text, field.start, field.nameEnd);
      if (known !== undefined) {
        field.known = known;
        if (from < 0 && known.group === 'recipient') from = isApart && bits === 0 ? 0 : index;
        bits |= known.bit;
      }
      index++;
    }
    const isMessage = this.group === this.message;
    // QUIRK: a group torn apart by a blank line. A block belongs to the group above if all that it has is missing there.
    const repeated = bits & this.group.seen & RECIPIENT_FIELDS & ~LOCALIZED;
    const belongsAbove = from < 0 || (!isMessage && (repeated === 0 || this.isSaidAgain(repeated, fields)));
    if (!isFirst && (belongsAbove ? fields.length > 0 : isMessage && from > 0))
      this.issues.add('stray-blank-line', line);
    if (belongsAbove) this.addAll(fields);
    else this.readGroups(block, isMessage ? from : 0);
  }

  /** Whether a block goes on with the recipient above, who lacks what every one has, and only says his address again. */
  private isSaidAgain(repeated: number, fields: readonly RawField[]): boolean {
    const { text, group } = this;
    if ((repeated & ~ADDRESSES) !== 0 || (group.seen & REQUIRED_OF_RECIPIENT) === REQUIRED_OF_RECIPIENT) return false;
    if (endOfGroup(text, fields, 0) < fields.length) return false;
    const { originalRecipient, finalRecipient } = group.draft;
    return fields.every((field) => {
      const bit = (field.known?.bit ?? 0) & repeated;
      const said = bit === FINAL_RECIPIENT ? finalRecipient : originalRecipient;
      return bit === 0 || (said !== undefined && isValue(text, field, `${said.type};${said.value}`));
    });
  }

  /** A block in which recipients start at `from`: one of them, or more where blank lines are missing. */
  private readGroups({ start, line, contentStart, fields }: Block, from: number): void {
    this.addAll(fields.slice(0, from));
    let at = from;
    for (let first = fields[at]; first !== undefined; first = fields[at]) {
      const end = endOfGroup(this.text, fields, at);
      // QUIRK: Mimecast leaves the line out.
      if (at > 0) this.issues.add('missing-blank-line', first.line, first.known);
      // Blank lines before a group belong to it. Stray lines stay with what is above: elsewhere they might continue a field.
      if (first.start === contentStart) this.open(start, line, first.line);
      else this.open(first.start, first.line, first.line);
      this.addAll(at === 0 && end === fields.length ? fields : fields.slice(at, end));
      at = end;
    }
  }

  private addAll(fields: readonly RawField[]): void {
    for (const field of fields) this.add(field);
  }

  private add(field: RawField): void {
    const { text, group, issues } = this;
    const { known, line } = field;
    const value = valueOf(text, field);
    if (this.isUnusual) this.checkCharacters(value, text.slice(field.start, field.nameEnd), line, known);
    if (known === undefined) {
      if (++this.extensions > FIELD_LIMIT) {
        if (this.extensions === FIELD_LIMIT + 1) issues.add('too-many-fields', line);
        return;
      }
      const extension = { name: text.slice(field.start, field.nameEnd), value, line };
      if (group.draft.extensions) group.draft.extensions.push(extension);
      else group.draft.extensions = [extension];
      return;
    }
    const isMisplaced = known.group === 'message' && group !== this.message;
    const home = isMisplaced ? this.message : group;
    const isRepeated = (home.seen & known.bit) !== 0 && known.bit !== LOCALIZED;
    if (isMisplaced) issues.add('misplaced-field', line, known, isRepeated ? 'left out' : undefined);
    else if (isRepeated) issues.add('duplicate-field', line, known);
    if (isRepeated) return;
    home.seen |= known.bit;
    if (known.bit === LOCALIZED) group.localizedLine = line;
    else if (known.bit === WILL_RETRY_UNTIL) group.retryLine = line;
    readValue(known, value, line, home.draft, issues);
  }

  private open(start: number, line: number, firstLine: number): void {
    this.close(start);
    this.group = openGroup(start, line, firstLine);
    this.recipients.push(this.group.draft);
  }

  /** The group in hand ends at `end`: keep its octets and look for what it lacks. */
  private close(end: number): void {
    const { draft, start, line, seen } = this.group;
    draft.source = { line, text: this.text.slice(start, end) };
    if (this.group === this.message) return;
    if ((seen & REQUIRED_OF_RECIPIENT) !== REQUIRED_OF_RECIPIENT) {
      for (const field of KNOWN_FIELDS) {
        if ((REQUIRED_OF_RECIPIENT & ~seen & field.bit) !== 0)
          this.issues.add('missing-field', this.group.firstLine, field);
      }
    }
    const { action, willRetryUntil, localizedDiagnostics } = draft;
    if (willRetryUntil !== undefined && action !== undefined && action !== 'delayed') {
      this.issues.add('retry-date-without-delay', this.group.retryLine, { name: 'Will-Retry-Until' });
    }
    if (localizedDiagnostics !== undefined) this.checkLocalized(localizedDiagnostics);
  }

  private checkLocalized(list: readonly LocalizedDiagnostic[]): void {
    const { draft, localizedLine } = this.group;
    const about = { name: 'Localized-Diagnostic' };
    if (draft.diagnosticCode === undefined) this.issues.add('localized-without-diagnostic', localizedLine, about);
    const languages = new Set(list.map(({ language }) => language.toLowerCase()));
    if (languages.size < list.length) this.issues.add('duplicate-language', localizedLine, about);
  }

  private checkCharacters(value: string, name: string, line: number, known: KnownField | undefined): void {
    if (CONTROL.test(value)) this.issues.add('control-character', line, { name });
    if (!NON_ASCII.test(value)) return;
    if (!this.isGlobal) this.issues.add('non-ascii', line, { name });
    else if (isAddress(known) && !/^utf-8[\s;(]/i.test(value)) this.issues.add('non-ascii-type', line, { name });
  }
}

const REPORTING_MTA = knownField('Reporting-MTA');

function openGroup(start: number, line: number, firstLine: number): OpenGroup {
  return { draft: {}, start, line, firstLine, seen: 0, retryLine: 0, localizedLine: 0 };
}

function isAddress(known: KnownField | undefined): boolean {
  return known !== undefined && (known.bit & ADDRESSES) !== 0;
}

/**
 * Where the group that starts at `start` ends within its block. Where blank lines are missing, a second address starts a new
 * group, and fields that stand for the second time just before it belong to the new group too. The same address is only
 * said twice while its group lacks a field that every group has.
 */
function endOfGroup(text: string, fields: readonly RawField[], start: number): number {
  let seen = 0;
  // The addresses of the group, by bit.
  const firsts: Record<number, RawField> = {};
  // Where the run of repeated fields that ends here began. Runs are read twice at most, which keeps the whole linear.
  let run = -1;
  for (let i = start, field = fields[i]; field !== undefined; field = fields[++i]) {
    const bit = (field.known?.bit ?? 0) & RECIPIENT_FIELDS & ~LOCALIZED;
    const isRepeated = (seen & bit) !== 0;
    if (isRepeated && run < 0) run = i;
    const isComplete = (seen & REQUIRED_OF_RECIPIENT) === REQUIRED_OF_RECIPIENT;
    if ((bit & ADDRESSES) !== 0) {
      const first = firsts[bit];
      if (first === undefined) firsts[bit] = field;
      else if (isComplete || !isSameValue(text, first, field)) return run;
      else {
        run = -1;
        continue;
      }
    }
    // An Original-Recipient that is new here, but stands directly before a second Final-Recipient, opens the next group.
    const next = bit === ORIGINAL_RECIPIENT ? fields[i + 1] : undefined;
    const final = firsts[FINAL_RECIPIENT];
    if (final !== undefined && next?.known?.bit === FINAL_RECIPIENT && (isComplete || !isSameValue(text, final, next)))
      return run < 0 ? i : run;
    if (!isRepeated) run = -1;
    seen |= bit;
  }
  return fields.length;
}

/** Whether two fields have the same value but for letter case and white space. */
function isSameValue(text: string, first: RawField, second: RawField): boolean {
  return isAboutAsLong(first.valueEnd - first.valueStart, second) && isValue(text, second, valueOf(text, first));
}

/** The same of a field and a value. Takes no longer than the field is. */
function isValue(text: string, field: RawField, value: string): boolean {
  return isAboutAsLong(value.length, field) && bareText(value) === bareText(valueOf(text, field));
}

function isAboutAsLong(length: number, { valueStart, valueEnd }: RawField): boolean {
  return length <= 2 * (valueEnd - valueStart) + 100;
}

function bareText(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}
