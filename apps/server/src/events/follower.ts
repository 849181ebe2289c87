import type { Clock } from '../ports.ts';

/** Takes from the journal what it is for, when there is something new. */
export interface Follower {
  /** There is something new in the journal. */
  wake(): void;
  /** Takes what there is, then no more. */
  stop(): Promise<void>;
}

/** What following the journal works with. */
export interface FollowerParts {
  readonly clock: Pick<Clock, 'after'>;
  /** What comes within this time is taken together. */
  readonly togetherMs: number;
  /** Takes a batch; false: that was all. */
  readonly take: () => Promise<boolean>;
  /** All was taken. `isSoonAgain`: more has come meanwhile, and this is called again after it. */
  readonly rest?: (isSoonAgain: boolean) => Promise<void>;
  readonly trouble: (error: unknown) => void;
}

/** What could not be taken is tried again after this time. */
const AGAIN_MS = 5_000;

/** Makes a follower. It takes one batch at a time, and lags behind: nothing that mail needs may wait for it. */
export function makeFollower({ clock, togetherMs, take, rest, trouble }: FollowerParts): Follower {
  let timer: { cancel(): void } | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  const isSoonAgain = (): boolean => again && !stopped;

  async function takeAll(): Promise<void> {
    do again = false;
    while (await take());
    await rest?.(isSoonAgain());
  }

  function run(): void {
    timer = undefined;
    running = takeAll()
      .catch((error: unknown) => {
        trouble(error);
        later(AGAIN_MS);
      })
      .finally(() => {
        running = undefined;
        if (again) later(togetherMs);
      });
  }

  function later(ms: number): void {
    if (!stopped) timer ??= clock.after(ms, run);
  }

  return {
    wake() {
      if (running !== undefined) again = true;
      else later(togetherMs);
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
      await takeAll().catch(trouble);
    },
  };
}
