import type { MailEvent } from '../model.ts';
import type { EventBus, EventFilter, EventSink, LiveEvent } from '../ports.ts';

const MOST_WAITING = 1000;

/** Makes the bus of live events: what is emitted goes to everybody who follows, and nobody keeps the others waiting. */
export function makeEventBus(): EventBus & EventSink {
  const readers = new Set<Reader>();
  return {
    emit(event) {
      for (const reader of readers) reader.offer(event);
    },
    subscribe(options = {}) {
      const reader = new Reader(options, options.maxWaiting ?? MOST_WAITING, () => readers.delete(reader));
      readers.add(reader);
      return reader;
    },
  };
}

class Reader implements AsyncIterableIterator<LiveEvent> {
  readonly #filter: EventFilter;
  readonly #most: number;
  readonly #leave: () => void;
  #waiting: MailEvent[] = [];
  #missed = 0;
  #asking: ((result: IteratorResult<LiveEvent>) => void)[] = [];
  #ended = false;

  constructor(filter: EventFilter, most: number, leave: () => void) {
    this.#filter = filter;
    this.#most = Math.max(1, most);
    this.#leave = leave;
  }

  offer(event: MailEvent): void {
    const { kinds, messageId } = this.#filter;
    if (kinds !== undefined && !kinds.has(event.kind)) return;
    if (messageId !== undefined && messageId !== event.messageId) return;
    const asking = this.#asking.shift();
    if (asking !== undefined) {
      asking({ done: false, value: { event, missed: 0 } });
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length < 2 * this.#most) return;
    // Cut in one go: to move the rest for each event would cost with the square.
    this.#cut();
  }

  next(): Promise<IteratorResult<LiveEvent>> {
    if (this.#waiting.length > this.#most) this.#cut();
    const event = this.#waiting.shift();
    if (event !== undefined) {
      const missed = this.#missed;
      this.#missed = 0;
      return Promise.resolve({ done: false, value: { event, missed } });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#asking.push(resolve));
  }

  return(): Promise<IteratorResult<LiveEvent>> {
    this.#ended = true;
    this.#waiting = [];
    this.#leave();
    for (const asking of this.#asking.splice(0)) asking({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #cut(): void {
    const surplus = this.#waiting.length - this.#most;
    this.#missed += surplus;
    this.#waiting = this.#waiting.slice(surplus);
  }
}
