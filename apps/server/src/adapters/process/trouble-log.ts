import type { Clock } from '../../ports.ts';

/** For how long the same trouble is only counted after it was told. */
const QUIET_MS = 60_000;
/** So many kinds of trouble are counted at once; those told longest ago make room. */
const MOST_KINDS = 100;

/** Tells operators of trouble. */
export interface TroubleLog {
  /** A full disk refuses every message: the first is told at once; those of a minute are told with the first one after it. */
  readonly trouble: (error: unknown) => void;
  /** Tells what was counted and not told yet: the process ends. */
  readonly end: () => void;
}

/** @param tell gets the latest error of a kind, and how many there were since one was told */
export function makeTroubleLog({ now }: Pick<Clock, 'now'>, tell: (error: unknown, times: number) => void): TroubleLog {
  /** By their words without names of files, in the order in which they were told. */
  const kinds = new Map<string, { readonly toldAtMs: number; latest: unknown; untold: number }>();

  function forget(kind: string): void {
    const counted = kinds.get(kind);
    kinds.delete(kind);
    if (counted !== undefined && counted.untold > 0) tell(counted.latest, counted.untold);
  }

  return {
    trouble(error) {
      // Each message has a file of its own, which Node names: "ENOSPC: no space left on device, open 'spool/…'".
      const kind = String(error).replaceAll(/'[^']*'/g, '');
      const nowMs = now();
      const counted = kinds.get(kind);
      if (counted !== undefined && Math.abs(nowMs - counted.toldAtMs) < QUIET_MS) {
        counted.latest = error;
        counted.untold += 1;
        return;
      }
      tell(error, 1 + (counted?.untold ?? 0));
      kinds.delete(kind);
      const [oldest] = kinds.keys();
      if (kinds.size >= MOST_KINDS && oldest !== undefined) forget(oldest);
      kinds.set(kind, { toldAtMs: nowMs, latest: error, untold: 0 });
    },
    end() {
      for (const kind of [...kinds.keys()]) forget(kind);
    },
  };
}
