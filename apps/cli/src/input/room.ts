import { closeSync, openSync, readSync } from 'node:fs';

/** Fits the caches of processors, and nearly every message. */
const ROOM_OCTETS = 2 ** 18;

/**
 * Memory that files are read into one after the other: what the last one held is overwritten. Fresh memory for each
 * file would cost more than the reading.
 */
export class Room {
  #memory = Buffer.allocUnsafeSlow(ROOM_OCTETS);

  /** A whole file, until the next call. Throws as `node:fs` does. */
  read(path: string): Buffer {
    const descriptor = openSync(path, 'r');
    try {
      for (let length = 0; ;) {
        if (length === this.#memory.length) this.#grow();
        const count = readSync(descriptor, this.#memory, length, this.#memory.length - length, null);
        if (count === 0) return this.#memory.subarray(0, length);
        length += count;
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#memory.length * 4);
    this.#memory.copy(larger);
    this.#memory = larger;
  }
}
