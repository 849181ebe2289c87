import type { Operation, Read, Write } from './messages.ts';

/** What is done before it is looked whether more has arrived, counted in settlements. */
const leastPerRound = 64;
/** The same while many messages come in: their clients wait for as long as a round takes. */
const leastWhileAccepting = 16;
/** So many acceptances in a round are many; they are not forgotten with the first round that has none. */
const manyAccepts = 4;
const memory = 0.75;
/** A claim reads much, and its answer is long. */
const readWeight = 16;

/** What is done together: the writes in one transaction, then the reads. */
export interface Round {
  readonly accepts: readonly Write[];
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
}

/**
 * The operations that wait for the database. Acceptances go first, since a client waits for each; of the rest, which
 * keeps its order, a round takes so much that the next acceptance need not wait long for it.
 */
export class Backlog {
  #accepts: Write[] = [];
  #rest: Operation[] = [];
  /** Position in the rest: it is not moved for every round. */
  #done = 0;
  /** Acceptances in a round, of late. */
  #recentAccepts = 0;

  get isEmpty(): boolean {
    return this.#accepts.length === 0 && this.#rest.length === 0;
  }

  add(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.kind === 'accept' || operation.kind === 'accept-held') this.#accepts.push(operation);
      else this.#rest.push(operation);
    }
  }

  next(): Round {
    const accepts = this.#accepts;
    this.#accepts = [];
    const writes: Write[] = [];
    const reads: Read[] = [];
    this.#recentAccepts = Math.max(accepts.length, memory * this.#recentAccepts);
    const least = this.#recentAccepts >= manyAccepts ? leastWhileAccepting : leastPerRound;
    // Many acceptances will be followed by as many settlements: these must not fall behind.
    let room = Math.max(least, 2 * accepts.length);
    for (; room > 0 && this.#done < this.#rest.length; this.#done += 1) {
      const operation = this.#rest[this.#done];
      if (operation === undefined) break;
      room -= weigh(operation);
      if (isWrite(operation)) writes.push(operation);
      else reads.push(operation);
    }
    if (this.#done === this.#rest.length) {
      this.#rest = [];
      this.#done = 0;
    }
    return { accepts, writes, reads };
  }
}

function isWrite(operation: Operation): operation is Write {
  const { kind } = operation;
  return (
    kind === 'done' ||
    kind === 'settle' ||
    kind === 'renew' ||
    kind === 'release' ||
    kind === 'accept' ||
    kind === 'accept-held'
  );
}

function weigh(operation: Operation): number {
  if (operation.kind === 'settle') return 1 + operation.messages.length + operation.ends.length;
  return isWrite(operation) ? 1 : readWeight;
}
