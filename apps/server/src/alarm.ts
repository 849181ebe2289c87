import type { Clock } from './ports.ts';

/** Rings once, at the earliest of the times that it was set to since it rang last. */
export interface Alarm {
  /** When it will ring; undefined if it is not set. */
  readonly atMs: number | undefined;
  /** Rings no later than then. */
  set(atMs: number): void;
  clear(): void;
}

/** Makes an alarm. */
export function makeAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: { readonly atMs: number; cancel(): void } | undefined;

  function clear(): void {
    timer?.cancel();
    timer = undefined;
  }

  return {
    get atMs() {
      return timer?.atMs;
    },
    set(atMs) {
      if (timer !== undefined && timer.atMs <= atMs) return;
      clear();
      const ringNow = (): void => {
        timer = undefined;
        ring();
      };
      timer = { atMs, ...clock.after(Math.max(1, atMs - clock.now()), ringNow) };
    },
    clear,
  };
}
