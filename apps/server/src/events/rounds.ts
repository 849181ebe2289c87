import type { Clock } from '../ports.ts';
import type { Follower } from './follower.ts';

/** What is done by the clock. */
export interface RoundsParts {
  readonly clock: Pick<Clock, 'after'>;
  /** From the end of one round to the next. */
  readonly everyMs: number;
  readonly round: () => Promise<void>;
  readonly trouble: (error: unknown) => void;
}

/** A follower that does something by the clock as well, whether there is news or not. */
export function withRounds(follower: Follower, { clock, everyMs, round, trouble }: RoundsParts): Follower {
  let stopped = false;
  let running = Promise.resolve();
  let timer = clock.after(everyMs, begin);

  function begin(): void {
    running = round()
      .catch(trouble)
      .then(() => {
        if (!stopped) timer = clock.after(everyMs, begin);
      });
  }

  return {
    wake: () => follower.wake(),
    async stop() {
      stopped = true;
      timer.cancel();
      await running;
      await follower.stop();
    },
  };
}
