import type { Issue, IssueCode } from './types.ts';

/** A hostile text can be all issues; beyond this many they say nothing new and would cost memory. */
export const ISSUE_LIMIT = 1000;

/** Collects issues up to {@link ISSUE_LIMIT}, then says once that there were more. */
export class IssueList {
  readonly items: Issue[] = [];

  add(code: IssueCode, line: number, clause: string, message: string, repaired?: string, field?: string): void {
    const { items } = this;
    if (items.length > ISSUE_LIMIT) return;
    if (items.length === ISSUE_LIMIT) {
      items.push({
        code: 'too-many-issues',
        line,
        clause: 'RFC 6533 §7',
        message: `more than ${ISSUE_LIMIT} issues; the rest is left out`,
      });
      return;
    }
    items.push({
      code,
      line,
      ...(field === undefined ? {} : { field }),
      clause,
      message,
      ...(repaired === undefined ? {} : { repaired }),
    });
  }
}
