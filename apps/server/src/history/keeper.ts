import { makeFollower, type Follower } from '../events/follower.ts';
import { withRounds } from '../events/rounds.ts';
import type { Clock, HistoryWriter, Journal } from '../ports.ts';

/** What keeping a history works with. */
export interface KeeperParts {
  readonly journal: Pick<Journal, 'read' | 'pass'>;
  readonly history: HistoryWriter;
  readonly clock: Clock;
  /** In force now. */
  readonly limits: () => HistoryLimits;
  readonly trouble: (error: unknown) => void;
}

/** How much of the past is kept. */
export interface HistoryLimits {
  /** How long a message is known after its last change. */
  readonly keepMs: number;
  readonly maxMessages: number;
}

/** The reader of the journal that the history is. */
export const HISTORY_READER = 'history';

const BATCH = 256;
/** What happens within this time goes into the history together. */
const TOGETHER_MS = 200;
/** While more comes, the journal gives back its room so often. */
const PASS_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 60_000;
/** A store forgets some in each transaction; after so many what is new has its turn. */
const MOST_ROUNDS = 10;

/** Takes the journal into the history, and lets the history forget. */
export function makeKeeper({ journal, history, clock, limits, trouble }: KeeperParts): Follower {
  let forgottenAtMs = -Infinity;
  let position: number | undefined;
  /** What the journal knows of it; after a crash the history's own word counts. */
  let passed: number | undefined;
  let passedAtMs = -Infinity;
  /** A clock that was set back has left the time as well. */
  const isWithin = (ms: number, sinceMs: number): boolean => Math.abs(clock.now() - sinceMs) < ms;

  async function take(): Promise<boolean> {
    position ??= await history.position();
    const entries = await journal.read({ reader: HISTORY_READER, after: position, limit: BATCH, contents: true });
    const last = entries.at(-1);
    if (last === undefined) return false;
    const isRecorded = await history.record({
      after: position,
      position: last.position,
      events: entries.flatMap(({ events }) => events),
      contents: entries.flatMap(({ content }) => content ?? []),
    });
    // Another node has read meanwhile: how far is asked anew.
    position = isRecorded ? last.position : undefined;
    // What has come meanwhile is taken together with what follows it.
    return !isRecorded || entries.length === BATCH;
  }

  async function rest(isSoonAgain: boolean): Promise<void> {
    const isEarly = isSoonAgain && isWithin(PASS_EVERY_MS, passedAtMs);
    if (position !== undefined && passed !== position && !isEarly) await pass(position);
    if (!isWithin(FORGET_EVERY_MS, forgottenAtMs)) await forget();
  }

  async function pass(to: number): Promise<void> {
    await journal.pass(HISTORY_READER, to);
    passed = to;
    passedAtMs = clock.now();
  }

  /** What is left after many rounds goes at the next rest. */
  async function forget(): Promise<void> {
    const { keepMs, maxMessages } = limits();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const nowMs = clock.now();
      if ((await history.forget({ unchangedSinceMs: nowMs - keepMs, maxMessages })) > 0) continue;
      forgottenAtMs = nowMs;
      return;
    }
  }

  const follower = makeFollower({ clock, togetherMs: TOGETHER_MS, take, rest, trouble });
  // Where nothing happens any more, the past goes all the same.
  const round = (): Promise<void> => {
    follower.wake();
    return Promise.resolve();
  };
  return withRounds(follower, { clock, everyMs: FORGET_EVERY_MS, round, trouble });
}
