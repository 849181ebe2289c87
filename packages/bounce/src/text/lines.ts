/** Line numbers for offsets in a text: each stretch of it is looked through once, however often is asked. */
export class LineIndex {
  readonly #text: string;
  readonly #ends: number[] = [];
  #read = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The 1-based line that holds an offset. */
  lineAt(offset: number): number {
    while (this.#read <= offset) {
      const end = this.#text.indexOf('\n', this.#read);
      this.#ends.push(end < 0 ? Infinity : end);
      this.#read = end < 0 ? Infinity : end + 1;
    }
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? Infinity) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }

  /** Where a 1-based line begins; the end of the text for lines beyond. */
  startOf(line: number): number {
    if (line <= 1) return 0;
    while (this.#ends.length < line - 1 && this.#read !== Infinity) this.lineAt(this.#read);
    const end = this.#ends[line - 2] ?? Infinity;
    return end === Infinity ? this.#text.length : end + 1;
  }
}
