import type { MailEvent } from '../model.ts';
import type { JournalEntry, NewDeadLetter } from '../ports.ts';
import { mustWait } from './backoff.ts';

/** One event on its way. */
export interface Item {
  readonly event: MailEvent;
  /** `POSITION-INDEX`, of which no two are alike. */
  readonly id: string;
  attempts: number;
  firstFailedMs: number | undefined;
  /** Not before then. */
  retryAtMs: number;
}

interface Batch {
  position: number;
  open: number;
  readonly dead: NewDeadLetter[];
}

/** Events on their way to one webhook: those of one message go one after the other, others side by side. */
export class Lanes {
  /** Of each message that has events here; the first one is being sent or waits for its time. */
  readonly #lanes = new Map<string, Item[]>();
  readonly #batches: Batch[] = [];
  readonly #batchOf = new Map<Item, Batch>();
  readonly #busy = new Set<string>();

  /** Events that are here. */
  get size(): number {
    return this.#batchOf.size;
  }
  get busy(): number {
    return this.#busy.size;
  }

  add({ position, events }: JournalEntry, isWanted: (event: MailEvent) => boolean): void {
    const last = this.#batches.at(-1);
    // Of very many events a few may be wanted: what lies between two of them takes the room of one batch.
    if (last?.open === 0 && !events.some(isWanted)) {
      last.position = position;
      return;
    }
    const batch: Batch = { position, open: 0, dead: [] };
    this.#batches.push(batch);
    for (const [index, event] of events.entries()) {
      if (!isWanted(event)) continue;
      const item = { event, id: `${position}-${index}`, attempts: 0, firstFailedMs: undefined, retryAtMs: 0 };
      batch.open += 1;
      this.#batchOf.set(item, batch);
      const lane = this.#lanes.get(event.messageId);
      if (lane === undefined) this.#lanes.set(event.messageId, [item]);
      else lane.push(item);
    }
  }

  /** Takes an event whose turn and time it is. */
  take(nowMs: number): Item | undefined {
    for (const [messageId, [first]] of this.#lanes) {
      if (first === undefined || this.#busy.has(messageId) || mustWait(first.retryAtMs, nowMs)) continue;
      this.#busy.add(messageId);
      return first;
    }
    return undefined;
  }

  /** When the next event that nobody has taken may go; Infinity if there is none. */
  nextMs(): number {
    let next = Infinity;
    for (const [messageId, [first]] of this.#lanes) {
      if (first !== undefined && !this.#busy.has(messageId) && first.retryAtMs < next) next = first.retryAtMs;
    }
    return next;
  }

  /** It was taken; it will be tried again, behind all that waits. */
  putBack({ event: { messageId } }: Item): void {
    this.#busy.delete(messageId);
    const lane = this.#lanes.get(messageId);
    if (lane === undefined) return;
    this.#lanes.delete(messageId);
    this.#lanes.set(messageId, lane);
  }

  /** It was taken, and is done with: it has arrived, or is dead. */
  end(item: Item, dead?: NewDeadLetter): void {
    const { messageId } = item.event;
    this.#busy.delete(messageId);
    const lane = this.#lanes.get(messageId) ?? [];
    // Nearly always the first. One that is sent again is older than what happened to its message since.
    const at = lane.indexOf(item);
    if (at !== -1) lane.splice(at, 1);
    if (lane.length === 0) this.#lanes.delete(messageId);
    const batch = this.#batchOf.get(item);
    this.#batchOf.delete(item);
    if (batch === undefined) return;
    batch.open -= 1;
    if (dead !== undefined) batch.dead.push(dead);
  }

  /** What waits may be tried again now. */
  hurry(): void {
    for (const [first] of this.#lanes.values()) if (first !== undefined) first.retryAtMs = 0;
  }

  /** Ends what happened before then and nobody has taken; false if there was nothing. */
  endOld(beforeMs: number, nowMs: number, reason: string): boolean {
    const old = [...this.#lanes].flatMap(([messageId, lane]) =>
      this.#busy.has(messageId) ? [] : lane.filter(({ event }) => event.atMs <= beforeMs),
    );
    for (const item of old) this.end(item, { event: item.event, atMs: nowMs, reason });
    return old.length > 0;
  }

  /** What can be passed in the journal: all before it is done with. Undefined if that is nothing. */
  passed(): { readonly position: number; readonly dead: readonly NewDeadLetter[] } | undefined {
    const open = this.#batches.findIndex((batch) => batch.open > 0);
    const done = open === -1 ? this.#batches : this.#batches.slice(0, open);
    const last = done.at(-1);
    return last && { position: last.position, dead: done.flatMap(({ dead }) => dead) };
  }

  /** It has been passed: until then it is kept, for the dead letters are nowhere else. */
  forget(position: number): void {
    const next = this.#batches.findIndex((batch) => batch.position > position);
    this.#batches.splice(0, next === -1 ? this.#batches.length : next);
  }
}
