import { StoreError } from '../ports.ts';
import type { Destination, Destinations } from './sqlite-queue-destinations.ts';
import type { Hold, Leases, Place } from './sqlite-queue-leases.ts';
import type { ClaimedRow, ClaimRequest, RecipientRow } from './sqlite-queue-messages.ts';
import type { Statements } from './sqlite-queue-statements.ts';

/** Content up to this size comes along with a claim; so much of it altogether. */
const alongOctets = 65_536;
const alongInAllOctets = 4 * 1_048_576;

/** The place of a recipient in the order of its destination. */
interface Due {
  readonly due_at: number;
  readonly seq: number;
  readonly n: number;
}

/** Finds work. Each look into the store costs the same, however much waits there. */
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
    const except = new Set(request.except);
    const given = new Map<string, number>();
    const aside: Destination[] = [];
    const claims: ClaimedRow[] = [];
    let roomOctets = alongInAllOctets;
    for (;;) {
      const destination = this.#destinations.first();
      if (claims.length >= request.limit || destination === undefined || destination.dueAtMs > request.nowMs) break;
      const { name } = destination;
      if (except.has(name) || (given.get(name) ?? 0) >= request.perDestination) {
        this.#destinations.setAside(destination);
        aside.push(destination);
        continue;
      }
      const due = this.#look(destination, (hold) => hold.untilMs > request.nowMs);
      // The bound was too low: another destination, or none, may be next.
      if (due === undefined || this.#destinations.first() !== destination || due.due_at > request.nowMs) continue;
      given.set(name, (given.get(name) ?? 0) + 1);
      const claim = this.#take(due.seq, name, request, request.firstHold + claims.length, roomOctets);
      this.#destinations.raise(destination, due.due_at, due.seq + 1);
      roomOctets -= claim.content?.length ?? 0;
      claims.push(claim);
    }
    for (const destination of aside) this.#destinations.putBack(destination);
    return claims;
  }

  /** When the first recipient that is under no claim becomes due. */
  nextDueAtMs(): number | undefined {
    const aside: Destination[] = [];
    let next: number | undefined;
    for (;;) {
      const destination = this.#destinations.first();
      if (destination === undefined || (next !== undefined && destination.dueAtMs >= next)) break;
      const due = this.#look(destination, () => true);
      if (due === undefined) continue;
      next = Math.min(next ?? Infinity, due.due_at);
      this.#destinations.setAside(destination);
      aside.push(destination);
    }
    for (const destination of aside) this.#destinations.putBack(destination);
    return next;
  }

  /**
   * Finds the first recipient of a destination that is free, and raises the bound to it. To pass over recipients whose
   * claims are over, as {@link nextDueAtMs} does, is safe: the next claim offers them again before it looks.
   */
  #look(destination: Destination, isHeld: (hold: Hold) => boolean): Due | undefined {
    const { firstDue } = this.#statements;
    let last: Due = { due_at: destination.dueAtMs, seq: destination.seq, n: -1 };
    for (let take = 1; ; take = 64) {
      const page = firstDue.all(destination.name, last.due_at, last.seq, last.n, take) as unknown as Due[];
      for (const due of page) {
        const hold = this.#leases.holder(due.seq, due.n);
        if (hold === undefined || !isHeld(hold)) {
          if (due.due_at !== destination.dueAtMs || due.seq !== destination.seq) {
            this.#destinations.raise(destination, due.due_at, due.seq);
          }
          return due;
        }
        last = due;
      }
      if (page.length < take) break;
    }
    this.#destinations.remove(destination);
    return undefined;
  }

  #take(seq: number, destination: string, request: ClaimRequest, id: number, roomOctets: number): ClaimedRow {
    const { dueOfMessage, message, messageContent } = this.#statements;
    const stored = message.get(seq) as unknown as StoredMessage | undefined;
    if (stored === undefined) throw new StoreError('corrupt', `Message ${seq} is missing`);
    const rows: RecipientRow[] = [];
    const members = new Map<number, Place>();
    for (const row of dueOfMessage.all(seq, destination, request.nowMs)) {
      const recipient = Object.values(row) as unknown as RecipientRow;
      const [, n, dueAtMs] = recipient;
      const hold = this.#leases.holder(seq, n);
      if (hold !== undefined && hold.untilMs > request.nowMs) continue;
      if (hold !== undefined) this.#leases.free(hold, n);
      rows.push(recipient);
      members.set(n, { destination, dueAtMs });
    }
    const { id: messageId, spool } = stored;
    this.#leases.add({ id, messageId, seq, spool, untilMs: request.leaseUntilMs, fresh: false, members });
    const along = spool === null && (stored.octets ?? 0) <= Math.min(alongOctets, roomOctets);
    const content = along ? (messageContent.get(seq)?.['content'] as Uint8Array<ArrayBuffer> | null) : null;
    return { hold: id, id: messageId, envelope: stored.envelope, lastN: stored.last_n, recipients: rows, content };
  }
}

interface StoredMessage {
  readonly id: string;
  readonly last_n: number;
  readonly envelope: string;
  readonly spool: string | null;
  readonly octets: number | null;
}
