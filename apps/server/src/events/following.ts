import type { Config } from '../config.ts';
import type { KeepContents } from '../ports.ts';
import type { Follower } from './follower.ts';

/** The tables of the configuration that say who follows the journal. */
export type FollowingConfig = Pick<Config, 'history' | 'webhooks' | 'suppression'>;

/** Follows the journal for as long as the configuration wants it, and as the configuration wants it. */
export interface Following extends Follower {
  /** Gets ready for a configuration, and changes nothing that is seen outside. Rejects where it can't be. */
  prepare(config: FollowingConfig): Promise<FollowingChange>;
}

/** A configuration that can come into force. */
export interface FollowingChange {
  /** Under which names the journal is read. */
  readonly readers: readonly string[];
  readonly keep?: KeepContents;
  /** Names of before by names of now. */
  readonly renamed?: ReadonlyMap<string, string>;
  /** The journal knows the readers: from now on it is so. */
  apply(): void;
  /** Nothing comes of it: all goes on as it was. */
  cancel(): Promise<void>;
}

/** A follower that does nothing. */
export const NOTHING_FOLLOWS: FollowingChange = {
  readers: [],
  apply: () => undefined,
  cancel: () => Promise.resolve(),
};
