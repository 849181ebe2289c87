import type { MailEvent } from '../model.ts';
import type { EventSink } from '../ports.ts';

/** The latest events, for everybody who follows: each reads on from where it is, and none keeps the others waiting. */
export interface EventRing extends EventSink {
  /** The number of the event that comes next. */
  next(): number;
  /** The oldest event that is still there. */
  oldest(): number;
  /** The events from a number on, at most `limit`, with their numbers; of those that are gone nothing. */
  read(from: number, limit: number): readonly Numbered[];
  /** Resolves when there is an event of that number, or `signal` is aborted. */
  wait(number: number, signal: AbortSignal): Promise<void>;
  /** Events are lacking here: whoever reads is told. */
  skip(): void;
  /** Which run of the server counts these numbers. */
  readonly run: string;
}
export interface Numbered {
  readonly number: number;
  /** Undefined: events are lacking here. */
  readonly event: MailEvent | undefined;
}

/** Makes a ring that keeps `size` events. */
export function makeEventRing(size: number, run: string): EventRing {
  const events: (MailEvent | undefined)[] = [];
  let next = 0;
  let waiting: (() => void)[] = [];
  const oldest = (): number => Math.max(0, next - size);
  function add(event: MailEvent | undefined): void {
    events[next % size] = event;
    next++;
    if (waiting.length === 0) return;
    for (const wake of waiting.splice(0)) wake();
  }
  return {
    run,
    next: () => next,
    oldest,
    emit: add,
    skip: () => add(undefined),
    read(from, limit) {
      const found: Numbered[] = [];
      for (let number = Math.max(from, oldest()); number < next && found.length < limit; number++)
        found.push({ number, event: events[number % size] });
      return found;
    },
    async wait(number, signal) {
      while (number >= next && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            signal.removeEventListener('abort', done);
            waiting = waiting.filter((other) => other !== done);
            resolve();
          };
          waiting.push(done);
          signal.addEventListener('abort', done);
        });
      }
    },
  };
}
