/** A way into a TOML document: keys and, within arrays, indexes. */
export type KeyPath = readonly (string | number)[];

/**
 * Finds the line (from 1) on which each key of a TOML document stands, so that a message can point to it.
 *
 * The text must be valid TOML: it is only walked, not checked. A path that does not occur gives the line of its
 * nearest ancestor, 1 if there is none.
 *
 * @example
 * ```ts
 * locateKeys('[retry]\ndelays = [\n "1m",\n "x"\n]')(['retry', 'delays', 1]) // 4
 * ```
 */
export function locateKeys(text: string): (path: KeyPath) => number {
  const lines = new Walk(text).lines;
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(JSON.stringify(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  };
}

class Walk {
  readonly lines: Map<string, number> = new Map<string, number>();
  readonly #text: string;
  readonly #arrayLengths = new Map<string, number>();
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
    let table: KeyPath = [];
    this.#skipBlank();
    while (this.#at < text.length) {
      if (text[this.#at] === '[') table = this.#header();
      else this.#pair(table);
      this.#skipBlank();
    }
  }

  /** `[a.b]` or `[[a.b]]`: the path of the table that begins. */
  #header(): KeyPath {
    const line = this.#line;
    const isArray = this.#text[this.#at + 1] === '[';
    this.#at += isArray ? 2 : 1;
    const keys = this.#keys();
    this.#at += isArray ? 2 : 1;
    // Within a header the name of an array of tables means its last element.
    let path: KeyPath = [];
    for (const [i, key] of keys.entries()) {
      path = [...path, key];
      const name = JSON.stringify(path);
      const length = this.#arrayLengths.get(name);
      if (isArray && i === keys.length - 1) {
        this.#note(path, line);
        this.#arrayLengths.set(name, (length ?? 0) + 1);
        path = [...path, length ?? 0];
      } else if (length !== undefined) path = [...path, length - 1];
    }
    this.#note(path, line);
    return path;
  }

  /** `a.b = value` */
  #pair(table: KeyPath): void {
    const line = this.#line;
    let path = table;
    for (const key of this.#keys()) {
      path = [...path, key];
      this.#note(path, line);
    }
    this.#at++;
    this.#skipBlank();
    this.#value(path);
  }

  /** Dotted keys, bare or quoted, up to the character that ends them. */
  #keys(): readonly string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skipBlank();
      const start = this.#at;
      const quote = this.#text[start];
      if (quote === '"' || quote === "'") {
        this.#string();
        keys.push(this.#text.slice(start + 1, this.#at - 1));
      } else {
        while (/[A-Za-z0-9_-]/.test(this.#text[this.#at] ?? '')) this.#at++;
        keys.push(this.#text.slice(start, this.#at));
      }
      this.#skipBlank();
      if (this.#text[this.#at] !== '.') return keys;
      this.#at++;
    }
  }

  #value(path: KeyPath): void {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#string();
    else if (first === '[') this.#array(path);
    else if (first === '{') this.#inlineTable(path);
    else {
      do this.#at++;
      while (this.#at < this.#text.length && !/[,\]}#\n]/.test(this.#text[this.#at] ?? ''));
    }
  }

  #array(path: KeyPath): void {
    this.#at++;
    for (let i = 0; this.#comesBefore(']'); i++) {
      const element = [...path, i];
      this.#note(element, this.#line);
      this.#value(element);
      this.#skipBlank();
      if (this.#text[this.#at] === ',') this.#at++;
    }
  }

  #inlineTable(path: KeyPath): void {
    this.#at++;
    while (this.#comesBefore('}')) {
      this.#pair(path);
      this.#skipBlank();
      if (this.#text[this.#at] === ',') this.#at++;
    }
  }

  /** Whether something stands before the closing bracket; steps over the bracket if not. */
  #comesBefore(close: string): boolean {
    this.#skipBlank();
    if (this.#at >= this.#text.length) return false;
    if (this.#text[this.#at] !== close) return true;
    this.#at++;
    return false;
  }

  #string(): void {
    const quote = this.#text[this.#at] ?? '"';
    const triple = quote.repeat(3);
    const close = this.#text.startsWith(triple, this.#at) ? triple : quote;
    this.#at += close.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(close, this.#at)) {
      if (this.#text[this.#at] === '\n') this.#line++;
      if (quote === '"' && this.#text[this.#at] === '\\' && this.#text[this.#at + 1] !== '\n') this.#at++;
      this.#at++;
    }
    this.#at += close.length;
    // A string in triple quotes may end with one or two quotes of its own.
    while (close.length === 3 && this.#text[this.#at] === quote) this.#at++;
  }

  /** White space, line ends and comments. */
  #skipBlank(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at];
      if (char === '\n') this.#line++;
      else if (char === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = (end === -1 ? this.#text.length : end) - 1;
      } else if (char !== ' ' && char !== '\t' && char !== '\r') return;
    }
  }

  #note(path: KeyPath, line: number): void {
    const name = JSON.stringify(path);
    if (!this.lines.has(name)) this.lines.set(name, line);
  }
}
