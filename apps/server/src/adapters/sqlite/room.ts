import { statfsSync } from 'node:fs';

/** How long an answer of the file system holds. */
const trustedMs = 250;

/**
 * Watches the room that is left on the disk of the queue. New messages are refused while there is still room for what is
 * owed to those that were accepted: their settlement and their reports.
 */
export class Room {
  readonly #directory: string;
  readonly #minFreeOctets: number;
  readonly #reusableOctets: () => number;
  #askedAtMs = -Infinity;
  #octets = 0;

  /** `reusableOctets` says what is free within files that are there already. */
  constructor(directory: string, minFreeOctets: number, reusableOctets: () => number = () => 0) {
    this.#directory = directory;
    this.#minFreeOctets = minFreeOctets;
    this.#reusableOctets = reusableOctets;
  }

  /** What is to be said to who wants to store so many octets more; undefined if there is room. */
  complaint(octets: number): string | undefined {
    // The log and the database take them both.
    const needed = 2 * octets;
    const nowMs = performance.now();
    this.#octets -= needed;
    if (this.#octets < this.#minFreeOctets || nowMs - this.#askedAtMs > trustedMs) {
      this.#askedAtMs = nowMs;
      this.#octets = freeOctets(this.#directory) + this.#reusableOctets() - needed;
    }
    if (this.#octets >= this.#minFreeOctets) return undefined;
    return `Less than ${this.#minFreeOctets} octets are free for the queue`;
  }
}

function freeOctets(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    // Not every file system tells; the database will say when it is full.
    return Infinity;
  }
}
