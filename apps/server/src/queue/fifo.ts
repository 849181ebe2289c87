/** As many places may be empty at the front before the rest is moved up. */
const LEAST_GONE = 1_024;

/**
 * First in, first out. The rest is not moved for each one that goes; and what has gone is kept no longer, nor is its place,
 * also where there is always something left.
 */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The one that has waited longest; undefined if there is none. */
  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.size === 0) this.#items = [];
    else if (this.#first < LEAST_GONE || this.#first < this.size) return item;
    else this.#items = this.#items.slice(this.#first);
    this.#first = 0;
    return item;
  }
}
