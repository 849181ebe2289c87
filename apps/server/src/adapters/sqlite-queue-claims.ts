import { StoreError } from '../ports.ts';
import type { Destination, Destinations } from './sqlite-queue-destinations.ts';
import type { Leases, Place } from './sqlite-queue-leases.ts';
import type { ClaimedRow, ClaimRequest, RecipientRow } from './sqlite-queue-messages.ts';
import { DueScan } from './sqlite-queue-scan.ts';
import type { Due } from './sqlite-queue-scan.ts';
import type { Statements } from './sqlite-queue-statements.ts';

/** Content up to this size comes along with a claim; so much of it altogether. */
const alongOctets = 65_536;
const alongInAllOctets = 4 * 1_048_576;

/** Finds work. What a claim costs depends on what it gives, not on how much waits. */
export class Claims {
  readonly #statements: Statements;
  readonly #leases: Leases;
  readonly #destinations: Destinations;

  constructor(statements: Statements, leases: Leases, destinations: Destinations) {
    this.#statements = statements;
    this.#leases = leases;
    this.#destinations = destinations;
  }

  claim(request: ClaimRequest): ClaimedRow[] {
    const { nowMs, limit, perDestination } = request;
    const except = new Set(request.except);
    const given = new Map<string, number>();
    const scans = new Map<string, DueScan>();
    const aside: Destination[] = [];
    const claims: ClaimedRow[] = [];
    const isFree = ({ seq, n }: Due) => !((this.#leases.holder(seq, n)?.untilMs ?? -Infinity) > nowMs);
    let roomOctets = alongInAllOctets;
    while (claims.length < limit) {
      const destination = this.#destinations.first();
      if (destination === undefined || destination.dueAtMs > nowMs) break;
      const { name } = destination;
      const soFar = given.get(name) ?? 0;
      if (soFar >= perDestination || except.has(name)) {
        this.#destinations.setAside(destination);
        aside.push(destination);
        continue;
      }
      const scan = scans.get(name) ?? this.#scan(destination, Math.min(perDestination - soFar, limit - claims.length));
      scans.set(name, scan);
      const due = this.#look(destination, scan, isFree);
      // The bound was too low: another destination, or none, may be next.
      if (due === undefined || due.due_at > nowMs || this.#destinations.first() !== destination) continue;
      const claim = this.#take(due.seq, name, request, request.firstHold + claims.length, roomOctets);
      scan.pass(due);
      this.#look(destination, scan, isFree);
      given.set(name, soFar + 1);
      roomOctets -= claim.content?.length ?? 0;
      claims.push(claim);
    }
    for (const destination of aside) this.#destinations.putBack(destination);
    return claims;
  }

  /** When the first recipient that is under no claim becomes due. */
  nextDueAtMs(): number | undefined {
    const aside: Destination[] = [];
    const isFree = ({ seq, n }: Due) => this.#leases.holder(seq, n) === undefined;
    let next: number | undefined;
    for (;;) {
      const destination = this.#destinations.first();
      if (destination === undefined || (next !== undefined && destination.dueAtMs >= next)) break;
      const due = this.#look(destination, this.#scan(destination, 0), isFree);
      if (due === undefined) continue;
      next = Math.min(next ?? Infinity, due.due_at);
      this.#destinations.setAside(destination);
      aside.push(destination);
    }
    for (const destination of aside) this.#destinations.putBack(destination);
    return next;
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

  #take(seq: number, destination: string, request: ClaimRequest, id: number, roomOctets: number): ClaimedRow {
    const { dueOfMessage, message } = this.#statements;
    const most = Math.min(alongOctets, roomOctets);
    const stored = message.get(most, seq) as unknown as StoredMessage | undefined;
    if (stored === undefined) throw new StoreError('corrupt', `Message ${seq} is missing`);
    const recipients: RecipientRow[] = [];
    const members = new Map<number, Place>();
    for (const row of dueOfMessage.all(seq, destination, request.nowMs)) {
      const recipient = Object.values(row) as unknown as RecipientRow;
      const [, n, dueAtMs] = recipient;
      const hold = this.#leases.holder(seq, n);
      if (hold !== undefined && hold.untilMs > request.nowMs) continue;
      if (hold !== undefined) this.#leases.free(hold, n);
      recipients.push(recipient);
      members.set(n, { destination, dueAtMs });
    }
    const { id: messageId, last_n: lastN, envelope, spool, content } = stored;
    this.#leases.add({ id, messageId, seq, spool, untilMs: request.leaseUntilMs, fresh: false, members });
    return { hold: id, id: messageId, envelope, lastN, recipients, content };
  }
}

interface StoredMessage {
  readonly id: string;
  readonly last_n: number;
  readonly envelope: string;
  readonly spool: string | null;
  /** Null also if it is too large to come along. */
  readonly content: Uint8Array<ArrayBuffer> | null;
}
