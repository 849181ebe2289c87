import { spanEnd } from './notes.ts';

/** Counts reports per sender in each minute. */
export interface Flood {
  /**
   * Whether one more report to this reverse-path is to be held, and until when: those of one sender to the same time after
   * the minute. Undefined: it may go now, and is counted.
   */
  holdUntil(reversePath: string, nowMs: number): number | undefined;
}

/** The span in which reports are counted. */
const SPAN_MS = 60_000;

/**
 * Senders of whom much is held come one after the other when the minute is over, each so much later than the one before:
 * what is released takes less than all of the processor, and other mail finds room beside it.
 */
const MS_PER_HELD = 0.5;

/**
 * Makes the counter.
 *
 * @param most - Reports to one reverse-path in a minute; `Infinity` for no limit.
 */
export function makeFlood(most: number): Flood {
  let endMs = -Infinity;
  let senders = new Map<string, { count: number; untilMs: number | undefined }>();
  let held = 0;
  return {
    holdUntil(reversePath, nowMs) {
      const currentEndMs = spanEnd(nowMs, SPAN_MS);
      if (currentEndMs !== endMs) {
        endMs = currentEndMs;
        senders = new Map();
        held = 0;
      }
      const sender = senders.get(reversePath) ?? { count: 0, untilMs: undefined };
      senders.set(reversePath, sender);
      if (sender.count < most) {
        sender.count += 1;
        return undefined;
      }
      sender.untilMs ??= endMs + Math.floor(held * MS_PER_HELD);
      held += 1;
      return sender.untilMs;
    },
  };
}
