import { makeKeeping, type Keeping } from '../events/keeping.ts';
import type { Clock, History, HistoryStore, Journal } from '../ports.ts';
import { HISTORY_READER, makeKeeper, type HistoryLimits } from './keeper.ts';

/** What keeping a history works with. */
export interface HistoryParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Opens the place of the history. */
  readonly open: (() => Promise<HistoryStore>) | undefined;
  readonly trouble: (error: unknown) => void;
}

/** Keeps a history for as long as the configuration wants one. */
export function makeHistoryKeeping({ open, ...parts }: HistoryParts): Keeping<History> {
  let limits: HistoryLimits = { keepMs: Infinity, maxMessages: Infinity };
  return makeKeeping({
    open,
    trouble: parts.trouble,
    wanted: ({ history }) => history,
    follows: ({ contents, contentMaxOctets }) => ({
      readers: [HISTORY_READER],
      ...(contents === 'none' ? {} : { keep: { of: contents, maxOctets: contentMaxOctets } }),
    }),
    load: (store: HistoryStore) => Promise.resolve(store),
    follow: (history: HistoryStore) => makeKeeper({ ...parts, history, limits: () => limits }),
    inForce: (config) => (limits = config),
  });
}
