import type { Follower } from './follower.ts';
import { NOTHING_FOLLOWS, type Following, type FollowingChange, type FollowingConfig } from './following.ts';

/** What is kept of the journal in a place of its own, for as long as the configuration wants it. */
export interface KeepingParts<Config, Store, Held> {
  /** Its table of the configuration; undefined: nothing is kept. */
  readonly wanted: (config: FollowingConfig) => Config | undefined;
  /** As whom it reads the journal. */
  readonly follows: (config: Config) => Pick<FollowingChange, 'readers' | 'keep'>;
  /** Opens the place; absent: there is none. */
  readonly open: (() => Promise<Store>) | undefined;
  /** What others see of it. */
  readonly load: (store: Store) => Promise<Held>;
  readonly follow: (held: Held) => Follower;
  /** Is told what is in force. */
  readonly inForce: (config: Config) => void;
  readonly trouble: (error: unknown) => void;
}

/** Keeps it. */
export interface Keeping<Held> extends Following {
  /** Undefined: nothing is kept. */
  readonly held: Held | undefined;
}

interface Kept<Store, Held> {
  readonly store: Store;
  readonly held: Held;
  readonly follower: Follower;
}

export function makeKeeping<Config, Store extends { close(): Promise<void> }, Held>(
  parts: KeepingParts<Config, Store, Held>,
): Keeping<Held> {
  let kept: Kept<Store, Held> | undefined;

  const begin = (store: Store, held: Held): Kept<Store, Held> => ({ store, held, follower: parts.follow(held) });

  async function loadOrClose(store: Store): Promise<Held> {
    try {
      return await parts.load(store);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async function begins(config: Config): Promise<FollowingChange> {
    const change = { ...parts.follows(config), apply: () => parts.inForce(config), cancel: () => Promise.resolve() };
    if (kept !== undefined) return change;
    const store = await parts.open?.();
    if (store === undefined) return NOTHING_FOLLOWS;
    const held = await loadOrClose(store);
    return {
      ...change,
      apply() {
        parts.inForce(config);
        kept = begin(store, held);
      },
      cancel: () => store.close(),
    };
  }

  /** What it has not taken yet is there no more once the journal does not know the reader. */
  async function ends({ store, held, follower }: Kept<Store, Held>): Promise<FollowingChange> {
    await follower.stop();
    return {
      readers: [],
      apply() {
        kept = undefined;
        store.close().catch(parts.trouble);
      },
      cancel() {
        kept = begin(store, held);
        kept.follower.wake();
        return Promise.resolve();
      },
    };
  }

  return {
    get held() {
      return kept?.held;
    },
    async prepare(config) {
      const wanted = parts.wanted(config);
      if (wanted !== undefined) return begins(wanted);
      return kept === undefined ? NOTHING_FOLLOWS : ends(kept);
    },
    wake: () => kept?.follower.wake(),
    async stop() {
      await kept?.follower.stop();
      await kept?.store.close();
    },
  };
}
