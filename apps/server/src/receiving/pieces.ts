import { inOne, join } from '../queue/content.ts';

/** So many pieces stay as they came; each may be a little of larger memory, and keeps all of that. */
const LOOSE = 8;

/**
 * Pieces of content in memory, in order. A few are kept as they came, which is all there is of most messages; when they get more,
 * all are copied together, so that octets that come one at a time cost an octet each.
 */
export class Pieces {
  #sizeOctets = 0;
  #together = new Uint8Array(0);
  #length = 0;
  #loose: Uint8Array[] = [];

  get sizeOctets(): number {
    return this.#sizeOctets;
  }

  add(piece: Uint8Array): void {
    this.#sizeOctets += piece.length;
    if (this.#loose.push(piece) > LOOSE) this.#gather();
  }

  /** All of them in a row; what is added later is not in there. */
  whole(): Uint8Array {
    return this.#length === 0 ? inOne(this.#loose) : join([this.#together.subarray(0, this.#length), ...this.#loose]);
  }

  #gather(): void {
    if (this.#sizeOctets > this.#together.length) {
      const larger = new Uint8Array(this.#sizeOctets * 2);
      larger.set(this.#together.subarray(0, this.#length));
      this.#together = larger;
    }
    for (const piece of this.#loose) {
      this.#together.set(piece, this.#length);
      this.#length += piece.length;
    }
    this.#loose = [];
  }
}
