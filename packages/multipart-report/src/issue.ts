import type { Issue, IssueCode } from '@dsnkit/delivery-status';
import { lineCounter } from './source.ts';

/** Departures that concern the container rather than the fields in it. Codes are never renamed. */
export type ReportIssueCode =
  | 'bad-charset'
  | 'bad-transfer-encoding'
  | 'bare-cr'
  | 'boundary-guessed'
  | 'boundary-missing'
  | 'boundary-unclosed'
  | 'byte-order-mark'
  | 'delimiter-indented'
  | 'delimiter-trailing-text'
  | 'encoded-machine-part'
  | 'encoded-message-part'
  | 'extra-part'
  | 'headers-labelled-message'
  | 'human-part-missing'
  | 'label-unregistered'
  | 'machine-part-mislabelled'
  | 'machine-part-misplaced'
  | 'machine-part-missing'
  | 'message-labelled-headers'
  | 'message-too-long'
  | 'not-multipart-report'
  | 'part-blank-line-missing'
  | 'part-blank-line-stray'
  | 'parts-missing'
  | 'report-type-mismatch'
  | 'report-type-missing'
  | 'too-deep'
  | 'too-many-fields'
  | 'too-many-issues'
  | 'too-many-parts'
  | 'unindented-continuation';

/** One departure of a report, in its container or in its delivery status. `line` counts in the whole message. */
export interface ReportIssue extends Omit<Issue, 'code'> {
  readonly code: IssueCode | ReportIssueCode;
}

const TYPE = 'Content-Type';
const ENCODING = 'Content-Transfer-Encoding';

/**
 * What stands behind a code: the clause, what was made of it, and the field concerned. Codes are worded so that they
 * make the message themselves: this table is a tenth of what a web page loads for the package.
 */
const MEANINGS: Readonly<Record<ReportIssueCode, readonly [string, string?, string?]>> = {
  'bad-charset': ['RFC 2046 §4.1.2', 'read as UTF-8, else as windows-1252', TYPE],
  'bad-transfer-encoding': ['RFC 2045 §6', 'decoded as far as it goes', ENCODING],
  'bare-cr': ['RFC 5322 §2.3', 'taken as a line end'],
  'byte-order-mark': ['RFC 5322 §2.2', 'left out'],
  'boundary-guessed': ['RFC 2046 §5.1.1', 'taken from the first delimiter', TYPE],
  'boundary-missing': ['RFC 2046 §5.1.1', '', TYPE],
  'boundary-unclosed': ['RFC 2046 §5.1.1', 'the last part ends here'],
  'delimiter-indented': ['RFC 2046 §5.1.1', 'taken as a delimiter'],
  'delimiter-trailing-text': ['RFC 2046 §5.1.1', 'taken as a delimiter'],
  'encoded-machine-part': ['RFC 3464 §2.1', 'decoded', ENCODING],
  'encoded-message-part': ['RFC 2046 §5.2.1', 'decoded', ENCODING],
  'extra-part': ['RFC 6522 §3'],
  'headers-labelled-message': ['RFC 6522 §4', 'taken for headers', TYPE],
  'human-part-missing': ['RFC 6522 §3'],
  'label-unregistered': ['RFC 6522 §4', 'taken as what it must mean', TYPE],
  'machine-part-mislabelled': ['RFC 6522 §3', 'taken for what report-type says', TYPE],
  'machine-part-misplaced': ['RFC 6522 §3', 'found by its type'],
  'machine-part-missing': ['RFC 6522 §3'],
  'message-labelled-headers': ['RFC 6522 §4', 'taken for a message', TYPE],
  'message-too-long': ['RFC 6533 §7', 'read up to here'],
  'not-multipart-report': ['RFC 6522 §3', 'read as one', TYPE],
  'part-blank-line-missing': ['RFC 2046 §5.1.1', 'the body begins here'],
  'part-blank-line-stray': ['RFC 2046 §5.1', 'skipped'],
  'parts-missing': ['RFC 2046 §5.1.1'],
  'report-type-mismatch': ['RFC 6522 §3', 'taken for what its part says', TYPE],
  'report-type-missing': ['RFC 6522 §3', 'taken for what its part says', TYPE],
  'too-deep': ['RFC 2046 §5.1', 'left unread'],
  'too-many-fields': ['RFC 6533 §7', 'the rest is left out'],
  'too-many-issues': ['RFC 6533 §7'],
  'too-many-parts': ['RFC 2046 §5.1', 'the rest belongs to the last one'],
  'unindented-continuation': ['RFC 5322 §2.2.3', 'joined'],
};

/** A hostile message can be all issues; beyond this many they say nothing new and would cost memory. */
const ISSUE_LIMIT = 1000;

/** Collects issues by offset; lines are counted once, at the end. */
export class Issues {
  readonly #found: { readonly offset: number; readonly lines: number; readonly issue: Omit<ReportIssue, 'line'> }[] =
    [];

  /** @param about what the issue is about: a type, a number */
  add(code: ReportIssueCode, offset: number, about: string | number = ''): void {
    this.take(offset, 0, describe(code, about));
  }

  /** Take over an issue of a text that begins at `offset`, so many lines down in it. The line will be put into it. */
  take(offset: number, lines: number, issue: Omit<ReportIssue, 'line'>): void {
    const room = ISSUE_LIMIT - this.#found.length;
    if (room < 0) return;
    this.#found.push({ offset, lines, issue: room === 0 ? describe('too-many-issues', ISSUE_LIMIT) : issue });
  }

  list(text: string): readonly ReportIssue[] {
    if (this.#found.length === 0) return [];
    const lineAt = lineCounter(text);
    this.#found.sort((a, b) => a.offset - b.offset || a.lines - b.lines);
    return this.#found.map(({ offset, lines, issue }) => Object.assign(issue, { line: lineAt(offset) + lines }));
  }
}

function describe(code: ReportIssueCode, about: string | number): Omit<ReportIssue, 'line'> {
  const [clause, repaired, field] = MEANINGS[code];
  const words = code.replaceAll('-', ' ');
  return {
    code,
    ...(field && { field }),
    clause,
    message: about === '' ? words : `${words}: ${about}`,
    ...(repaired && { repaired }),
  };
}
