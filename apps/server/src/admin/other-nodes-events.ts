import type { Clock, Journal } from '../ports.ts';
import type { EventRing } from './ring.ts';

/** The events of other nodes, as long as somebody looks. */
export interface OtherNodesEvents {
  /** Somebody looks, until the function that it gives is called. */
  watch(): () => void;
}

/** Who comes back within this time has missed nothing. */
const LINGER_MS = 60_000;

/**
 * Brings the events of other nodes into the ring while somebody looks, and for a minute after; where events are lacking the
 * ring says so. Without other nodes it does nothing.
 */
export function makeOtherNodesEvents(
  ring: EventRing,
  journal: Pick<Journal, 'watchOthers'>,
  clock: Clock,
): OtherNodesEvents {
  let watchers = 0;
  let watching: { stop(): Promise<void> } | undefined;
  let leaving: { cancel(): void } | undefined;

  function begin(): void {
    leaving?.cancel();
    leaving = undefined;
    if (watching !== undefined) return;
    watching = journal.watchOthers?.({
      take: (events) => events.forEach((event) => ring.emit(event)),
      missed: () => ring.skip(),
    });
    if (watching !== undefined) ring.skip();
  }

  function end(): void {
    const ended = watching;
    watching = undefined;
    leaving = undefined;
    void ended?.stop();
  }

  return {
    watch() {
      watchers++;
      begin();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        watchers--;
        if (watchers === 0 && watching !== undefined) leaving = clock.after(LINGER_MS, end);
      };
    },
  };
}
