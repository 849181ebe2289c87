import { EsmtpParameterError, formatMailCommand, formatRcptCommand } from '@dsnkit/esmtp-parameters';
import type { ClientTransaction, RecipientResult } from './client-events.ts';
import { SmtpError, caught } from './error.ts';
import type { Command } from './pipeline.ts';
import type { ReceivedReply } from './reply-reader.ts';

/** What is known so far about a transaction that was begun: one place per recipient, filled once. */
export class Outgoing {
  readonly transaction: ClientTransaction;
  /** The dot, or BDAT LAST, has been written. */
  contentEnded = false;
  /** A chunk was refused, and with it the message. RFC 3030 §2. */
  chunkRefused = false;
  /** Places of the recipients whose RCPT was accepted. */
  readonly accepted: number[] = [];
  readonly #results: (RecipientResult | undefined)[];
  #mail: ReceivedReply | undefined;
  #rcptReplies = 0;

  constructor(transaction: ClientTransaction) {
    this.transaction = transaction;
    this.#results = transaction.recipients.map(() => undefined);
  }

  /** Whether MAIL was refused. */
  get refused(): boolean {
    return this.#mail !== undefined && !isPositive(this.#mail);
  }

  /** Whether every RCPT has its reply. */
  get rcptsAnswered(): boolean {
    return this.#rcptReplies === this.#results.length;
  }

  mail(reply: ReceivedReply): void {
    this.#mail = reply;
    if (!isPositive(reply)) this.#fill({ accepted: false, stage: 'mail', reply });
  }

  rcpt(place: number, reply: ReceivedReply): void {
    this.#rcptReplies = place + 1;
    if (isPositive(reply)) this.accepted.push(place);
    else this.#results[place] ??= { accepted: false, stage: 'rcpt', reply };
  }

  /** DATA was refused. */
  data(reply: ReceivedReply): void {
    this.#fill({ accepted: false, stage: 'data', reply });
  }

  /** A chunk before the last was answered. The replies after a refusal only say so again. */
  chunk(reply: ReceivedReply): void {
    if (isPositive(reply)) return;
    this.chunkRefused = true;
    this.#fill({ accepted: false, stage: 'content', reply });
  }

  /** The reply to the content, for every accepted recipient; with LMTP for the one at `place`. */
  content(reply: ReceivedReply, place?: number): void {
    const result: RecipientResult = { accepted: isPositive(reply), stage: 'content', reply };
    if (place === undefined) this.#fill(result);
    else this.#results[place] ??= result;
  }

  /** The connection is over: who has no result yet gets the stage reached, with the 421 if there was one. */
  abandon(reply: ReceivedReply | undefined): void {
    for (const place of this.#results.keys()) {
      const stage = this.contentEnded ? 'content' : this.#stageBefore(place);
      this.#results[place] ??= { accepted: false, stage, ...(reply !== undefined && { reply }) };
    }
  }

  /** One result per recipient; only when each has one. */
  results(): readonly RecipientResult[] {
    return this.#results.filter((result) => result !== undefined);
  }

  #stageBefore(place: number): 'mail' | 'rcpt' | 'data' {
    if (this.#mail === undefined) return 'mail';
    return place < this.#rcptReplies ? 'data' : 'rcpt';
  }

  #fill(result: RecipientResult): void {
    for (const place of this.#results.keys()) this.#results[place] ??= result;
  }
}

/**
 * MAIL, RCPT for each recipient, and DATA unless the content goes out with BDAT.
 *
 * @throws {SmtpError} `bad-argument` for paths and parameters that can't be said
 */
export function envelopeCommands(to: Outgoing): Command[] {
  const { reversePath, mailParameters, recipients, chunking } = to.transaction;
  const smtputf8 = mailParameters.some(({ keyword }) => keyword.toUpperCase() === 'SMTPUTF8');
  try {
    const line = formatMailCommand({ reversePath, parameters: mailParameters });
    const commands: Command[] = [{ line, expected: { kind: 'mail', to } }];
    for (const [place, recipient] of recipients.entries()) {
      commands.push({ line: formatRcptCommand(recipient, { smtputf8 }), expected: { kind: 'rcpt', to, place } });
    }
    if (chunking !== true) commands.push({ line: 'DATA', expected: { kind: 'data', to } });
    return commands;
  } catch (error) {
    const cause = caught(error, EsmtpParameterError);
    throw new SmtpError('bad-argument', `The envelope can't be sent: ${cause.message}`, { cause });
  }
}

export function isPositive(reply: ReceivedReply): boolean {
  return reply.code < 300;
}
