import type { IssueSummary } from '../report/summary.ts';

/** One thing that a check of a report found. */
export interface Finding extends IssueSummary {
  /** `error` departs from a standard; `note` is within the grammar, but hints at a mistake. */
  readonly level: 'error' | 'note';
  /** In the whole message, from 1. */
  readonly line: number;
  readonly clause: string;
}
