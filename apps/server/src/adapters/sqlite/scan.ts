import type { StatementSync } from 'node:sqlite';
import type { Destination } from './destinations.ts';

/** The place of a recipient in the order of its destination. */
export interface Due {
  readonly due_at: number;
  readonly seq: number;
  readonly n: number;
}

const mostPerPage = 64;

/** Goes through the recipients of one destination in the order in which they are due, a page at a time. */
export class DueScan {
  readonly #statement: StatementSync;
  readonly #name: string;
  readonly #perPage: number;
  #page: readonly Due[] = [];
  #at = 0;
  /** The next page begins after this place. */
  #after: Due;
  #isLastPage = false;

  /** Begins at the bound of the destination; `expected` recipients will probably be taken. */
  constructor(statement: StatementSync, destination: Destination, expected: number) {
    this.#statement = statement;
    this.#name = destination.name;
    // One more tells where the next one is.
    this.#perPage = Math.min(mostPerPage, expected + 1);
    this.#after = { due_at: destination.dueAtMs, seq: destination.seq, n: -1 };
  }

  /** The first recipient from here on that is free. */
  find(isFree: (due: Due) => boolean): Due | undefined {
    for (;;) {
      for (; this.#at < this.#page.length; this.#at += 1) {
        const due = this.#page[this.#at];
        if (due !== undefined && isFree(due)) return due;
      }
      if (this.#isLastPage) return undefined;
      this.#turn();
    }
  }

  /** Goes on behind the recipients of a message that are due together. */
  pass({ due_at, seq }: Due): void {
    while (this.#page[this.#at]?.due_at === due_at && this.#page[this.#at]?.seq === seq) this.#at += 1;
    if (this.#at === this.#page.length) this.#after = { due_at, seq, n: Number.MAX_SAFE_INTEGER };
  }

  #turn(): void {
    const { due_at, seq, n } = this.#after;
    this.#page = this.#statement.all(this.#name, due_at, seq, n, this.#perPage) as unknown as Due[];
    this.#at = 0;
    this.#isLastPage = this.#page.length < this.#perPage;
    this.#after = this.#page.at(-1) ?? this.#after;
  }
}
