/** Room for what most pieces of work give. */
const ROOM_OCTETS = 2 ** 17;

/**
 * Collects text as UTF-8, piece by piece: one string of all would have two octets for every character as soon as one
 * needs them, and would be copied twice more on its way out.
 */
export class Output {
  #octets: Buffer<ArrayBuffer> | undefined;
  #length = 0;

  add(text: string): void {
    // No UTF-16 code needs more than three octets.
    const octets = this.#roomFor(text.length * 3);
    this.#length += octets.write(text, this.#length);
  }

  /** All of it, in memory of its own. */
  end(): Uint8Array<ArrayBuffer> {
    const octets = this.#octets?.subarray(0, this.#length) ?? new Uint8Array(0);
    this.#octets = undefined;
    this.#length = 0;
    return octets;
  }

  #roomFor(more: number): Buffer<ArrayBuffer> {
    const octets = this.#octets;
    if (octets !== undefined && this.#length + more <= octets.length) return octets;
    const larger = Buffer.allocUnsafeSlow(Math.max(ROOM_OCTETS, (this.#length + more) * 2));
    if (octets !== undefined) larger.set(octets.subarray(0, this.#length));
    return (this.#octets = larger);
  }
}
