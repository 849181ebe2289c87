import type { Clock, Journal } from '../ports.ts';
import type { Suppressing } from './list.ts';

export const SUPPRESSION_READER = 'suppression';

const BATCH = 256;
const TOGETHER_MS = 100;
const AGAIN_MS = 5_000;

/** What following failures works with. */
export interface FollowParts {
  readonly journal: Journal;
  readonly list: Pick<Suppressing, 'take'>;
  readonly clock: Clock;
  readonly trouble: (error: unknown) => void;
}

/** Takes failures from the journal to the list. */
export function followFailures({ journal, list, clock, trouble }: FollowParts): {
  wake(): void;
  stop(): Promise<void>;
} {
  let timer: { cancel(): void } | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  async function take(): Promise<void> {
    for (;;) {
      again = false;
      const entries = await journal.read({ reader: SUPPRESSION_READER, limit: BATCH });
      const last = entries.at(-1);
      if (last === undefined) return;
      await list.take(entries.flatMap(({ events }) => events));
      await journal.pass(SUPPRESSION_READER, last.position);
    }
  }

  function later(ms: number): void {
    if (stopped) return;
    timer ??= clock.after(ms, () => {
      timer = undefined;
      running = take()
        .catch((error: unknown) => {
          trouble(error);
          later(AGAIN_MS);
        })
        .finally(() => {
          running = undefined;
          if (again) later(TOGETHER_MS);
        });
    });
  }

  return {
    wake() {
      if (running !== undefined) again = true;
      else later(TOGETHER_MS);
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
