import { join } from '../queue/content.ts';
import type { NewMessage, QueueStore, Spool } from '../ports.ts';

/**
 * The content of one message as it comes in: kept in memory while it is small, spooled to the disk when it grows.
 * Memory is bounded by the store's `inlineMaxOctets` and what the disk has not yet taken.
 */
export class Intake {
  readonly #store: QueueStore;
  #pieces: Uint8Array[] = [];
  #sizeOctets = 0;
  #start: Uint8Array | undefined;
  #spool: Promise<Spool> | undefined;
  #written: Promise<void> = Promise.resolve();
  #waitingOctets = 0;

  constructor(store: QueueStore) {
    this.#store = store;
  }

  /** Octets so far. */
  get sizeOctets(): number {
    return this.#sizeOctets;
  }

  /** Octets that wait for the disk; a receiver that sees many should stop reading for a while. */
  get waitingOctets(): number {
    return this.#waitingOctets;
  }

  /** Resolves when nothing waits any more, whether it went well or not. */
  async settled(): Promise<void> {
    await this.#written.catch(() => undefined);
  }

  /** Takes a piece. `octets` is copied unless it is the receiver's for good. */
  add(octets: Uint8Array): void {
    this.#sizeOctets += octets.length;
    if (this.#spool === undefined && this.#sizeOctets <= this.#store.inlineMaxOctets) {
      this.#pieces.push(octets);
      return;
    }
    if (this.#spool === undefined) this.#beginSpool();
    this.#toSpool(octets);
  }

  /** The first octets, for looking at the header; as many as were kept in memory. */
  start(): Uint8Array {
    if (this.#start !== undefined) return this.#start;
    // Joined once: the content is stored and sent as one piece.
    const whole = join(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  /** The content in the form in which the store takes it. Rejects with a StoreError when the disk did not take it. */
  async finish(): Promise<NewMessage['content']> {
    if (this.#spool === undefined) return this.#pieces;
    await this.#written;
    return await (await this.#spool).finish();
  }

  /** Gives up: nothing stays. */
  async discard(): Promise<void> {
    this.#pieces = [];
    if (this.#spool === undefined) return;
    await this.settled();
    await (await this.#spool).discard();
  }

  #beginSpool(): void {
    this.#spool = this.#store.spool();
    const pieces = this.#pieces;
    this.#start = pieces.length === 0 ? undefined : join(pieces);
    this.#pieces = [];
    if (this.#start !== undefined) this.#toSpool(this.#start);
  }

  #toSpool(octets: Uint8Array): void {
    const spool = this.#spool;
    this.#waitingOctets += octets.length;
    this.#written = this.#written.then(async () => {
      await (await spool)?.write(octets);
      this.#waitingOctets -= octets.length;
    });
    // A failed write is told by finish(); until then it must not end the process.
    this.#written.catch(() => undefined);
  }
}
