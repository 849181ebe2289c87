import type { Clock, HistoryWriter, Journal } from '../ports.ts';

/** What keeping a history works with. */
export interface KeeperParts {
  readonly journal: Journal;
  readonly history: HistoryWriter;
  readonly clock: Clock;
  /** How long a message is known after its last change. */
  readonly keepMs: number;
  readonly maxMessages: number;
  readonly trouble: (error: unknown) => void;
}

/** Takes the journal into the history. */
export interface Keeper {
  /** There is something new in the journal. */
  wake(): void;
  /** Takes what there is, then no more. */
  stop(): Promise<void>;
}

export const HISTORY_READER = 'history';

const BATCH = 256;
/** What happens within this time goes into the history together. */
const TOGETHER_MS = 200;
/** While more comes, the journal gives back its room so often. */
const PASS_EVERY_MS = 1_000;
const AGAIN_MS = 5_000;
const FORGET_EVERY_MS = 60_000;

/** Makes the keeper. The history may lag behind: nothing that mail needs waits for it. */
export function makeKeeper({ journal, history, clock, keepMs, maxMessages, trouble }: KeeperParts): Keeper {
  let timer: { cancel(): void } | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let forgetAtMs = 0;
  let position: number | undefined;
  /** What the journal knows of it; after a crash the history's own word counts. */
  let passed: number | undefined;
  let passAtMs = 0;

  async function take(): Promise<void> {
    position ??= await history.position();
    for (;;) {
      again = false;
      const entries = await journal.read({ reader: HISTORY_READER, after: position, limit: BATCH, contents: true });
      const last = entries.at(-1);
      if (last === undefined) break;
      await history.record({
        position: last.position,
        events: entries.flatMap(({ events }) => events),
        contents: entries.flatMap(({ content }) => content ?? []),
      });
      position = last.position;
      // What has come meanwhile is taken together with what follows it.
      if (entries.length < BATCH) break;
    }
    if (passed !== position && !mayPassLater()) await pass(position);
    const nowMs = clock.now();
    if (nowMs < forgetAtMs) return;
    forgetAtMs = nowMs + FORGET_EVERY_MS;
    await history.forget({ unchangedSinceMs: nowMs - keepMs, maxMessages });
  }

  function mayPassLater(): boolean {
    return again && !stopped && clock.now() < passAtMs;
  }

  async function pass(to: number): Promise<void> {
    await journal.pass(HISTORY_READER, to);
    passed = to;
    passAtMs = clock.now() + PASS_EVERY_MS;
  }

  function run(): void {
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
  }

  function later(ms: number): void {
    if (!stopped) timer ??= clock.after(ms, run);
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
      await take().catch(trouble);
    },
  };
}
