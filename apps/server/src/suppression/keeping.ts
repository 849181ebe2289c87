import type { SuppressionConfig } from '../config.ts';
import { makeKeeping, type Keeping } from '../events/keeping.ts';
import type { Clock, EventSink, Journal, SuppressionStore } from '../ports.ts';
import { followFailures, SUPPRESSION_READER } from './follow.ts';
import { makeSuppressing, type Suppressing } from './list.ts';

/** What keeping a list works with. */
export interface SuppressionParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Opens the place of the list. */
  readonly open: (() => Promise<SuppressionStore>) | undefined;
  readonly trouble: (error: unknown) => void;
}

/** Keeps a suppression list for as long as the configuration wants one. */
export function makeSuppressionKeeping({ open, ...parts }: SuppressionParts): Keeping<Suppressing> {
  let rules: SuppressionConfig = { statuses: [], failures: 1 };
  return makeKeeping({
    open,
    trouble: parts.trouble,
    wanted: ({ suppression }) => suppression,
    follows: () => ({ readers: [SUPPRESSION_READER] }),
    load: (store: SuppressionStore) => makeSuppressing({ ...parts, store, rules: () => rules }),
    follow: (list: Suppressing) => followFailures({ ...parts, list }),
    inForce: (config) => (rules = config),
  });
}
