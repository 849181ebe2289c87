import type { MailEvent } from '../../model.ts';
import type { JournalEntry } from '../../ports.ts';

/** The events of a write, and how long they are as JSON. */
export interface ToldEvents {
  readonly events: readonly MailEvent[];
  readonly octets: number;
}

/** Which entries the journal has got: positions, and of how many writes the events lie in each. */
export interface NewEntries {
  readonly rows: readonly (readonly [position: number, writes: number])[];
  /** The last position of the journal. */
  readonly end: number;
}

/** Events in memory for readers that lag; who lags further behind reads the database. */
const MOST_OCTETS = 16_777_216;

/**
 * The latest entries of the journal, which readers in this process need not read from the database. There is no gap among
 * them: where an entry came that is not here (with a content, or for one reader), they begin anew behind it.
 */
export class RecentEntries {
  #entries: (JournalEntry & { readonly octets: number })[] = [];
  #octets = 0;
  #from = Infinity;
  #end: number | undefined;

  /** What is committed now, of writes in their order. */
  add(told: readonly ToldEvents[], { rows, end }: NewEntries): void {
    let next = 0;
    for (const [position, writes] of rows) {
      if (position !== (this.#end ?? NaN) + 1) break;
      const some = told.slice(next, (next += writes));
      const octets = some.reduce((sum, each) => sum + each.octets, 0);
      const events = some.length === 1 ? (some[0]?.events ?? []) : some.flatMap((each) => each.events);
      this.#entries.push({ position, events, octets });
      this.#octets += octets;
      this.#end = position;
    }
    if (this.#end !== end) this.#beginAt(end);
    else if (this.#octets > MOST_OCTETS) this.#shorten();
  }

  /** The entries after a position; undefined if not all of them are here. */
  read(after: number, limit: number): readonly JournalEntry[] | undefined {
    if (after < this.#from) return undefined;
    const first = this.#entries.findIndex(({ position }) => position > after);
    if (first === -1) return [];
    return this.#entries.slice(first, first + limit).map(({ position, events }) => ({ position, events }));
  }

  /** Forgets what all have passed. */
  drop(position: number): void {
    const gone = this.#entries.findIndex((entry) => entry.position > position);
    this.#forget(gone === -1 ? this.#entries.length : gone);
  }

  #beginAt(end: number): void {
    this.#entries = [];
    this.#octets = 0;
    this.#end = end;
    this.#from = end;
  }

  /** To half: to move the rest for each entry would cost with the square. */
  #shorten(): void {
    let octets = this.#octets;
    const kept = this.#entries.findIndex((entry) => (octets -= entry.octets) <= MOST_OCTETS / 2);
    this.#forget(kept + 1);
  }

  #forget(count: number): void {
    for (const { position, octets } of this.#entries.splice(0, count)) {
      this.#octets -= octets;
      this.#from = Math.max(this.#from, position);
    }
  }
}
