import type { ClientTransaction, RecipientResult } from './client-events.ts';
import type { ReceivedReply } from './reply-reader.ts';

/** What is known so far about a transaction that was begun: one place per recipient, filled once. */
export class Outgoing {
  readonly transaction: ClientTransaction;
  /** The dot, or BDAT LAST, has been sent. */
  contentEnded = false;
  readonly #results: (RecipientResult | undefined)[];
  /** Places of recipients whose RCPT was accepted. */
  readonly #accepted: number[] = [];
  #mail: ReceivedReply | undefined;
  #rcptReplies = 0;
  #chunkRefusal: ReceivedReply | undefined;

  constructor(transaction: ClientTransaction) {
    this.transaction = transaction;
    this.#results = transaction.recipients.map(() => undefined);
  }

  get acceptedCount(): number {
    return this.#accepted.length;
  }

  /** Whether MAIL was refused. */
  get refused(): boolean {
    return this.#mail !== undefined && !isPositive(this.#mail);
  }

  mail(reply: ReceivedReply): void {
    this.#mail = reply;
    if (!isPositive(reply)) this.#results.fill({ accepted: false, stage: 'mail', reply });
  }

  rcpt(place: number, reply: ReceivedReply): void {
    this.#rcptReplies = place + 1;
    if (isPositive(reply)) this.#accepted.push(place);
    else this.#results[place] ??= { accepted: false, stage: 'rcpt', reply };
  }

  /** DATA was refused. */
  data(reply: ReceivedReply): void {
    this.#fill({ accepted: false, stage: 'data', reply });
  }

  /** A chunk before the last was refused; the replies that follow only say so again. */
  chunk(reply: ReceivedReply): void {
    if (!isPositive(reply)) this.#chunkRefusal ??= reply;
  }

  /** The reply to the content, for every accepted recipient; with LMTP for the one at `place` among them. */
  content(last: ReceivedReply, place?: number): void {
    const reply = this.#chunkRefusal ?? last;
    const result: RecipientResult = { accepted: isPositive(reply), stage: 'content', reply };
    if (place === undefined) this.#fill(result);
    else this.#results[this.#accepted[place] ?? -1] = result;
  }

  /** The connection is over: whoever has no result yet gets the stage reached, and the 421 if there was one. */
  abandon(reply: ReceivedReply | undefined): void {
    const base = { accepted: false, ...(reply !== undefined && { reply }) };
    for (const place of this.#results.keys()) {
      const answered = place < this.#rcptReplies;
      const stage = this.contentEnded ? 'content' : this.#mail === undefined ? 'mail' : answered ? 'data' : 'rcpt';
      this.#results[place] ??= { ...base, stage };
    }
  }

  /** All results; only when each recipient has one. */
  results(): readonly RecipientResult[] {
    return this.#results.filter((result) => result !== undefined);
  }

  #fill(result: RecipientResult): void {
    for (const place of this.#results.keys()) this.#results[place] ??= result;
  }
}

export function isPositive(reply: ReceivedReply): boolean {
  return reply.code < 300;
}
