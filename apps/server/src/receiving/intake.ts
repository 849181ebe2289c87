import { join } from '../queue/content.ts';
import type { NewMessage, QueueStore, Spool } from '../ports.ts';

/** Room for our own fields in a piece that the store takes in memory. */
const PREFIX_OCTETS = 2_048;

/**
 * The content of one message as it comes in: kept in memory while it is small, spooled to the disk when it grows.
 * Memory is bounded by the store's `inlineMaxOctets` and what the disk has not yet taken.
 *
 * Our own header fields go before it. They are made as late as can be, from the start of the content.
 */
export class Intake {
  readonly #store: QueueStore;
  readonly #prefix: (start: Uint8Array, isWhole: boolean) => Uint8Array;
  #pieces: Uint8Array[] = [];
  #sizeOctets = 0;
  #start: Uint8Array | undefined;
  #spool: Promise<Spool> | undefined;
  #written: Promise<void> = Promise.resolve();
  #waitingOctets = 0;

  /**
   * @param prefix makes the fields that go before the content; called once, with the start of the content (as many
   * octets as were kept in memory) and whether that is all of it
   */
  constructor(store: QueueStore, prefix: (start: Uint8Array, isWhole: boolean) => Uint8Array) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Octets so far, our own fields included once they are made. */
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
    if (this.#spool !== undefined) {
      this.#toSpool(octets);
      return;
    }
    this.#pieces.push(octets);
    if (this.#sizeOctets + PREFIX_OCTETS > this.#store.inlineMaxOctets) this.#beginSpool();
  }

  /** The first octets of the content, for looking at the header; as many as were kept in memory. */
  start(): Uint8Array {
    return (this.#start ??= this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : join(this.#pieces));
  }

  /** The content in the form in which the store takes it. Rejects with a StoreError when the disk did not take it. */
  async finish(): Promise<NewMessage['content']> {
    if (this.#spool === undefined) {
      const start = this.start();
      // One piece: it is stored and sent as such.
      const whole = join([this.#prefix(start, true), start]);
      this.#sizeOctets = whole.length;
      return [whole];
    }
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
    const start = this.start();
    this.#spool = this.#store.spool();
    this.#pieces = [];
    const prefix = this.#prefix(start, false);
    this.#sizeOctets += prefix.length;
    this.#toSpool(prefix);
    this.#toSpool(start);
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
