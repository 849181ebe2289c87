import type { RecipientResult } from '@dsnkit/smtp';
import type { Content, Delivery, Outcome } from '../model.ts';
import type { Clock } from '../ports.ts';
import type { ContentFacts } from './content-scan.ts';
import { fault, faultOfReply, statusOfReply, type Trouble } from './outcomes.ts';
import { remoteReply, type Hop } from './smtp-hop.ts';
import {
  placedRecipients,
  plannedMessage,
  planTransactions,
  type PlacedRecipient,
  type PlannedMessage,
  type PlannedTransaction,
} from './smtp-plan.ts';

/** One transaction that a session performs for an attempt. */
export interface Job extends PlannedTransaction {
  readonly attempt: Attempt;
  readonly content: Content;
}

/** How an attempt is made. */
export interface AttemptOptions {
  readonly protocol: 'smtp' | 'lmtp';
  readonly maxRecipients: number;
  readonly clock: Clock;
}

const lost: Trouble = { status: '4.3.0', reason: 'the attempt ended without a result' };

/**
 * The handing over of one message: which transactions it takes, and what came of each recipient.
 *
 * A recipient is open until a transaction carries it; then it gets an outcome, or a provisional one, which stands only
 * if no other host of the destination gives a better.
 */
export class Attempt {
  readonly outcomes: Promise<readonly Outcome[]>;
  /** From then on it is not to wait any more. */
  readonly notAfterMs: number;
  /** Nobody else has taken the message over. */
  readonly isHeld: () => boolean;
  readonly #resolve: (outcomes: readonly Outcome[]) => void;
  readonly #options: AttemptOptions;
  readonly #content: Content;
  readonly #message: PlannedMessage;
  readonly #recipients: readonly PlacedRecipient[];
  readonly #final: (Outcome | undefined)[];
  readonly #provisional: (Outcome | undefined)[];
  /** Places that no transaction carries now and that have no outcome yet. */
  #open: number[];
  #planned: Job[] = [];
  #plannedFor: Hop | undefined;
  #inFlight = 0;
  #wantsNewConnection = false;

  constructor(delivery: Delivery, options: AttemptOptions, facts: ContentFacts | undefined) {
    const { promise, resolve } = Promise.withResolvers<readonly Outcome[]>();
    this.outcomes = promise;
    this.#resolve = resolve;
    this.#options = options;
    this.notAfterMs = delivery.notAfterMs ?? Infinity;
    this.isHeld = delivery.isHeld ?? (() => true);
    this.#content = delivery.content;
    this.#message = plannedMessage(delivery, facts);
    this.#recipients = placedRecipients(delivery);
    this.#open = this.#recipients.map(({ place }) => place);
    this.#final = this.#recipients.map(() => undefined);
    this.#provisional = this.#recipients.map(() => undefined);
  }

  /** A transaction is left to begin. */
  get wantsTurn(): boolean {
    return this.#open.length > 0 || this.#planned.length > 0;
  }

  /** A transaction of it is under way. */
  get underWay(): boolean {
    return this.#inFlight > 0;
  }

  /** Nothing is under way and nothing is left to begin. */
  get atRest(): boolean {
    return this.#inFlight === 0 && !this.wantsTurn;
  }

  /** A kept connection took no notice of it: it wants a new one. */
  get wantsNewConnection(): boolean {
    return this.#wantsNewConnection;
  }

  /** The next transaction for this host; undefined if it can have none of what is left. */
  next(hop: Hop): Job | undefined {
    if (this.#plannedFor !== hop) {
      for (const { places } of this.#planned) this.#open.push(...places);
      this.#planned = [];
    }
    if (this.#planned.length === 0 && this.#open.length > 0) this.#plan(hop);
    const job = this.#planned.shift();
    if (job !== undefined) this.#inFlight++;
    return job;
  }

  /** The session could not even say the envelope. Alone, the recipient that is at fault is found. */
  unsayable(job: Job): void {
    this.#inFlight--;
    const [place] = job.places;
    if (job.places.length > 1) {
      for (const [index, one] of job.places.entries()) {
        const recipient = job.transaction.recipients[index];
        if (recipient === undefined) continue;
        this.#planned.push({ ...job, places: [one], transaction: { ...job.transaction, recipients: [recipient] } });
      }
    } else if (place !== undefined) {
      this.#finish(place, { status: '5.1.3', reason: 'the envelope can not be written as SMTP commands' });
    }
  }

  /** Our own side failed: the content can't be read. */
  broken(job: Job, trouble: Trouble): void {
    this.#inFlight--;
    for (const place of job.places) this.#finish(place, trouble);
  }

  /**
   * A transaction is over.
   *
   * @param reused the connection had carried a transaction before
   * @param loss why the connection ended, if some recipients have no reply
   */
  settle(job: Job, results: readonly RecipientResult[], hop: Hop, reused: boolean, loss: Trouble = lost): void {
    this.#inFlight--;
    // On a new connection it counts, so that what was under way on kept ones is begun anew once.
    if (reused && results.every(isUnanswered)) {
      this.#wantsNewConnection = true;
      this.#open.push(...job.places);
      return;
    }
    const someAccepted = results.some(({ stage }) => stage === 'data' || stage === 'content');
    for (const [index, place] of job.places.entries()) {
      const result = results[index];
      if (result === undefined) this.#defer(place, loss);
      else if (someAccepted && isTooMany(result)) this.#open.push(place);
      else this.#take(place, result, hop, loss);
    }
  }

  /** No other host can do better. */
  get isFinal(): boolean {
    return !this.#final.includes(undefined);
  }

  /** Makes those recipients open again for which another host may do better. True if there are any. */
  reopen(): boolean {
    for (const [place, outcome] of this.#provisional.entries()) {
      if (outcome !== undefined && this.#final[place] === undefined) this.#open.push(place);
    }
    return this.#open.length > 0;
  }

  /** Makes those recipients open again that no host could have at all so far. True if there are any. */
  reopenRefused(): boolean {
    for (const [place, outcome] of this.#provisional.entries()) {
      if (outcome?.kind === 'failed' && this.#final[place] === undefined) this.#open.push(place);
    }
    return this.#open.length > 0;
  }

  /** No host is left to try: what is still open gets this trouble, unless something better is known of it. */
  giveUp(trouble: Trouble): void {
    for (const { places } of this.#planned) this.#open.push(...places);
    this.#planned = [];
    for (const place of this.#open) this.#provisional[place] ??= fault(trouble, this.#options.clock.now());
    this.#open = [];
  }

  /**
   * Ends the attempt.
   *
   * @param unseen a temporary trouble with a host that could not be asked: it may have what the others lack, so that
   * their lack is not final (RFC 5321 §2.2.3)
   */
  conclude(unseen?: Trouble): void {
    const atMs = this.#options.clock.now();
    this.#resolve(
      this.#final.map((outcome, place) => {
        if (outcome !== undefined) return outcome;
        const provisional = this.#provisional[place] ?? fault(lost, atMs);
        return provisional.kind === 'failed' && unseen?.status.startsWith('4') === true
          ? fault(unseen, atMs)
          : provisional;
      }),
    );
  }

  #plan(hop: Hop): void {
    const recipients = this.#open.flatMap((place) => this.#recipients[place] ?? []);
    const { transactions, obstructed } = planTransactions(this.#message, recipients, hop, {
      protocol: this.#options.protocol,
      maxRecipients: this.#options.maxRecipients,
      nowMs: this.#options.clock.now(),
    });
    this.#open = [];
    this.#plannedFor = hop;
    for (const { place, trouble } of obstructed) {
      // A host that may take it later is worth more than one that never can.
      if (this.#provisional[place]?.kind !== 'deferred') this.#defer(place, trouble);
    }
    this.#planned = transactions.map((planned) => ({ ...planned, attempt: this, content: this.#content }));
  }

  #take(place: number, result: RecipientResult, hop: Hop, loss: Trouble): void {
    const { accepted, reply, stage } = result;
    if (reply === undefined) {
      // RFC 1047: after the data the message may have been accepted, so that no other host is asked in this attempt.
      if (stage === 'content')
        this.#finish(place, { ...loss, reason: `${loss.reason}, after the message had been sent` });
      else this.#defer(place, loss);
      return;
    }
    const remote = remoteReply(hop, reply, stage);
    if (!accepted) {
      const outcome = faultOfReply(remote, this.#options.clock.now());
      if (outcome.kind === 'failed') this.#final[place] = outcome;
      else this.#provisional[place] = outcome;
      return;
    }
    const status = statusOfReply(reply, stage);
    const supportsDsn = hop.extensions.has('DSN');
    // An LMTP server that reports by itself is a relay in this respect; else it is where delivery ends (RFC 2033 §4.2).
    this.#final[place] =
      this.#options.protocol === 'lmtp' && !supportsDsn
        ? { kind: 'delivered', status, remote }
        : {
            kind: 'relayed',
            status,
            nextHopSupportsDsn: supportsDsn,
            ...(hop.extensions.has('DELIVERBY') ? { nextHopSupportsDeliverBy: true } : {}),
            remote,
          };
  }

  #defer(place: number, trouble: Trouble): void {
    this.#provisional[place] = fault(trouble, this.#options.clock.now());
  }

  #finish(place: number, trouble: Trouble): void {
    this.#final[place] = fault(trouble, this.#options.clock.now());
  }
}

/** A kept connection had ended before it took notice of the transaction. */
function isUnanswered({ stage, reply }: RecipientResult): boolean {
  return stage === 'mail' && (reply === undefined || reply.code === 421);
}

/** RFC 5321 §4.5.3.1.10: 452, or 552 from older servers, says "no more recipients" unless its status says something else. */
function isTooMany({ stage, reply }: RecipientResult): boolean {
  if (stage !== 'rcpt' || (reply?.code !== 452 && reply?.code !== 552)) return false;
  return reply.status === undefined || reply.status.endsWith('.5.3');
}
