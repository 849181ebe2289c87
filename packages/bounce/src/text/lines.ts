/** How many lines lie between two places that are remembered: a message of nothing but line ends costs little memory. */
const STEP = 8;

/** Line numbers for offsets in a text: what lies before an offset is looked through once, however often is asked. */
export class LineIndex {
  readonly #text: string;
  /** Where the lines 1, 1 + STEP, … begin. */
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
  }

  /** The 1-based line that holds an offset. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#walk(low, (start) => start <= offset).line;
  }

  /** Where a 1-based line begins; the end of the text for lines beyond. */
  startOf(line: number): number {
    const mark = Math.min(Math.floor((line - 1) / STEP), this.#starts.length - 1);
    const found = this.#walk(mark, (_, at) => at <= line);
    return found.line < line ? this.#text.length : found.start;
  }

  /** Go on from a remembered place to the last line that passes. */
  #walk(mark: number, passes: (start: number, line: number) => boolean): { line: number; start: number } {
    let line = mark * STEP + 1;
    let start = this.#starts[mark] ?? 0;
    for (;;) {
      const end = this.#text.indexOf('\n', start);
      if (end < 0 || !passes(end + 1, line + 1)) return { line, start };
      line++;
      start = end + 1;
      if ((line - 1) % STEP === 0 && (line - 1) / STEP === this.#starts.length) this.#starts.push(start);
    }
  }
}
