import type { Outgoing } from './client-transaction.ts';
import { ContentWriter } from './content-writer.ts';
import type { Pipeline } from './pipeline.ts';

/** The content of one transaction on its way out: with DATA dot-stuffed, with BDAT in counted chunks. */
export class OutgoingContent {
  readonly to: Outgoing;
  /** Some of it has been written behind DATA. */
  begun = false;
  readonly #pipeline: Pipeline;
  readonly #writer: ContentWriter | undefined;
  readonly #emit = (slice: Uint8Array): void => this.#pipeline.output.octets(slice);

  constructor(to: Outgoing, pipeline: Pipeline) {
    this.to = to;
    this.#pipeline = pipeline;
    this.#writer = to.transaction.chunking === true ? undefined : new ContentWriter();
  }

  write(octets: Uint8Array): void {
    if (octets.length === 0 || this.to.chunkRefused) return;
    if (this.#writer !== undefined) {
      this.begun = true;
      this.#writer.write(octets, this.#emit);
      return;
    }
    this.#pipeline.say(`BDAT ${octets.length}`, { kind: 'chunk', to: this.to });
    this.#pipeline.output.octets(octets);
  }

  /** RFC 2033 §4.2: with LMTP one reply is owed for each accepted recipient. */
  end(lmtp: boolean): void {
    const { to } = this;
    if (to.chunkRefused) {
      // RFC 3030 §2: no chunk may follow, not even the last; RSET clears what the server still holds.
      this.#pipeline.say('RSET', { kind: 'discard', to });
      return;
    }
    if (this.#writer === undefined) this.#pipeline.output.text('BDAT 0 LAST\r\n');
    else this.#writer.end(this.#emit);
    to.contentEnded = true;
    if (!lmtp) {
      this.#pipeline.expect({ kind: 'content', to, last: true });
      return;
    }
    const last = to.accepted.at(-1);
    for (const place of to.accepted) this.#pipeline.expect({ kind: 'content', to, place, last: place === last });
  }
}
