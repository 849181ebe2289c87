import type { SuppressionConfig } from '../config.ts';
import type { Follower } from '../events/follower.ts';
import { NOTHING_FOLLOWS, type Following, type FollowingChange } from '../events/following.ts';
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
export interface SuppressionKeeping extends Following {
  /** Undefined: none is kept. */
  readonly list: Suppressing | undefined;
}

interface Kept {
  readonly store: SuppressionStore;
  readonly list: Suppressing;
  readonly follower: Follower;
}

export function makeSuppressionKeeping({ open, ...parts }: SuppressionParts): SuppressionKeeping {
  let kept: Kept | undefined;
  let rules: SuppressionConfig = { statuses: [], failures: 1 };

  async function begin(store: SuppressionStore): Promise<Kept> {
    const list = await makeSuppressing({ ...parts, store, rules: () => rules });
    return { store, list, follower: followFailures({ ...parts, list }) };
  }

  async function beginOrClose(store: SuppressionStore): Promise<Kept> {
    try {
      return await begin(store);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async function begins(config: SuppressionConfig): Promise<FollowingChange> {
    const store = kept?.store ?? (await open?.());
    if (store === undefined) return NOTHING_FOLLOWS;
    const isNew = kept === undefined;
    const next = kept ?? (await beginOrClose(store));
    return {
      readers: [SUPPRESSION_READER],
      apply() {
        rules = config;
        kept = next;
      },
      cancel: () => (isNew ? store.close() : Promise.resolve()),
    };
  }

  /** Failures that it has not taken yet are there no more once the journal does not know the reader. */
  async function ends({ store, list, follower }: Kept): Promise<FollowingChange> {
    await follower.stop();
    return {
      readers: [],
      apply() {
        kept = undefined;
        store.close().catch(parts.trouble);
      },
      cancel() {
        kept = { store, list, follower: followFailures({ ...parts, list }) };
        kept.follower.wake();
        return Promise.resolve();
      },
    };
  }

  return {
    get list() {
      return kept?.list;
    },
    async prepare({ suppression }) {
      if (suppression !== undefined) return begins(suppression);
      return kept === undefined ? NOTHING_FOLLOWS : ends(kept);
    },
    wake: () => kept?.follower.wake(),
    async stop() {
      await kept?.follower.stop();
      await kept?.store.close();
    },
  };
}
