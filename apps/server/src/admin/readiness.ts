import { StoreError, type Clock } from '../ports.ts';

/** Whether mail that came now would be taken, judged by what became of commits. */
export interface Readiness {
  committed(): void;
  failed(error: unknown): void;
  /** Why mail is not taken now; undefined if it is. `probe` commits something that changes nothing. */
  trouble(probe: () => Promise<void>): Promise<string | undefined>;
}

/** What came to an end within this time needs no proof. */
const FRESH_MS = 5_000;
/** So many failures in a row, and no success since, speak for themselves: what is tried may be less than what mail needs. */
const MOST_FAILURES = 3;
/** Where no mail comes since it is known that the store fails, what failed is no news after this time. */
const FAILURE_COUNTS_MS = 30_000;
/** A store that is busy has not failed; one that does not answer for so long takes no mail either. */
const PATIENCE_MS = 10_000;

/**
 * Makes the judgement. One failed commit may have been the fault of one message, or have passed: it is enough only where
 * another one fails as well.
 */
export function makeReadiness(clock: Clock): Readiness {
  let failures = 0;
  let failure = { reason: '', atMs: -Infinity };
  let provenAtMs = -Infinity;
  let proving: Promise<string | undefined> | undefined;

  function committed(): void {
    failures = 0;
    provenAtMs = clock.now();
  }

  async function prove(probe: () => Promise<void>): Promise<string | undefined> {
    try {
      await inTime(clock, probe());
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    provenAtMs = clock.now();
    return undefined;
  }

  return {
    committed,
    failed(error) {
      if (!(error instanceof StoreError)) return;
      failures += 1;
      failure = { reason: error.message, atMs: clock.now() };
    },
    trouble(probe) {
      const nowMs = clock.now();
      if (failures >= MOST_FAILURES && nowMs - failure.atMs < FAILURE_COUNTS_MS) return Promise.resolve(failure.reason);
      if (provenAtMs > failure.atMs && nowMs - provenAtMs < FRESH_MS) return Promise.resolve(undefined);
      // Whoever asks meanwhile waits for the same answer.
      proving ??= prove(probe).finally(() => (proving = undefined));
      return proving;
    },
  };
}

async function inTime(clock: Clock, proof: Promise<void>): Promise<void> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(PATIENCE_MS, () =>
      reject(new Error(`The store has not answered for ${PATIENCE_MS / 1000} seconds`)),
    );
  });
  try {
    await Promise.race([proof, late]);
  } finally {
    timer?.cancel();
  }
}
