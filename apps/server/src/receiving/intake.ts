import { join } from '../queue/content.ts';
import type { NewMessage, QueueStore, Spool } from '../ports.ts';
import { Pieces } from './pieces.ts';

/** Room for our own fields in a piece that the store takes in memory. */
const PREFIX_OCTETS = 2_048;

/** What goes to the spool at once. */
const PAGE_OCTETS = 262_144;

/**
 * The content of one message as it comes in: kept in memory while it is small, spooled to the disk when it grows.
 * Memory is bounded by the store's `inlineMaxOctets` and what the disk has not yet taken.
 *
 * Our own header fields go before it. They are made as late as can be, from the start of the content.
 */
export class Intake {
  readonly #store: QueueStore;
  readonly #prefix: (start: Uint8Array, isWhole: boolean) => Uint8Array;
  #pieces = new Pieces();
  #sizeOctets = 0;
  #start: Uint8Array | undefined;
  #spool: Promise<Spool> | undefined;
  /** What comes in is copied here, so that nobody has to keep it; pages that are written are filled again. */
  #page = new Uint8Array(0);
  #filled = 0;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
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

  /** Nothing that was added is kept, but for a copy. */
  get isSpooling(): boolean {
    return this.#spool !== undefined;
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
    this.#pieces.add(octets);
    if (this.#sizeOctets + PREFIX_OCTETS > this.#store.inlineMaxOctets) this.#beginSpool();
  }

  /** The first octets of the content, for looking at the header; as many as were kept in memory. */
  start(): Uint8Array {
    return (this.#start ??= this.#pieces.whole());
  }

  /**
   * The content in the form in which the store takes it; at once, if it is in memory. Rejects with a StoreError when the
   * disk did not take it.
   */
  finish(): NewMessage['content'] | Promise<NewMessage['content']> {
    if (this.#spool === undefined) {
      const start = this.start();
      // One piece: it is stored and sent as such.
      const whole = join([this.#prefix(start, true), start]);
      this.#sizeOctets = whole.length;
      return [whole];
    }
    return this.#finishSpool(this.#spool);
  }

  /** Gives up: nothing stays. */
  async discard(): Promise<void> {
    this.#pieces = new Pieces();
    if (this.#spool === undefined) return;
    await this.settled();
    await (await this.#spool).discard();
  }

  async #finishSpool(spool: Promise<Spool>): Promise<NewMessage['content']> {
    this.#turnPage();
    await this.#written;
    return await (await spool).finish();
  }

  #beginSpool(): void {
    const start = this.start();
    this.#spool = this.#store.spool();
    // A spool that can't be opened is told by finish(), too, and nobody may be waiting for it yet.
    this.#spool.catch(() => undefined);
    this.#pieces = new Pieces();
    const prefix = this.#prefix(start, false);
    this.#sizeOctets += prefix.length;
    this.#toSpool(prefix);
    this.#toSpool(start);
  }

  #toSpool(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      if (this.#filled === this.#page.length) this.#turnPage();
      const some = octets.subarray(at, at + this.#page.length - this.#filled);
      this.#page.set(some, this.#filled);
      this.#filled += some.length;
      at += some.length;
    }
  }

  #turnPage(): void {
    const page = this.#page;
    const octets = page.subarray(0, this.#filled);
    this.#page = this.#free.pop() ?? new Uint8Array(PAGE_OCTETS);
    this.#filled = 0;
    if (octets.length === 0) return;
    const spool = this.#spool;
    this.#waitingOctets += octets.length;
    this.#written = this.#written.then(async () => {
      await (await spool)?.write(octets);
      this.#waitingOctets -= octets.length;
      this.#free.push(page);
    });
    // A failed write is told by finish(); until then it must not end the process.
    this.#written.catch(() => undefined);
  }
}
