import type { Config } from '../config.ts';
import type { Follower } from '../events/follower.ts';
import { NOTHING_FOLLOWS, type Following, type FollowingChange } from '../events/following.ts';
import type { Clock, History, HistoryStore, Journal } from '../ports.ts';
import { HISTORY_READER, makeKeeper } from './keeper.ts';

/** What keeping a history works with. */
export interface KeepingParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Opens the place of the history. */
  readonly open: (() => Promise<HistoryStore>) | undefined;
  readonly trouble: (error: unknown) => void;
}

/** Keeps a history for as long as the configuration wants one. */
export interface Keeping extends Following {
  /** Undefined: none is kept. */
  readonly history: History | undefined;
}

interface Kept {
  readonly store: HistoryStore;
  readonly follower: Follower;
}

export function makeKeeping({ journal, clock, open, trouble }: KeepingParts): Keeping {
  let kept: Kept | undefined;
  let limits = { keepMs: Infinity, maxMessages: Infinity };

  const begin = (store: HistoryStore): Kept => ({
    store,
    follower: makeKeeper({ journal, history: store, clock, limits: () => limits, trouble }),
  });

  async function begins(config: NonNullable<Config['history']>): Promise<FollowingChange> {
    const store = kept?.store ?? (await open?.());
    if (store === undefined) return NOTHING_FOLLOWS;
    const isNew = kept === undefined;
    const { contents, contentMaxOctets } = config;
    return {
      readers: [HISTORY_READER],
      ...(contents === 'none' ? {} : { keep: { of: contents, maxOctets: contentMaxOctets } }),
      apply() {
        limits = config;
        kept ??= begin(store);
      },
      cancel: () => (isNew ? store.close() : Promise.resolve()),
    };
  }

  /** What it has not taken yet is there no more once the journal does not know the reader. */
  async function ends({ store, follower }: Kept): Promise<FollowingChange> {
    await follower.stop();
    return {
      readers: [],
      apply() {
        kept = undefined;
        store.close().catch(trouble);
      },
      cancel() {
        kept = begin(store);
        kept.follower.wake();
        return Promise.resolve();
      },
    };
  }

  return {
    get history() {
      return kept?.store;
    },
    async prepare({ history }) {
      if (history !== undefined) return begins(history);
      return kept === undefined ? NOTHING_FOLLOWS : ends(kept);
    },
    wake: () => kept?.follower.wake(),
    async stop() {
      await kept?.follower.stop();
      await kept?.store.close();
    },
  };
}
