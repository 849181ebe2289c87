import type { Input } from './input.ts';
import { CR, DOT, LF } from './text.ts';

/** Where in a line the reader stands. A CR, and a dot at the head of a line, are held until what follows is known. */
type Place = 'line-start' | 'text' | 'cr' | 'dot' | 'dot-cr';

const CRLF = Uint8Array.of(CR, LF);
const NONE = new Uint8Array(0);

/**
 * Content as DATA or BDAT brings it, in slices of the chunks received: nothing is copied.
 *
 * End of data is CRLF "." CRLF and nothing else; the CRLF before the dot belongs to the content. A CR or LF that stands
 * alone makes the content flawed, and then nothing more of it is given out, or it becomes CRLF if the caller wants
 * that; in neither case does it begin a line, so a dot after it is never the end. RFC 5321 §2.3.8, §4.1.1.4, §4.5.2.
 */
export class ContentReader {
  /** A bare CR or LF was met, and they are not normalised. */
  flawed = false;
  /** The end of data was read. */
  ended = false;
  readonly #dots: boolean;
  readonly #normalise: boolean;
  #place: Place = 'line-start';
  #turn = -1;
  #cr = -1;
  #lf = -1;

  /** @param dots Whether dots are stuffed and end the content, as with DATA; BDAT counts octets instead. */
  constructor(dots: boolean, normalise: boolean) {
    this.#dots = dots;
    this.#normalise = normalise;
  }

  /**
   * The next slice of content; `undefined` when what `input` has is read, or `most` octets of it, or `ended`.
   *
   * @param most Octets to read at most.
   */
  read(input: Input, most: number): Uint8Array | undefined {
    let left = most;
    while (left > 0 && !this.ended && input.more()) {
      const { chunk, position } = input;
      const slice = this.#step(input, Math.min(chunk.length, position + left));
      left -= input.position - position;
      if (slice.length > 0 && !this.flawed) return slice;
    }
    return undefined;
  }

  /** No more octets will come (BDAT LAST): what is still to be given, if a CR was held. */
  finish(): Uint8Array {
    return this.#place === 'cr' ? this.#flaw() : NONE;
  }

  #step(input: Input, end: number): Uint8Array {
    const octet = input.chunk[input.position];
    switch (this.#place) {
      case 'line-start':
        if (octet === DOT && this.#dots) return this.#hold(input, 'dot');
        break;
      case 'dot':
        // RFC 5321 §4.5.2: the dot goes, what follows it stays.
        if (octet === CR) return this.#hold(input, 'dot-cr');
        break;
      case 'dot-cr':
        if (octet !== LF) return this.#flaw();
        input.position++;
        this.ended = true;
        return NONE;
      case 'cr':
        if (octet !== LF) return this.#flaw();
        input.position++;
        this.#place = 'line-start';
        return CRLF;
      case 'text':
        break;
    }
    return this.#scan(input, end);
  }

  /** Whole lines up to a dot that wants looking at, a flaw, or the end of the chunk. */
  #scan(input: Input, end: number): Uint8Array {
    const { chunk, position: from } = input;
    for (let at = from; ; at += 2) {
      this.#find(input, at);
      const cr = Math.min(this.#cr, end);
      const lf = Math.min(this.#lf, end);
      at = cr;
      if (cr < lf && cr < end - 1 && lf === cr + 1) {
        if (lf + 1 === end || (this.#dots && chunk[lf + 1] === DOT))
          return this.#take(input, 'line-start', lf + 1, lf + 1);
        continue;
      }
      if (cr < lf && cr === end - 1) return this.#take(input, 'cr', cr, end);
      const bare = Math.min(cr, lf);
      if (bare > from) return this.#take(input, 'text', bare, bare);
      input.position++;
      return this.#flaw();
    }
  }

  /** The next CR and LF from `at` on; each is looked for once, however many slices a chunk gives. */
  #find({ chunk, turn }: Input, at: number): void {
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#cr = this.#lf = -1;
    }
    if (this.#cr < at) this.#cr = orEnd(chunk.indexOf(CR, at), chunk);
    if (this.#lf < at) this.#lf = orEnd(chunk.indexOf(LF, at), chunk);
  }

  #take(input: Input, place: Place, end: number, next: number): Uint8Array {
    const slice = input.chunk.subarray(input.position, end);
    input.position = next;
    this.#place = place;
    return slice;
  }

  #hold(input: Input, place: Place): Uint8Array {
    input.position++;
    this.#place = place;
    return NONE;
  }

  #flaw(): Uint8Array {
    this.#place = 'text';
    if (this.#normalise) return CRLF;
    this.flawed = true;
    return NONE;
  }
}

function orEnd(index: number, chunk: Uint8Array): number {
  return index < 0 ? chunk.length : index;
}
