import type { Clock, KeptPolicy, PolicyStore } from '../ports.ts';

/** What keeping policies works with. */
export interface StsKeepingParts {
  readonly clock: Clock;
  readonly store: PolicyStore;
  /** What is to be kept. */
  readonly known: () => readonly KeptPolicy[];
  readonly trouble: (error: unknown) => void;
}

/** Keeps the policies over a restart. */
export interface StsKeeping {
  /** Those that are in force still; none if they can't be read. Never rejects. */
  load(): Promise<readonly KeptPolicy[]>;
  /** They are saved soon. */
  changed(): void;
  /** Saves what has changed. */
  stop(): Promise<void>;
}

/** What changes within this time is saved together. */
const TOGETHER_MS = 10_000;
/** What could not be saved is tried again after this time. */
const AGAIN_MS = 600_000;

/** Nobody waits for what is saved: a crash loses the policies of the last seconds, which are fetched anew. */
export function makeStsKeeping({ clock, store, known, trouble }: StsKeepingParts): StsKeeping {
  let timer: { cancel(): void } | undefined;
  let saving = Promise.resolve();

  function save(): void {
    timer = undefined;
    saving = saving
      .then(() => store.save(known()))
      .catch((error: unknown) => {
        trouble(error);
        timer ??= clock.after(AGAIN_MS, save);
      });
  }

  return {
    async load() {
      try {
        const nowMs = clock.now();
        return (await store.load()).map((kept) => bounded(kept, nowMs)).filter((kept) => kept.expiresAtMs > nowMs);
      } catch (error) {
        trouble(error);
        return [];
      }
    },
    changed() {
      timer ??= clock.after(TOGETHER_MS, save);
    },
    async stop() {
      const isDue = timer !== undefined;
      timer?.cancel();
      if (isDue) save();
      await saving;
      timer?.cancel();
    },
  };
}

/** Fetched by a clock that was ahead and has been set back, it still lasts no longer than its `max_age`. */
function bounded(kept: KeptPolicy, nowMs: number): KeptPolicy {
  const fetchedAtMs = Math.min(kept.fetchedAtMs, nowMs);
  return {
    ...kept,
    fetchedAtMs,
    expiresAtMs: Math.min(kept.expiresAtMs, fetchedAtMs + kept.policy.maxAgeSeconds * 1000),
  };
}
