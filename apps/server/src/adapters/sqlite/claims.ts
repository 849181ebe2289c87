import { StoreError } from '../../ports.ts';
import type { Destination, Destinations } from './destinations.ts';
import type { Leases, Place } from './leases.ts';
import type { ClaimedRow, ClaimRequest, RecipientRow } from './messages.ts';
import { DueScan } from './scan.ts';
import type { Due } from './scan.ts';
import { toStoreError } from './schema.ts';
import type { Statements } from './statements.ts';

/** Content up to this size comes along with a claim; so much of it altogether. */
const alongOctets = 65_536;
const alongInAllOctets = 4 * 1_048_576;

/** Finds work. What a claim costs depends on what it gives, not on how much waits. */
export class Claims {
  readonly #statements: Statements;
  readonly #leases: Leases;
  readonly #destinations: Destinations;
  /** Counts down: the numbers above zero are given by the other thread. */
  #lastHold = 0;

  constructor(statements: Statements, leases: Leases, destinations: Destinations) {
    this.#statements = statements;
    this.#leases = leases;
    this.#destinations = destinations;
  }

  /** @throws {StoreError} when nothing can be claimed because what is due can't be read */
  claim(request: ClaimRequest): ClaimedRow[] {
    const round: Round = {
      ...{ request, except: new Set(request.except), given: new Map(), scans: new Map(), aside: [], claims: [] },
      isFree: ({ seq, n }) => !((this.#leases.holder(seq, n)?.untilMs ?? -Infinity) > request.nowMs),
      ...{ roomOctets: alongInAllOctets, trouble: undefined },
    };
    while (round.claims.length < request.limit) {
      const destination = this.#destinations.first();
      if (destination === undefined || destination.dueAtMs > request.nowMs) break;
      try {
        this.#claimOf(destination, round);
      } catch (error) {
        // What was claimed before is given: its destinations no longer offer it.
        round.trouble = error;
        break;
      }
    }
    for (const destination of round.aside) this.#destinations.putBack(destination);
    if (round.trouble !== undefined && round.claims.length === 0) throw toStoreError(round.trouble);
    return round.claims;
  }

  /** When the first recipient that is under no claim becomes due. */
  nextDueAtMs(except: readonly string[]): number | undefined {
    const aside: Destination[] = [];
    try {
      return this.#nextDueAtMs(new Set(except), aside);
    } finally {
      for (const destination of aside) this.#destinations.putBack(destination);
    }
  }

  #nextDueAtMs(left: ReadonlySet<string>, aside: Destination[]): number | undefined {
    const isFree = ({ seq, n }: Due) => this.#leases.holder(seq, n) === undefined;
    let next: number | undefined;
    for (;;) {
      const destination = this.#destinations.first();
      if (destination === undefined || (next !== undefined && destination.dueAtMs >= next)) return next;
      if (left.has(destination.name)) {
        this.#destinations.setAside(destination);
        aside.push(destination);
        continue;
      }
      const due = this.#look(destination, this.#scan(destination, 0), isFree);
      if (due === undefined) continue;
      next = Math.min(next ?? Infinity, due.due_at);
      this.#destinations.setAside(destination);
      aside.push(destination);
    }
  }

  #claimOf(destination: Destination, round: Round): void {
    const { request, given, scans, claims, isFree } = round;
    const { name } = destination;
    const soFar = given.get(name) ?? 0;
    if (soFar >= request.perDestination || round.except.has(name)) {
      this.#destinations.setAside(destination);
      round.aside.push(destination);
      return;
    }
    const expected = Math.min(request.perDestination - soFar, request.limit - claims.length);
    const scan = scans.get(name) ?? this.#scan(destination, expected);
    scans.set(name, scan);
    const due = this.#look(destination, scan, isFree);
    // The bound was too low: another destination, or none, may be next.
    if (due === undefined || due.due_at > request.nowMs || this.#destinations.first() !== destination) return;
    try {
      const claim = this.#take(due.seq, name, request, round.roomOctets);
      given.set(name, soFar + 1);
      round.roomOctets -= claim.content?.length ?? 0;
      claims.push(claim);
    } catch (error) {
      // What can't be read doesn't stand in the way of the rest; it is tried again when the queue is opened.
      round.trouble = error;
    }
    scan.pass(due);
    this.#look(destination, scan, isFree);
  }

  #scan(destination: Destination, expected: number): DueScan {
    return new DueScan(this.#statements.firstDue, destination, expected);
  }

  /**
   * Finds the first recipient of a destination that is free, and raises the bound to it. To pass over recipients whose
   * claims are over, as {@link nextDueAtMs} does, is safe: the next claim offers them again before it looks.
   */
  #look(destination: Destination, scan: DueScan, isFree: (due: Due) => boolean): Due | undefined {
    const due = scan.find(isFree);
    if (due === undefined) this.#destinations.remove(destination);
    else if (due.due_at !== destination.dueAtMs || due.seq !== destination.seq) {
      this.#destinations.raise(destination, due.due_at, due.seq);
    }
    return due;
  }

  #take(seq: number, destination: string, request: ClaimRequest, roomOctets: number): ClaimedRow {
    const { dueOfMessage } = this.#statements;
    return this.#hold(seq, dueOfMessage.all(seq, destination, request.nowMs), request, roomOctets);
  }

  /** Claims what is free of one message; undefined if that is nothing. */
  claimMessage(seq: number, request: Pick<ClaimRequest, 'nowMs' | 'leaseUntilMs'>): ClaimedRow | undefined {
    const rows = this.#statements.recipientsOfMessage.all(seq).filter(({ n }) => {
      const holder = this.#leases.holder(seq, Number(n));
      return holder === undefined || holder.untilMs <= request.nowMs;
    });
    return rows.length === 0 ? undefined : this.#hold(seq, rows, request, 0);
  }

  /** Puts those of some recipients under a new claim that are free. */
  #hold(
    seq: number,
    rows: readonly Readonly<Record<string, unknown>>[],
    request: Pick<ClaimRequest, 'nowMs' | 'leaseUntilMs'>,
    roomOctets: number,
  ): ClaimedRow {
    const { message } = this.#statements;
    const most = Math.min(alongOctets, roomOctets);
    const stored = message.get(most, seq) as unknown as StoredMessage | undefined;
    if (stored === undefined) throw new StoreError('corrupt', `Message ${seq} is missing`);
    const recipients: RecipientRow[] = [];
    const members = new Map<number, Place>();
    for (const row of rows) {
      const recipient = Object.values(row) as unknown as RecipientRow;
      const [destination, n, dueAtMs] = recipient;
      const holder = this.#leases.holder(seq, n);
      if (holder !== undefined && holder.untilMs > request.nowMs) continue;
      if (holder !== undefined) this.#leases.free(holder, n);
      recipients.push(recipient);
      members.set(n, { destination, dueAtMs });
    }
    const { id: messageId, last_n: lastN, envelope, spool, content } = stored;
    const hold = --this.#lastHold;
    this.#leases.add({ id: hold, messageId, seq, spool, untilMs: request.leaseUntilMs, fresh: false, members });
    return { hold, id: messageId, envelope, lastN, recipients, content };
  }
}

/** One call of {@link Claims.claim}. */
interface Round {
  readonly request: ClaimRequest;
  readonly except: ReadonlySet<string>;
  /** Claims given so far, by destination. */
  readonly given: Map<string, number>;
  readonly scans: Map<string, DueScan>;
  /** Destinations that may give no more. */
  readonly aside: Destination[];
  readonly claims: ClaimedRow[];
  readonly isFree: (due: Due) => boolean;
  roomOctets: number;
  trouble: unknown;
}

interface StoredMessage {
  readonly id: string;
  readonly last_n: number;
  readonly envelope: string;
  readonly spool: string | null;
  /** Null also if it is too large to come along. */
  readonly content: Uint8Array<ArrayBuffer> | null;
}
