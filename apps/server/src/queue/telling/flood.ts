import { MOST_IN_BUNDLE } from './held-report.ts';
import { spanEnd } from './notes.ts';

/** Counts reports per sender in each minute. */
export interface Flood {
  /** One more report to this reverse-path. Undefined: it may go now; else it is to be held. */
  admit(reversePath: string, nowMs: number): Hold | undefined;
}

/** Until when a report is held, and with which others of its sender: so many as go in one message. */
export interface Hold {
  readonly untilMs: number;
  readonly group: number;
}

/** The span in which reports are counted. */
const SPAN_MS = 60_000;

/**
 * What is held comes group after group when the minute is over, each so much later for every report that was held before it:
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
  let senders = new Map<string, { count: number; hold: Hold | undefined }>();
  let held = 0;
  return {
    admit(reversePath, nowMs) {
      const currentEndMs = spanEnd(nowMs, SPAN_MS);
      if (currentEndMs !== endMs) {
        endMs = currentEndMs;
        senders = new Map();
        held = 0;
      }
      const sender = senders.get(reversePath) ?? { count: 0, hold: undefined };
      senders.set(reversePath, sender);
      sender.count += 1;
      const beyond = sender.count - most;
      if (beyond <= 0) return undefined;
      const group = Math.floor((beyond - 1) / MOST_IN_BUNDLE);
      if (sender.hold?.group !== group) sender.hold = { group, untilMs: endMs + Math.floor(held * MS_PER_HELD) };
      held += 1;
      return sender.hold;
    },
  };
}
