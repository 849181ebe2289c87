/** A phrase that was found. */
export type Hit<T> = (value: T, start: number, end: number) => void;

/**
 * Finds many phrases in a text in one pass.
 *
 * A phrase begins where a word begins and ends where a word ends, or anywhere if it ends in `*`; a blank in it stands for
 * any run of white space, `’` for `'`; letters match in either case. All phrases stand in one tree of characters, which is
 * entered at each word: time is linear in the text, with the length of the longest phrase as the worst factor.
 *
 * The tree is three arrays rather than objects: next in line, first below, what ends here. It is built at the first look.
 */
export class PhraseBook<T> {
  readonly #entries: readonly (readonly [phrase: string, value: T])[];
  /** Symbol by UTF-16 code; 0 for what no phrase holds. */
  #symbols: Uint16Array | undefined;
  #root = new Int32Array(0);
  readonly #symbol: number[] = [0];
  readonly #sibling: number[] = [0];
  readonly #child: number[] = [0];
  readonly #whole: (T | undefined)[] = [undefined];
  readonly #open: (T | undefined)[] = [undefined];

  constructor(entries: readonly (readonly [phrase: string, value: T])[]) {
    this.#entries = entries;
  }

  /** Tell `hit` every phrase in `text` between two offsets, in the order in which they begin. */
  scan(text: string, from: number, to: number, hit: Hit<T>): void {
    const symbols = this.#symbols ?? this.#build();
    const root = this.#root;
    let inWord = false;
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      const word = isWord(code);
      if (!inWord || !word) {
        const symbol = code < symbols.length ? (symbols[code] ?? 0) : 0;
        const node = symbol === 0 ? 0 : (root[symbol] ?? 0);
        if (node !== 0) this.#follow(text, at, to, node, hit);
      }
      inWord = word;
    }
  }

  #follow(text: string, start: number, to: number, first: number, hit: Hit<T>): void {
    const symbols = this.#symbols ?? EMPTY;
    let node = first;
    let at = start + 1;
    for (;;) {
      const open = this.#open[node];
      if (open !== undefined) hit(open, start, at);
      const code = at < to ? text.charCodeAt(at) : 0;
      const whole = this.#whole[node];
      if (whole !== undefined && !isWord(code)) hit(whole, start, at);
      if (at >= to) return;
      const symbol = symbols[code] ?? 0;
      if (symbol === 0) return;
      node = this.#step(this.#child[node] ?? 0, symbol);
      if (node === 0) return;
      at++;
      if (symbol === BLANK) while (at < to && symbols[text.charCodeAt(at)] === BLANK) at++;
    }
  }

  #step(first: number, symbol: number): number {
    let node = first;
    while (node !== 0 && this.#symbol[node] !== symbol) node = this.#sibling[node] ?? 0;
    return node;
  }

  #build(): Uint16Array {
    const symbols = new Uint16Array(65_536);
    for (const blank of [9, 10, 13, 32, 0xa0, 0x3000]) symbols[blank] = BLANK;
    let count = BLANK;
    for (const [phrase] of this.#entries) {
      for (const char of phrase) {
        const code = char.charCodeAt(0);
        if (symbols[code] === 0) symbols[code] = ++count;
      }
    }
    for (let letter = 97; letter <= 122; letter++) symbols[letter - 32] = symbols[letter] ?? 0;
    symbols[0x2019] = symbols[0x27] ?? 0;
    this.#symbols = symbols;
    this.#root = new Int32Array(count + 1);
    for (const [phrase, value] of this.#entries) this.#add(symbols, phrase, value);
    return symbols;
  }

  #add(symbols: Uint16Array, phrase: string, value: T): void {
    const isOpen = phrase.endsWith('*');
    const length = isOpen ? phrase.length - 1 : phrase.length;
    let node = 0;
    for (let at = 0; at < length; at++) node = this.#grow(node, symbols[phrase.charCodeAt(at)] ?? 0);
    // After a mark that is no part of a word anything may follow.
    const ends = isOpen || !isWord(phrase.charCodeAt(length - 1));
    (ends ? this.#open : this.#whole)[node] ??= value;
  }

  #grow(node: number, symbol: number): number {
    const known = node === 0 ? (this.#root[symbol] ?? 0) : this.#step(this.#child[node] ?? 0, symbol);
    if (known !== 0) return known;
    const made = this.#symbol.push(symbol) - 1;
    this.#child.push(0);
    this.#whole.push(undefined);
    this.#open.push(undefined);
    if (node === 0) {
      this.#root[symbol] = made;
      this.#sibling.push(0);
    } else {
      this.#sibling.push(this.#child[node] ?? 0);
      this.#child[node] = made;
    }
    return made;
  }
}

const EMPTY = new Uint16Array(0);
const BLANK = 1;

/** An ASCII letter or digit: writing without blanks between words has no word start to wait for. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}
