import type { Recipient } from '../../model.ts';
import { StoreError } from '../../ports.ts';
import { stepOfChildren } from '../queue-children.ts';
import type { Room } from './room.ts';
import type { Depths } from './depths.ts';
import type { Destinations } from './destinations.ts';
import type { JournalTable } from './journal.ts';
import type { Hold, Leases, Place } from './leases.ts';
import { lastN, toRow } from './messages.ts';
import type { HeldMessage, PendingRow, RecipientRow, Refusal, RestingMessage, Write } from './messages.ts';
import type { Statements } from './statements.ts';

/** How much lies in the queue. */
export interface Counts {
  messages: number;
  recipients: number;
}

/** What a settlement of recipients that are done leaves out. */
const NOTHING_ELSE = { kind: 'settle', pending: [], children: [], messages: [], ends: [] } as const;

/** What {@link Writes} works with. */
export interface WriteParts {
  readonly statements: Statements;
  readonly leases: Leases;
  readonly destinations: Destinations;
  readonly room: Room;
  readonly depths: Depths;
  readonly journal: JournalTable;
  readonly lastSeq: number;
}

/** As large as a usual message. */
const PROBE = new Uint8Array(16_384);

/**
 * The operations that change the queue. Each either looks first and refuses before it has changed anything, or runs
 * within the transaction of its caller.
 */
export class Writes {
  readonly #statements: Statements;
  readonly #leases: Leases;
  readonly #destinations: Destinations;
  readonly #room: Room;
  readonly #depths: Depths;
  readonly #journal: JournalTable;
  readonly counts: Counts = { messages: 0, recipients: 0 };
  /** Spooled content of messages that are gone. */
  gone: string[] = [];
  #lastSeq: number;

  constructor({ statements, leases, destinations, room, depths, journal, lastSeq }: WriteParts) {
    this.#statements = statements;
    this.#leases = leases;
    this.#destinations = destinations;
    this.#room = room;
    this.#depths = depths;
    this.#journal = journal;
    this.#lastSeq = lastSeq;
  }

  /** Undefined if it was done; else why nothing of it was. */
  apply(write: Write): Refusal | undefined {
    switch (write.kind) {
      case 'accept-held':
      case 'accept':
        return this.#accept(write);
      case 'settle':
      case 'done':
        if (this.#settle(write.kind === 'done' ? { ...write, ...NOTHING_ELSE } : write)) return undefined;
        return { code: 'lease-lost', message: `The claim on ${write.messageId} has passed on` };
      case 'renew':
        for (const hold of this.#standing(write.holds)) this.#leases.renew(hold, write.untilMs);
        return undefined;
      case 'release':
        for (const hold of this.#standing(write.holds)) this.#release(hold);
        return undefined;
    }
  }

  /** Gives the recipients of a message that lies in `fresh` rows of their own. */
  spread(hold: Hold): void {
    const places = this.#rest(hold.seq);
    this.#leases.spread(hold, places);
  }

  /** Lets the messages rest whose claims ended with the process that held them. */
  restAll(): void {
    for (const { seq } of this.#statements.allFresh.all()) {
      for (const place of this.#rest(Number(seq)).values()) {
        this.#destinations.lower(place.destination, place.dueAtMs, Number(seq));
      }
    }
  }

  /** The recipients of the claim may be claimed again. */
  offer(hold: Hold): void {
    for (const place of hold.members.values()) {
      if (place !== undefined) this.#destinations.lower(place.destination, place.dueAtMs, hold.seq);
    }
  }

  /** Stores a message and takes it away again, within a transaction. */
  probe(): void {
    const complaint = this.#room.complaint(PROBE.length);
    if (complaint !== undefined) throw new StoreError('full', complaint);
    this.#statements.insertFresh.run(this.#lastSeq + 1, '', '', '', null, PROBE);
    this.#statements.deleteFresh.run(this.#lastSeq + 1);
  }

  #accept(write: Extract<Write, { readonly kind: 'accept' | 'accept-held' }>): Refusal | undefined {
    const complaint = this.#room.complaint(sizeOf(write.messages));
    if (complaint !== undefined) return { code: 'full', message: complaint };
    if (write.kind === 'accept') for (const message of write.messages) this.#insertResting(message);
    else for (const message of write.messages) this.#insertHeld(message, write.untilMs);
    this.#tell(write);
    return undefined;
  }

  /** Into the journal goes what somebody reads there. */
  #tell({
    events,
    messages,
    keepOctets,
  }: Extract<Write, { readonly kind: 'accept' | 'accept-held' | 'settle' }>): void {
    if (events === undefined) return;
    for (const { id, kept, content } of messages) {
      if (kept && content !== null) this.#journal.keep(id, content.subarray(0, keepOctets));
    }
    this.#journal.append(events);
  }

  #insertHeld(message: HeldMessage, untilMs: number): void {
    const { id, envelope, recipients, spool, content } = message;
    const seq = ++this.#lastSeq;
    this.#statements.insertFresh.run(seq, id, envelope, recipients, spool, content);
    const members = new Map<number, undefined>();
    for (const n of message.ns) members.set(n, undefined);
    this.#leases.add({ id: message.hold, messageId: id, seq, spool, untilMs, fresh: true, members });
    this.counts.messages += 1;
    this.counts.recipients += members.size;
  }

  #insertResting(message: RestingMessage): void {
    const seq = ++this.#lastSeq;
    const { id, lastN, envelope, spool, content } = message;
    this.#statements.insertMessage.run(seq, id, lastN, envelope, spool, content);
    for (const recipient of message.recipients) this.#insertRecipient(seq, recipient);
    this.counts.messages += 1;
  }

  #insertRecipient(seq: number, recipient: RecipientRow): void {
    this.#statements.insertRecipient.run(seq, ...recipient);
    this.#depths.change(recipient[0], 1);
    this.#destinations.lower(recipient[0], recipient[2], seq);
    this.counts.recipients += 1;
  }

  #settle(write: Extract<Write, { readonly kind: 'settle' }>): boolean {
    const { done, pending } = write;
    const hold = this.#leases.find(write.hold, write.messageId, done);
    if (hold === undefined) return false;
    for (const [n] of pending) if (!hold.members.has(n)) return false;
    const others: Hold[] = [];
    for (const end of write.ends) {
      const other = this.#leases.find(end.hold, end.messageId, []);
      if (other === undefined) return false;
      others.push(other);
    }
    for (const message of write.messages) this.#insertResting(message);
    this.#apply(hold, write);
    for (const other of others) this.#apply(other, { done: [...other.members.keys()], pending: [], children: [] });
    this.#tell(write);
    return true;
  }

  #apply(
    hold: Hold,
    { done, pending, children }: Pick<Extract<Write, { readonly kind: 'settle' }>, 'done' | 'pending' | 'children'>,
  ): void {
    if (hold.fresh && done.length === hold.members.size && children.length === 0) {
      this.#leases.end(hold);
      this.#statements.deleteFresh.run(hold.seq);
      this.counts.recipients -= done.length;
      this.#messageGone(hold);
      return;
    }
    if (hold.fresh) this.#spreadSettled(hold, done, pending);
    else {
      for (const n of done) this.#remove(hold, n);
      for (const row of pending) this.#defer(hold, row);
    }
    if (children.length > 0) this.#insertChildren(hold.seq, children);
    else if (pending.length === 0) this.#removeIfDone(hold);
  }

  /** Spreads a message of which some recipients are settled, without writing them twice. */
  #spreadSettled(hold: Hold, done: readonly number[], pending: readonly PendingRow[]): void {
    const gone = new Set(done);
    const changes = new Map(pending.map((row) => [row[0], row]));
    const places = this.#rest(hold.seq, (row) => (gone.has(row[1]) ? undefined : withChange(row, changes.get(row[1]))));
    this.#leases.spread(hold, places);
    for (const n of done) this.#leases.free(hold, n);
    for (const [n, destination, dueAtMs] of pending) {
      this.#leases.free(hold, n);
      this.#destinations.lower(destination, dueAtMs, hold.seq);
    }
    this.counts.recipients -= done.length;
  }

  #remove(hold: Hold, n: number): void {
    const destination = hold.members.get(n)?.destination ?? '';
    this.#statements.deleteRecipient.run(hold.seq, destination, n);
    this.#depths.change(destination, -1);
    this.#leases.free(hold, n);
    this.counts.recipients -= 1;
  }

  #defer(hold: Hold, [n, destination, dueAtMs, ...rest]: PendingRow): void {
    const from = hold.members.get(n)?.destination ?? '';
    this.#statements.deferRecipient.run(destination, dueAtMs, ...rest, hold.seq, from, n);
    if (destination !== from) {
      this.#depths.change(from, -1);
      this.#depths.change(destination, 1);
    }
    this.#leases.free(hold, n);
    this.#destinations.lower(destination, dueAtMs, hold.seq);
  }

  #removeIfDone(hold: Hold): void {
    if (this.#statements.deleteMessageIfDone.run(hold.seq, hold.seq).changes !== 0) this.#messageGone(hold);
  }

  #insertChildren(seq: number, children: readonly RecipientRow[]): void {
    const ns = children.map(([, n]) => ({ n }));
    const step = stepOfChildren(ns, Number(this.#statements.lastN.get(seq)?.['last_n']));
    for (const [destination, n, ...rest] of children) this.#insertRecipient(seq, [destination, n + step, ...rest]);
    this.#statements.raiseLastN.run(lastN(ns) + step, seq);
  }

  #messageGone(hold: Hold): void {
    this.counts.messages -= 1;
    if (hold.spool !== null && this.#statements.namesSpool.get(hold.spool, hold.spool) === undefined)
      this.gone.push(hold.spool);
  }

  #release(hold: Hold): void {
    if (hold.fresh) this.spread(hold);
    this.#leases.end(hold);
    this.offer(hold);
  }

  #standing(holds: readonly number[]): Hold[] {
    return holds.flatMap((id) => this.#leases.get(id) ?? []);
  }

  /** Gives recipients in `fresh` rows of their own, as they are changed; without a row if they are not wanted. */
  #rest(seq: number, change: (row: RecipientRow) => RecipientRow | undefined = (row) => row): Map<number, Place> {
    const stored = this.#statements.freshRecipients.get(seq)?.['recipients'];
    const recipients = JSON.parse(String(stored)) as readonly Recipient[];
    this.#statements.restFresh.run(lastN(recipients), seq);
    this.#statements.deleteFresh.run(seq);
    const places = new Map<number, Place>();
    for (const recipient of recipients) {
      const row = change(toRow(recipient));
      if (row === undefined) continue;
      this.#statements.insertRecipient.run(seq, ...row);
      this.#depths.change(row[0], 1);
      places.set(recipient.n, { destination: row[0], dueAtMs: row[2] });
    }
    return places;
  }
}

function withChange(row: RecipientRow, change: PendingRow | undefined): RecipientRow {
  if (change === undefined) return row;
  const [n, destination, dueAtMs, attempts, retryAtMs, delayReported, lastFailure] = change;
  const [, , , address, parameters, shownAs] = row;
  return [destination, n, dueAtMs, address, parameters, shownAs, attempts, retryAtMs, delayReported, lastFailure];
}

function sizeOf(messages: readonly (HeldMessage | RestingMessage)[]): number {
  let octets = 0;
  for (const { content, envelope } of messages) octets += (content?.length ?? 0) + envelope.length;
  return octets;
}
