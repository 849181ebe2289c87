import { DeliveryStatusError } from './error.ts';
import { IssueList } from './issues.ts';
import {
  FINAL_RECIPIENT,
  KNOWN_FIELDS,
  LOCALIZED,
  ORIGINAL_RECIPIENT,
  RECIPIENT_BITS,
  knownField,
  type KnownField,
} from './known-fields.ts';
import { readValue, type Draft } from './read-value.ts';
import { Scanner, valueOf, type Block, type RawField } from './scanner.ts';
import type { DeliveryStatus, ParsedDeliveryStatus } from './types.ts';

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

interface Entry {
  readonly raw: RawField;
  readonly name: string;
  readonly known: KnownField | undefined;
}

/** A group whose end is not known yet. */
interface OpenGroup {
  readonly draft: Draft;
  readonly start: number;
  readonly line: number;
  /** The bits of the known fields seen so far. */
  seen: number;
}

/** Outside printable ASCII, white space and line ends: rare enough that one scan of the text saves one per field. */
const UNUSUAL = /[^\t\n\r -~]/;

class Reader {
  readonly #text: string;
  readonly #global: boolean;
  readonly #unusual: boolean;
  readonly #issues = new IssueList();
  readonly #message: OpenGroup = { draft: {}, start: 0, line: 1, seen: 0 };
  readonly #recipients: Draft[] = [];
  #group: OpenGroup = this.#message;

  constructor(text: string, global: boolean) {
    this.#text = text;
    this.#global = global;
    this.#unusual = UNUSUAL.test(text);
  }

  read(): ParsedDeliveryStatus {
    const scanner = new Scanner(this.#text, this.#issues);
    for (let block = scanner.nextBlock(); block; block = scanner.nextBlock()) this.#readBlock(block);
    this.#close(this.#text.length);
    this.#checkMessage();
    return {
      message: this.#message.draft,
      recipients: this.#recipients,
      issues: this.#issues.items,
    };
  }

  #readBlock(block: Block): void {
    const entries = block.fields.map((raw): Entry => {
      const name = this.#text.slice(raw.start, raw.nameEnd);
      return { raw, name, known: knownField(name) };
    });
    const atMessage = this.#group === this.#message;
    const isFirst = block.start === 0;
    if (block.blankLines > (isFirst ? 0 : 1))
      this.#blankLineIssue('extra-blank-line', block, 'more blank lines than the one between groups', 'ignored');
    let bits = 0;
    for (const { known } of entries) if (known) bits |= known.bit;
    const from = entries.findIndex(({ known }) => known?.group === 'recipient');
    if (from < 0) {
      if (!isFirst && entries.length > 0)
        this.#blankLineIssue('stray-blank-line', block, 'a blank line inside a group', 'ignored');
      this.#addAll(entries, 0, entries.length);
    } else if (!atMessage && (bits & this.#group.seen & RECIPIENT_BITS & ~LOCALIZED) === 0) {
      // QUIRK: a group torn apart by a blank line. What stands here is missing above, so it belongs there.
      this.#blankLineIssue('stray-blank-line', block, 'a blank line inside a group', 'ignored');
      this.#addAll(entries, 0, entries.length);
    } else this.#readGroups(block, entries, atMessage ? from : 0);
  }

  /** A block that starts a recipient at `from`, and perhaps more of them where blank lines are missing. */
  #readGroups(block: Block, entries: readonly Entry[], from: number): void {
    if (from > 0) {
      if (block.start > 0) this.#blankLineIssue('stray-blank-line', block, 'a blank line inside a group', 'ignored');
      this.#addAll(entries, 0, from);
    }
    let start = from;
    while (start < entries.length) {
      const end = endOfGroup(entries, start);
      const first = entries[start];
      if (!first) return;
      if (start === 0) this.#open(block.start, block.line);
      else {
        this.#issues.add(
          'missing-blank-line',
          first.raw.line,
          'RFC 3464 §2.3',
          'no blank line before the fields of a recipient',
          'a new group starts here',
          first.name,
        );
        this.#open(first.raw.start, first.raw.line);
      }
      this.#addAll(entries, start, end);
      start = end;
    }
  }

  #addAll(entries: readonly Entry[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const entry = entries[i];
      if (entry) this.#add(entry);
    }
  }

  #add({ raw, name, known }: Entry): void {
    const value = valueOf(this.#text, raw);
    const group = this.#group;
    if (this.#unusual) this.#checkCharacters(value, name, raw.line);
    if (known === undefined) {
      (group.draft.extensions ??= []).push({ name, value, line: raw.line });
      return;
    }
    const misplaced = known.group === 'message' && group !== this.#message;
    const home = misplaced ? this.#message : group;
    if (misplaced) {
      const repaired = (home.seen & known.bit) === 0 ? 'read as a field of the message' : 'left out';
      this.#issues.add(
        'misplaced-field',
        raw.line,
        'RFC 3464 §2.2',
        'a field of the message among those of a recipient',
        repaired,
        known.name,
      );
    }
    if ((home.seen & known.bit) !== 0 && known.bit !== LOCALIZED) {
      if (!misplaced)
        this.#issues.add(
          'duplicate-field',
          raw.line,
          'RFC 3464 §2.2',
          'the field stands twice in its group',
          'the first one counts',
          known.name,
        );
      return;
    }
    home.seen |= known.bit;
    readValue(known, value, raw.line, home.draft, this.#issues);
  }

  #open(start: number, line: number): void {
    this.#close(start);
    this.#group = { draft: {}, start, line, seen: 0 };
    this.#recipients.push(this.#group.draft);
  }

  /** The group in hand ends at `end`: keep its octets and look for what it lacks. */
  #close(end: number): void {
    const { draft, start, line, seen } = this.#group;
    draft.source = { line, text: this.#text.slice(start, end) };
    if (this.#group === this.#message) return;
    for (const field of KNOWN_FIELDS) {
      if (field.group !== 'recipient' || (seen & field.bit) !== 0 || !REQUIRED.has(field.key)) continue;
      this.#issues.add('missing-field', line, field.clause, `${field.name} is missing`, undefined, field.name);
    }
    if (draft.willRetryUntil && draft.action !== undefined && draft.action !== 'delayed') {
      this.#issues.add(
        'retry-date-without-delay',
        line,
        'RFC 3464 §2.3.9',
        `Will-Retry-Until with action ${draft.action}`,
        undefined,
        'Will-Retry-Until',
      );
    }
    if (draft.localizedDiagnostics && !draft.diagnosticCode) {
      this.#issues.add(
        'localized-without-diagnostic',
        line,
        'RFC 6533 §4.1',
        'Localized-Diagnostic without Diagnostic-Code',
        undefined,
        'Localized-Diagnostic',
      );
    }
  }

  #checkMessage(): void {
    if (!this.#message.draft.reportingMta) {
      this.#issues.add('missing-field', 1, 'RFC 3464 §2.2.2', 'Reporting-MTA is missing', undefined, 'Reporting-MTA');
    }
    if (this.#recipients.length === 0)
      this.#issues.add('no-recipients', 1, 'RFC 3464 §2.1', 'no recipient is reported on');
  }

  #checkCharacters(value: string, name: string, line: number): void {
    if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value)) {
      this.#issues.add(
        'control-character',
        line,
        'RFC 5322 §2.2',
        'a control character in the value',
        'kept as it is',
        name,
      );
    }
    if (!this.#global && /[^\x00-\x7f]/.test(value)) {
      this.#issues.add('non-ascii', line, 'RFC 3464 §2.1', 'a character beyond ASCII', 'kept as it is', name);
    }
  }

  #blankLineIssue(
    code: 'extra-blank-line' | 'stray-blank-line',
    block: Block,
    message: string,
    repaired: string,
  ): void {
    this.#issues.add(code, block.line, 'RFC 3464 §2.1', message, repaired);
  }
}

const REQUIRED: ReadonlySet<string> = new Set(['finalRecipient', 'action', 'status']);

/**
 * Where the group that starts at `start` ends within its block. Blank lines may be missing, so a second address starts a new
 * group; fields that are there for the second time just before it belong to the new group too.
 */
function endOfGroup(entries: readonly Entry[], start: number): number {
  let seen = 0;
  let repeated = -1;
  for (let i = start; i < entries.length; i++) {
    const known = entries[i]?.known;
    if (known?.group !== 'recipient' || known.bit === LOCALIZED) continue;
    if ((seen & known.bit) === 0) {
      seen |= known.bit;
      // Original-Recipient, new here, directly before a second Final-Recipient opens the next group.
      const next = entries[i + 1]?.known?.bit;
      if (known.bit === ORIGINAL_RECIPIENT && next === FINAL_RECIPIENT && (seen & FINAL_RECIPIENT) !== 0) return i;
      continue;
    }
    if (repeated < 0) repeated = i;
    if (known.bit === FINAL_RECIPIENT || known.bit === ORIGINAL_RECIPIENT) return repeated;
  }
  return entries.length;
}
