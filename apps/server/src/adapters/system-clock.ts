import type { Clock } from '../ports.ts';

/** Longest delay that one timer of the system takes (2^31 − 1 ms, some 24 days). */
const maxDelayMs = 2_147_483_647;

/**
 * The time of the system. A timer that was not cancelled keeps the process alive: who starts one cancels it when stopping.
 *
 * @example new SystemClock().now()
 */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      timer = setTimeout(
        () => (leftMs > maxDelayMs ? arm(leftMs - maxDelayMs) : run()),
        Math.min(Math.max(0, leftMs), maxDelayMs),
      );
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(timer) };
  }
}
