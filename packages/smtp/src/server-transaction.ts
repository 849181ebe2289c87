import type { MailParameters } from '@dsnkit/esmtp-parameters';
import { ContentReader } from './content-reader.ts';
import type { Input } from './input.ts';
import { type PreparedReply } from './reply.ts';
import { BARE_LINE_END, TOO_LARGE } from './server-replies.ts';

/** One mail transaction, from MAIL to the reply to its content. */
export class Transaction {
  readonly smtputf8: boolean;
  readonly binary: boolean;
  /** RCPT commands that asked, and those that were accepted. */
  tried = 0;
  accepted = 0;
  /** BDAT has begun. */
  chunked = false;
  size = 0;
  /** Why the content won't be taken. */
  refusal: PreparedReply | undefined;
  readonly #limit: number;
  readonly #normalise: boolean;
  #reader: ContentReader | undefined;

  /** @param limit Octets of content, 0 for any number. */
  constructor(parameters: MailParameters, limit: number, normalise: boolean) {
    this.smtputf8 = parameters.smtputf8;
    this.binary = parameters.body === 'BINARYMIME';
    this.#limit = limit;
    this.#normalise = normalise;
  }

  /** Whether the dot at the end of data was read. */
  get ended(): boolean {
    return this.#reader?.ended === true;
  }

  /** The next slice of content that is to be given to the owner; reads on over content that is refused. */
  readData(input: Input): Uint8Array | undefined {
    this.#reader ??= new ContentReader(true, this.#normalise);
    return this.#check(this.#reader.read(input, Infinity));
  }

  /** As {@link Transaction.readData}, at most `most` octets of the wire. */
  readChunk(input: Input, most: number): Uint8Array | undefined {
    if (this.binary || this.refusal !== undefined) {
      const slice = skip(input, most);
      return this.refusal === undefined ? this.#check(slice) : undefined;
    }
    this.#reader ??= new ContentReader(false, this.#normalise);
    return this.#check(this.#reader.read(input, most));
  }

  /** What a reader that waited for more has still to give. */
  finish(): Uint8Array | undefined {
    const rest = this.#check(this.#reader?.finish());
    return rest?.length === 0 ? undefined : rest;
  }

  #check(slice: Uint8Array | undefined): Uint8Array | undefined {
    if (this.refusal !== undefined) return undefined;
    this.size += slice?.length ?? 0;
    if (this.#limit > 0 && this.size > this.#limit) this.refusal = TOO_LARGE;
    else if (this.#reader?.flawed === true) this.refusal = BARE_LINE_END;
    return this.refusal === undefined ? slice : undefined;
  }
}

/** Take up to `most` octets as they are. */
export function skip(input: Input, most: number): Uint8Array | undefined {
  if (most === 0 || !input.more()) return undefined;
  const { chunk, position } = input;
  input.position = Math.min(chunk.length, position + most);
  return chunk.subarray(position, input.position);
}
