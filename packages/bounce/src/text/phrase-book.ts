/** A phrase that was found. True ends the search. */
export type Hit<T> = (value: T, start: number, end: number) => boolean;

/**
 * Finds many phrases in a text in one pass.
 *
 * A phrase has two characters or more. It begins where a word begins and ends where a word ends, or anywhere if it ends
 * in `*` or in a mark; a blank in it stands for any run of white space, `’` for `'`; letters match in either case. All
 * phrases stand in one tree of characters, which is entered at each word: time is linear in the text, with the length of
 * the longest phrase as the worst factor. The tree is built at the first look.
 */
export class PhraseBook<T> {
  #entries: readonly (readonly [phrase: string, value: T])[];
  /** By UTF-16 code: the symbol, 0 for what no phrase holds, and whether the character belongs to words. */
  #codes = NONE;
  #width = 0;
  /** The node that two symbols lead to: most words are given up here. */
  #pairs = new Int32Array(0);
  /** The nodes of the tree side by side, as one look at memory gives a whole one; see {@link CHILD}. */
  #nodes = new Int32Array(0);
  #size = NODE;
  /** What ends at a node, by its place. */
  readonly #whole = new Map<number, T>();
  readonly #open = new Map<number, T>();

  constructor(entries: readonly (readonly [phrase: string, value: T])[]) {
    this.#entries = entries;
  }

  /** Tell `hit` every phrase in `text` between two offsets, in the order in which they begin. */
  scan(text: string, from: number, to: number, hit: Hit<T>): void {
    if (this.#entries.length > 0) this.#build();
    const codes = this.#codes;
    const pairs = this.#pairs;
    const width = this.#width;
    const units = unitsOf(text, from, to);
    const length = to - from;
    let current = length > 0 ? (codes[units[0] ?? 0] ?? 0) : 0;
    let before = 0;
    for (let at = 0; at < length; at++) {
      const next = at + 1 < length ? (codes[units[at + 1] ?? 0] ?? 0) : 0;
      if ((before & current & WORD) === 0 && (current & SYMBOL) !== 0) {
        const node = pairs[(current & SYMBOL) * width + (next & SYMBOL)] ?? 0;
        if (node !== 0 && this.#follow(units, length, at, node, from, hit)) return;
      }
      before = current;
      current = next;
    }
  }

  /** Go down from the node of the first two characters. */
  #follow(units: Units, length: number, start: number, second: number, base: number, hit: Hit<T>): boolean {
    const codes = this.#codes;
    const nodes = this.#nodes;
    let node = second;
    let at = start + 2;
    for (;;) {
      const own = nodes[node] ?? 0;
      if ((own & SYMBOL) === BLANK) while (at < length && ((codes[units[at] ?? 0] ?? 0) & SYMBOL) === BLANK) at++;
      const code = at < length ? (codes[units[at] ?? 0] ?? 0) : 0;
      if (own > SYMBOL) {
        const open = this.#open.get(node);
        if (open !== undefined && hit(open, base + start, base + at)) return true;
        const whole = (code & WORD) === 0 ? this.#whole.get(node) : undefined;
        if (whole !== undefined && hit(whole, base + start, base + at)) return true;
      }
      const symbol = code & SYMBOL;
      node = nodes[node + CHILD] ?? 0;
      while (node !== 0 && ((nodes[node] ?? 0) & SYMBOL) !== symbol) node = nodes[node + SIBLING] ?? 0;
      if (node === 0) return false;
      at++;
    }
  }

  #build(): void {
    const codes = new Uint16Array(65_536);
    for (const blank of [9, 10, 13, 32, 0xa0, 0x3000]) codes[blank] = BLANK;
    let count = BLANK;
    for (const [phrase] of this.#entries) {
      for (let at = 0; at < phrase.length; at++) {
        const code = phrase.charCodeAt(at);
        if (codes[code] === 0) codes[code] = ++count;
      }
    }
    for (let letter = 97; letter <= 122; letter++) codes[letter - 32] = codes[letter] ?? 0;
    codes[0x2019] = codes[0x27] ?? 0;
    this.#codes = codes;
    this.#width = count + 1;
    this.#pairs = new Int32Array(this.#width * this.#width);
    this.#nodes = new Int32Array(this.#entries.reduce((sum, [phrase]) => sum + phrase.length, 1) * NODE);
    for (const [phrase, value] of this.#entries) this.#add(phrase, value);
    this.#nodes = this.#nodes.slice(0, this.#size);
    for (let code = 0; code < 128; code++) if (isWord(code)) codes[code] = (codes[code] ?? 0) | WORD;
    this.#entries = [];
  }

  #add(phrase: string, value: T): void {
    const symbols = Array.from(phrase, (_, at) => this.#codes[phrase.charCodeAt(at)] ?? 0);
    const isOpen = phrase.endsWith('*');
    const length = isOpen ? phrase.length - 1 : phrase.length;
    const pair = (symbols[0] ?? 0) * this.#width + (symbols[1] ?? 0);
    let node = (this.#pairs[pair] ||= this.#make(symbols[1] ?? 0));
    for (let at = 2; at < length; at++) node = this.#grow(node, symbols[at] ?? 0);
    // After a mark that is no part of a word anything may follow.
    const ends = isOpen || !isWord(phrase.charCodeAt(length - 1));
    const values = ends ? this.#open : this.#whole;
    if (!values.has(node)) values.set(node, value);
    this.#nodes[node] = (this.#nodes[node] ?? 0) | ENDS;
  }

  #grow(above: number, symbol: number): number {
    const nodes = this.#nodes;
    const first = nodes[above + CHILD] ?? 0;
    let node = first;
    while (node !== 0 && ((nodes[node] ?? 0) & SYMBOL) !== symbol) node = nodes[node + SIBLING] ?? 0;
    if (node !== 0) return node;
    const made = this.#make(symbol);
    nodes[made + SIBLING] = first;
    return (nodes[above + CHILD] = made);
  }

  #make(symbol: number): number {
    const made = this.#size;
    this.#nodes[made] = symbol;
    this.#size += NODE;
    return made;
  }
}

type Units = Uint8Array | Uint16Array;

const encoder = /* @__PURE__ */ new TextEncoder();
const octets = /* @__PURE__ */ new Uint8Array(8192);

/**
 * The characters of a piece of text as numbers. A piece of a longer string is slow to read one by one, so ASCII is
 * copied at once, into a room that only one search uses at a time.
 */
function unitsOf(text: string, from: number, to: number): Units {
  if (to - from <= octets.length) {
    const piece = text.slice(from, to);
    const { read, written } = encoder.encodeInto(piece, octets);
    if (read === piece.length && written === read) return octets;
  }
  const units = new Uint16Array(Math.max(0, to - from));
  for (let at = 0; at < units.length; at++) units[at] = text.charCodeAt(from + at);
  return units;
}

const NONE = new Uint16Array(0);
const BLANK = 1;
/** The bit of characters that belong to words, and those of the symbol. */
const WORD = 0x8000;
const SYMBOL = 0x7fff;
/** A node: its symbol and whether a phrase ends there; the first node below; the next one beside it. */
const CHILD = 1;
const SIBLING = 2;
const NODE = 3;
const ENDS = 0x8000;

/** An ASCII letter or digit: writing without blanks between words has no word start to wait for. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}
