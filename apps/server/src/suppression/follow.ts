import { makeFollower, type Follower } from '../events/follower.ts';
import { withRounds } from '../events/rounds.ts';
import type { Clock, Journal } from '../ports.ts';
import type { Suppressing } from './list.ts';

/** The reader of the journal that the suppression list is. */
export const SUPPRESSION_READER = 'suppression';

const BATCH = 256;
const TOGETHER_MS = 100;
const FORGET_EVERY_MS = 60_000;

/** What following failures works with. */
export interface FollowParts {
  readonly journal: Journal;
  readonly list: Pick<Suppressing, 'take' | 'forget'>;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
}

/** Takes failures from the journal to the list, and lets the list forget. */
export function followFailures({ journal, list, clock, trouble }: FollowParts): Follower {
  async function take(): Promise<boolean> {
    const entries = await journal.read({ reader: SUPPRESSION_READER, limit: BATCH });
    const last = entries.at(-1);
    if (last === undefined) return false;
    await list.take(entries.flatMap(({ events }) => events));
    await journal.pass(SUPPRESSION_READER, last.position);
    return true;
  }

  const follower = makeFollower({ clock, togetherMs: TOGETHER_MS, take, trouble });
  return withRounds(follower, { clock, everyMs: FORGET_EVERY_MS, round: () => list.forget(), trouble });
}
