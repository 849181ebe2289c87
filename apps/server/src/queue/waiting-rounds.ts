import { readMarks } from '../routing/mark.ts';
import type { QueueStore } from '../ports.ts';
import { act, actOnEverything, type ActingParts, type Action } from './control.ts';
import type { Pauses } from './pauses.ts';
import type { Queue } from './queue.ts';
import type { WaitingWork } from './waiting-work.ts';

/** What looking after mail that waits works with. */
export interface WaitingRoundsParts extends ActingParts {
  readonly pauses: Pick<Pauses, 'all'>;
  readonly queue: Pick<Queue, 'full' | 'isFull'>;
  /** What is done for what waits there. */
  readonly work: WaitingWork;
  readonly trouble: (error: unknown) => void;
}

const EVERY_MS = 60_000;
/** Looking takes this share of the time at most, page by page: clients wait for the store, too. */
const SHARE = 1 / 20;
/** A round that comes so much too late: the machine slept, or the clock was set forward. */
const AWAY_MS = 5 * EVERY_MS;

/**
 * Looks after what waits for destinations that are paused, or have as much in hand as they may, and after all that waits while
 * others have whatever may be in hand: it is due, and not claimed for an attempt. The result ends it.
 */
export function startWaitingRounds({
  pauses,
  queue,
  work,
  trouble,
  store,
  clock,
  ids,
}: WaitingRoundsParts): () => Promise<void> {
  let stopped = false;
  let running = Promise.resolve();
  let presentSinceMs = clock.now();
  let timer = wait(EVERY_MS);
  let endRest = (): void => undefined;
  const acting: ActingParts = {
    ...{ clock, ids },
    store: {
      list: inTurns((query) => store.list(query)),
      find: (messageId) => store.find(messageId),
      claimMessage: (claim) => store.claimMessage(claim),
      release: (tokens) => store.release(tokens),
    },
  };

  /** Rests after each page for as long as its share wants; who is stopped finds no more. */
  function inTurns(list: QueueStore['list']): QueueStore['list'] {
    return async (query) => {
      if (stopped) return [];
      const startMs = clock.now();
      const page = await list(query);
      const restMs = (clock.now() - startMs) * (1 / SHARE - 1);
      if (restMs > 0) await rest(restMs);
      return page;
    };
  }

  function rest(ms: number): Promise<void> {
    if (stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.after(ms, resolve);
      endRest = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async function round(): Promise<void> {
    let first: { readonly error: unknown } | undefined;
    const looking: Action = {
      isFor: (recipient, message) => !stopped && work.isDue(recipient, message, presentSinceMs),
      // One message that can't be settled keeps none of the others from it.
      run: (claim, some) => work.run(claim, some, presentSinceMs).catch((error: unknown) => void (first ??= { error })),
    };
    if (queue.isFull()) {
      await actOnEverything(acting, looking);
    } else {
      const full = queue.full().map((key) => readMarks(key).destination);
      for (const destination of new Set([...pauses.all().map((paused) => paused.destination), ...full]))
        await act(acting, { destination }, looking);
    }
    if (first !== undefined) trouble(first.error);
  }

  function wait(ms: number): { cancel(): void } {
    const dueAtMs = clock.now() + ms;
    return clock.after(ms, () => {
      begin(dueAtMs);
    });
  }

  function begin(dueAtMs: number): void {
    const startMs = clock.now();
    if (startMs - dueAtMs > AWAY_MS) presentSinceMs = startMs;
    running = round()
      .catch(trouble)
      .then(() => {
        if (!stopped) timer = wait(EVERY_MS);
      });
  }

  return async () => {
    stopped = true;
    timer.cancel();
    endRest();
    await running;
  };
}
