import type { Issue, IssueCode } from '@dsnkit/delivery-status';
import { lineCounter } from './source.ts';

/** Departures that concern the container rather than the fields in it. Codes are never renamed. */
export type ReportIssueCode =
  | 'bare-cr'
  | 'bad-charset'
  | 'bad-transfer-encoding'
  | 'boundary-missing'
  | 'boundary-unclosed'
  | 'delimiter-indented'
  | 'delimiter-trailing-text'
  | 'encoded-machine-part'
  | 'encoded-message-part'
  | 'extra-part'
  | 'headers-labelled-message'
  | 'human-part-missing'
  | 'machine-part-mislabelled'
  | 'machine-part-missing'
  | 'machine-part-misplaced'
  | 'message-labelled-headers'
  | 'message-too-long'
  | 'not-multipart-report'
  | 'part-blank-line-missing'
  | 'part-blank-line-stray'
  | 'parts-missing'
  | 'report-type-missing'
  | 'report-type-mismatch'
  | 'too-deep'
  | 'too-many-parts';

/** A hostile message can be all issues; beyond this many they say nothing new and would cost memory. */
const ISSUE_LIMIT = 1000;

/** One departure of a report, in its container or in its delivery status. `line` counts in the whole message. */
export interface ReportIssue extends Omit<Issue, 'code'> {
  readonly code: IssueCode | ReportIssueCode;
}

/** Collects issues by offset; lines are counted once, at the end. */
export class Issues {
  readonly #found: { readonly offset: number; readonly lines: number; readonly issue: Omit<ReportIssue, 'line'> }[] =
    [];

  /** @param lines how many lines to count on from the offset */
  add(offset: number, issue: Omit<ReportIssue, 'line'>, lines = 0): void {
    const room = ISSUE_LIMIT - this.#found.length;
    if (room > 0) this.#found.push({ offset, lines, issue });
    else if (room === 0) {
      const message = `more than ${ISSUE_LIMIT} issues; the rest is left out`;
      this.#found.push({ offset, lines, issue: { code: 'too-many-issues', clause: 'RFC 6533 §7', message } });
    }
  }

  list(text: string): readonly ReportIssue[] {
    if (this.#found.length === 0) return [];
    const lineAt = lineCounter(text);
    this.#found.sort((a, b) => a.offset - b.offset || a.lines - b.lines);
    return this.#found.map(({ offset, lines, issue }) => ({ ...issue, line: lineAt(offset) + lines }));
  }
}
