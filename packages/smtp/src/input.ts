const NOTHING = new Uint8Array(0);
const SMALL = 512;
const LARGEST_PACK = 16_384;

/**
 * Octets received and not yet read, as a queue of chunks.
 *
 * A chunk is kept as it came (no copy); small ones that arrive behind unread ones are packed together, so that a
 * peer who sends single octets costs one octet each and not one object each.
 */
export class Input {
  /** The chunk being read, and where in it. */
  chunk: Uint8Array = NOTHING;
  position = 0;
  /** Changes with each chunk: an array that its owner fills again is another chunk. */
  turn = 0;
  #waiting: Uint8Array[] = [];
  #head = 0;
  #pack: Uint8Array = NOTHING;
  #packed = 0;
  #length = 0;

  /** Octets not yet read. */
  get length(): number {
    return this.chunk.length - this.position + this.#length;
  }

  push(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (this.position === this.chunk.length && this.#length === 0) {
      this.chunk = octets;
      this.position = 0;
      this.turn++;
      return;
    }
    this.#length += octets.length;
    if (octets.length < SMALL) this.#packSmall(octets);
    else {
      this.#sealPack();
      this.#waiting.push(octets);
    }
  }

  /** Whether there is anything at `position`; moves on to the next chunk when this one is read. */
  more(): boolean {
    if (this.position < this.chunk.length) return true;
    if (this.#length === 0) {
      this.chunk = NOTHING;
      this.position = 0;
      return false;
    }
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
      this.#sealPack();
    }
    const { [this.#head]: chunk = NOTHING } = this.#waiting;
    this.chunk = chunk;
    this.#waiting[this.#head++] = NOTHING;
    this.position = 0;
    this.turn++;
    this.#length -= this.chunk.length;
    return true;
  }

  /** Up to `most` octets as they are, out of one chunk. */
  take(most: number): Uint8Array | undefined {
    if (most === 0 || !this.more()) return undefined;
    const { chunk, position } = this;
    this.position = Math.min(chunk.length, position + most);
    return chunk.subarray(position, this.position);
  }

  clear(): void {
    this.chunk = NOTHING;
    this.position = 0;
    this.#waiting = [];
    this.#head = 0;
    this.#pack = NOTHING;
    this.#packed = 0;
    this.#length = 0;
  }

  #packSmall(octets: Uint8Array): void {
    if (this.#packed + octets.length > this.#pack.length) {
      const larger = Math.min(LARGEST_PACK, Math.max(SMALL, this.#pack.length * 2));
      this.#sealPack();
      this.#pack = new Uint8Array(larger);
    }
    this.#pack.set(octets, this.#packed);
    this.#packed += octets.length;
  }

  #sealPack(): void {
    if (this.#packed > 0) this.#waiting.push(this.#pack.subarray(0, this.#packed));
    this.#pack = NOTHING;
    this.#packed = 0;
  }
}
