/** A destination with recipients that nobody works on, and a lower bound for the place of the first of them. */
export interface Destination {
  readonly name: string;
  dueAtMs: number;
  seq: number;
  /** Position in the heap; -1 while it is set aside. */
  at: number;
}

/**
 * The destinations that wait, the one with the oldest due recipient first: a heap over lower bounds. A bound that is too
 * low costs one look into the store; one that is too high would hide work, so bounds are raised only by who has looked.
 */
export class Destinations {
  readonly #byName = new Map<string, Destination>();
  readonly #heap: Destination[] = [];

  first(): Destination | undefined {
    return this.#heap[0];
  }

  /** There is a recipient at this place. */
  lower(name: string, dueAtMs: number, seq: number): void {
    const known = this.#byName.get(name);
    if (known === undefined) {
      const added = { name, dueAtMs, seq, at: -1 };
      this.#byName.set(name, added);
      this.putBack(added);
    } else if (dueAtMs < known.dueAtMs || (dueAtMs === known.dueAtMs && seq < known.seq)) {
      known.dueAtMs = dueAtMs;
      known.seq = seq;
      if (known.at >= 0) this.#up(known, known.at);
    }
  }

  /** There is no free recipient before this place. */
  raise(destination: Destination, dueAtMs: number, seq: number): void {
    destination.dueAtMs = dueAtMs;
    destination.seq = seq;
    if (destination.at >= 0) this.#down(destination, destination.at);
  }

  /** Takes a destination out of the order until it is put back. */
  setAside(destination: Destination): void {
    const last = this.#heap.pop();
    const at = destination.at;
    destination.at = -1;
    if (last === undefined || last === destination) return;
    this.#up(last, at);
    this.#down(last, last.at);
  }

  putBack(destination: Destination): void {
    this.#heap.push(destination);
    this.#up(destination, this.#heap.length - 1);
  }

  /** There is no free recipient of this destination. */
  remove(destination: Destination): void {
    this.setAside(destination);
    this.#byName.delete(destination.name);
  }

  #up(moving: Destination, from: number): void {
    let at = from;
    while (at > 0) {
      const parent = this.#heap[(at - 1) >> 1];
      if (parent === undefined || !precedes(moving, parent)) break;
      this.#place(parent, at);
      at = (at - 1) >> 1;
    }
    this.#place(moving, at);
  }

  #down(moving: Destination, from: number): void {
    let at = from;
    for (;;) {
      const left = this.#heap[2 * at + 1];
      const right = this.#heap[2 * at + 2];
      const child = right !== undefined && left !== undefined && precedes(right, left) ? right : left;
      if (child === undefined || !precedes(child, moving)) break;
      const next = child.at;
      this.#place(child, at);
      at = next;
    }
    this.#place(moving, at);
  }

  #place(destination: Destination, at: number): void {
    this.#heap[at] = destination;
    destination.at = at;
  }
}

function precedes(a: Destination, b: Destination): boolean {
  if (a.dueAtMs !== b.dueAtMs) return a.dueAtMs < b.dueAtMs;
  return a.seq !== b.seq ? a.seq < b.seq : a.name < b.name;
}
