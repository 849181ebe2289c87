import type { Input } from './input.ts';
import type { Reply } from './reply.ts';
import type { ServerEvent } from './server-events.ts';
import { CHUNK_OK } from './server-replies.ts';
import type { Transaction } from './server-transaction.ts';

/** The octets that follow a BDAT command. */
export interface Chunk {
  readonly octets: number;
  readonly last: boolean;
}

/** What follows DATA or one BDAT, until it ends and commands go on. */
export class IncomingContent {
  /** All of it has been read. */
  ended = false;
  /** How many times the reply of {@link IncomingContent.end} is said. */
  readonly replies = 1;
  readonly #transaction: Transaction;
  readonly #chunk: Chunk | undefined;
  #left: number;

  /** @param chunk Absent after DATA. */
  constructor(transaction: Transaction, chunk?: Chunk) {
    this.#transaction = transaction;
    this.#chunk = chunk;
    this.#left = chunk?.octets ?? 0;
    transaction.chunked = chunk !== undefined;
  }

  /** BDAT says how long it is; DATA waits for 354 and ends with a dot. */
  get counted(): boolean {
    return this.#chunk !== undefined;
  }

  /** One step on; false when it needs more input. */
  read(input: Input, events: ServerEvent[]): boolean {
    const before = this.#left;
    if (this.#chunk === undefined) this.ended = this.#transaction.readData(input, events);
    else {
      this.#left -= this.#transaction.readChunk(input, before, events);
      this.ended = this.#left === 0;
    }
    return this.ended || events.length > 0 || this.#left < before;
  }

  /** The reply to a chunk that isn't the last; else the transaction, whose content is whole. */
  end(events: ServerEvent[]): Reply | Transaction {
    if (this.#chunk?.last === false) return this.#transaction.refusal ?? CHUNK_OK;
    this.#transaction.finish(events);
    return this.#transaction;
  }
}

/** A chunk that can't be taken: its octets are thrown away, since they must not be read as commands. RFC 3030 §2. */
export class RefusedChunk {
  readonly counted = true;
  ended = false;
  readonly replies: number;
  readonly #refusal: Reply;
  #left: number;

  constructor(octets: number, refusal: Reply, replies = 1) {
    this.#left = octets;
    this.#refusal = refusal;
    this.replies = replies;
  }

  read(input: Input): boolean {
    const before = this.#left;
    this.#left -= input.take(before)?.length ?? 0;
    this.ended = this.#left === 0;
    return this.ended || this.#left < before;
  }

  end(): Reply {
    return this.#refusal;
  }
}
