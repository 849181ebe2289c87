import type { MailParameters } from '@dsnkit/esmtp-parameters';
import { ContentReader } from './content-reader.ts';
import type { Input } from './input.ts';
import type { Output } from './output.ts';
import type { PreparedReply } from './reply.ts';
import type { ResetEvent, ServerEvent } from './server-events.ts';
import { BARE_LINE_END, NUL_IN_CONTENT, TOO_LARGE } from './server-replies.ts';
import type { ServerState } from './server-state.ts';
import { withoutNul } from './text.ts';

/** One mail transaction, from the answer to MAIL to the answer to its content. */
export class Transaction {
  readonly smtputf8: boolean;
  readonly binary: boolean;
  /** RCPT commands that came, and those that were accepted. */
  tried = 0;
  accepted = 0;
  /** BDAT has begun. */
  chunked = false;
  size = 0;
  /** Why the content won't be taken. What comes of it is read and thrown away, in no memory. */
  refusal: PreparedReply | undefined;
  /** Octets of content; 0 for any number. */
  readonly #limit: number;
  readonly #lmtp: boolean;
  readonly #normalise: boolean;
  #reader: ContentReader | undefined;

  constructor(parameters: MailParameters, { offer, options, lmtp }: ServerState) {
    this.smtputf8 = parameters.smtputf8;
    this.binary = parameters.body === 'BINARYMIME';
    this.#limit = offer.size ?? 0;
    this.#normalise = options.bareLineEnds === 'normalise';
    this.#lmtp = lmtp;
  }

  /** A RCPT was answered. */
  rcpt(accepted: boolean): void {
    this.tried++;
    if (accepted) this.accepted++;
  }

  /** RFC 2033 §4.2: with LMTP one reply to the content for each accepted recipient. */
  reply(wire: string, output: Output): void {
    output.text(this.#lmtp ? wire.repeat(this.accepted) : wire);
  }

  /** Read on to the next event, or the end of the input; true when the end of data was met. */
  readData(input: Input, events: ServerEvent[]): boolean {
    this.#reader ??= new ContentReader(true, this.#normalise);
    while (events.length === 0) {
      const slice = this.#reader.read(input, Infinity);
      if (slice !== undefined) this.#giveText(slice, events);
      if (this.#reader.flawed) this.#refuse(BARE_LINE_END, events);
      if (slice === undefined) break;
    }
    return this.#reader.ended;
  }

  /** Octets of a chunk, at most `most`; returns how many were read. */
  readChunk(input: Input, most: number, events: ServerEvent[]): number {
    const before = input.length;
    if (this.binary || this.refusal !== undefined) {
      const slice = input.take(most);
      if (slice !== undefined) this.#give(slice, events);
    } else {
      this.#reader ??= new ContentReader(false, this.#normalise);
      const slice = this.#reader.read(input, most);
      if (slice !== undefined) this.#giveText(slice, events);
      if (this.#reader.flawed) this.#refuse(BARE_LINE_END, events);
    }
    return before - input.length;
  }

  /** The last chunk has been read: a CR that waited for its LF waits in vain. */
  finish(events: ServerEvent[]): void {
    const rest = this.#reader?.finish();
    if (rest !== undefined && rest.length > 0) this.#give(rest, events);
    if (this.#reader?.flawed === true) this.#refuse(BARE_LINE_END, events);
  }

  /** Content that is not BINARYMIME has no NUL: {@link NUL_IN_CONTENT}. */
  #giveText(octets: Uint8Array, events: ServerEvent[]): void {
    const nul = octets.indexOf(0);
    if (nul < 0) this.#give(octets, events);
    else if (this.#normalise) this.#give(withoutNul(octets), events);
    else {
      // What comes first decides: what stands before it can be too much already.
      if (nul > 0) this.#give(octets.subarray(0, nul), events);
      this.#refuse(NUL_IN_CONTENT, events);
    }
  }

  #give(octets: Uint8Array, events: ServerEvent[]): void {
    if (this.refusal !== undefined) return;
    this.size += octets.length;
    if (this.#limit > 0 && this.size > this.#limit) this.#refuse(TOO_LARGE, events);
    else events.push({ kind: 'content', octets });
  }

  #refuse(refusal: PreparedReply, events: ServerEvent[]): void {
    if (this.refusal !== undefined) return;
    this.refusal = refusal;
    events.push({ kind: 'reset', reason: REASONS.get(refusal) ?? 'bare-line-end' });
  }
}

const REASONS: ReadonlyMap<PreparedReply, ResetEvent['reason']> = new Map([
  [TOO_LARGE, 'too-large'],
  [NUL_IN_CONTENT, 'nul'],
]);
