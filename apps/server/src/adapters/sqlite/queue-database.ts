import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../ports.ts';
import { Room } from './room.ts';
import { Claims } from './claims.ts';
import { Depths } from './depths.ts';
import { Destinations } from './destinations.ts';
import { Inspection, type InspectionAsk } from './inspection.ts';
import { JournalTable, type JournalAsk } from './journal.ts';
import { Leases } from './leases.ts';
import type {
  Aftermath,
  ClaimedRow,
  ClaimRequest,
  FailedWrite,
  Read,
  StoredContent,
  WorkerOptions,
  Write,
} from './messages.ts';
import { openDatabase, toStoreError } from './schema.ts';
import { prepareStatements } from './statements.ts';
import type { Statements } from './statements.ts';
import { Writes } from './writes.ts';
import type { Counts } from './writes.ts';

/** The queue within its thread: transactions, and who holds what. */
export class QueueDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #leases = new Leases();
  readonly #destinations = new Destinations();
  readonly #writes: Writes;
  readonly #claims: Claims;
  readonly #depths = new Depths();
  readonly #journal: JournalTable;
  readonly #inspection: Inspection;
  #inTransaction = false;
  #ended: number[] = [];
  #gone: string[] = [];

  /** @throws {StoreError} */
  constructor(options: WorkerOptions) {
    this.#database = openDatabase(options);
    try {
      this.#statements = prepareStatements(this.#database);
      const room = new Room(dirname(options.file), options.minFreeOctets, () => this.#reusableOctets());
      const [statements, leases, destinations, depths] = [
        this.#statements,
        this.#leases,
        this.#destinations,
        this.#depths,
      ];
      this.#journal = new JournalTable(this.#database);
      this.#writes = new Writes({
        ...{ statements, leases, destinations, room, depths },
        ...{ journal: this.#journal, lastSeq: this.#lastSeq() },
      });
      this.#claims = new Claims(statements, leases, destinations);
      this.#inspection = new Inspection(this.#database, leases, depths);
      this.#recover();
    } catch (error) {
      this.#database.close();
      throw toStoreError(error);
    }
  }

  /** Names of the spooled content that messages need. */
  spooled(): readonly string[] {
    return this.#statements.spools.all().map(({ spool }) => String(spool));
  }

  /**
   * Applies what came together in one transaction. One that the database refuses doesn't take the others with it: they
   * are tried again one by one, except when the disk failed to keep what it took.
   */
  write(writes: readonly Write[]): readonly FailedWrite[] {
    try {
      return this.#together(writes);
    } catch (error) {
      const { code, message } = toStoreError(error);
      if (writes.length === 1 || (error instanceof CommitError && code !== 'full')) {
        return writes.map((_, index) => ({ index, refusal: { code, message } }));
      }
    }
    return writes.flatMap((write, index) => this.write([write]).map(({ refusal }) => ({ index, refusal })));
  }

  /** @throws {StoreError} */
  claim(request: ClaimRequest): readonly ClaimedRow[] {
    this.#transact(() => {
      for (const hold of this.#leases.lapsed(request.nowMs)) {
        if (hold.fresh) {
          this.#begin();
          this.#writes.spread(hold);
        }
        this.#writes.offer(hold);
      }
    });
    return this.#transact(() => this.#claims.claim(request));
  }

  /** Claims what is free of one message. */
  claimMessage(request: Extract<Read, { kind: 'claim-message' }>): ClaimedRow | undefined {
    const { messageId, nowMs } = request;
    const fresh = this.#leases.ofFresh(messageId);
    if (fresh !== undefined && fresh.untilMs > nowMs) return undefined;
    return this.#transact(() => {
      if (fresh !== undefined) {
        this.#begin();
        this.#writes.spread(fresh);
      }
      const seq = this.#statements.seqById.get(messageId)?.['seq'];
      return seq === undefined ? undefined : this.#claims.claimMessage(Number(seq), request);
    });
  }

  /** @throws {StoreError} */
  journal(ask: JournalAsk): unknown {
    if (ask.kind === 'read' || ask.kind === 'dead' || ask.kind === 'count-dead') return this.#journal.ask(ask);
    return this.#transact(() => {
      this.#begin();
      return this.#journal.ask(ask);
    });
  }

  /** @throws {StoreError} */
  inspect(ask: InspectionAsk): unknown {
    if (ask.kind !== 'pause' && ask.kind !== 'resume') return this.#inspection.ask(ask);
    return this.#transact(() => {
      this.#begin();
      if (ask.events !== undefined) this.#journal.append(ask.events);
      return this.#inspection.ask(ask);
    });
  }

  nextDueAtMs(except: readonly string[]): number | undefined {
    const dueAtMs = this.#claims.nextDueAtMs(except) ?? Infinity;
    const next = Math.min(dueAtMs, this.#leases.nextDueAtMs(except));
    return next === Infinity ? undefined : next;
  }

  content(messageId: string): StoredContent {
    const fresh = this.#leases.ofFresh(messageId);
    const { freshContent, contentById } = this.#statements;
    const stored = fresh === undefined ? contentById.get(messageId) : freshContent.get(fresh.seq);
    if (stored === undefined) throw new StoreError('io', `There is no message ${messageId}`);
    return stored as unknown as StoredContent;
  }

  counts(): Counts {
    return { ...this.#writes.counts };
  }

  /** @throws {StoreError} */
  probe(): void {
    this.#transact(() => {
      this.#begin();
      this.#writes.probe();
    });
  }

  /** What ended with the operations since the last call. */
  takeAftermath(): Aftermath {
    const aftermath = { ended: this.#ended, unnamed: this.#gone, journal: this.#journal.takeNew() };
    this.#ended = [];
    this.#gone = [];
    return aftermath;
  }

  close(): void {
    this.#database.close();
  }

  #together(writes: readonly Write[]): FailedWrite[] {
    return this.#transact(() => {
      const failures: FailedWrite[] = [];
      for (const [index, write] of writes.entries()) {
        if (write.kind !== 'renew') this.#begin();
        const refusal = this.#writes.apply(write);
        if (refusal !== undefined) failures.push({ index, refusal });
      }
      return failures;
    });
  }

  /** Runs and commits; when that fails, rows and claims are as they were. */
  #transact<Result>(run: () => Result): Result {
    const counts = { ...this.#writes.counts };
    try {
      const result = run();
      this.#journal.flush();
      if (this.#inTransaction) this.#commit();
      this.#journal.commit();
      this.#depths.commit();
      this.#ended = this.#ended.concat(this.#leases.commit());
      this.#gone = this.#gone.concat(this.#writes.gone);
      this.#writes.gone = [];
      return result;
    } catch (error) {
      if (this.#inTransaction) this.#rollback();
      this.#journal.rollback();
      this.#leases.rollback();
      this.#depths.rollback();
      this.#writes.gone = [];
      Object.assign(this.#writes.counts, counts);
      throw error;
    }
  }

  #begin(): void {
    if (this.#inTransaction) return;
    this.#statements.begin.run();
    this.#inTransaction = true;
  }

  #commit(): void {
    try {
      this.#statements.commit.run();
      this.#inTransaction = false;
    } catch (error) {
      throw new CommitError(toStoreError(error));
    }
  }

  #rollback(): void {
    this.#inTransaction = false;
    try {
      this.#statements.rollback.run();
    } catch {
      // After a full disk or an I/O error SQLite has rolled back by itself.
    }
  }

  #lastSeq(): number {
    return Number(this.#statements.maxSeq.get()?.['seq']);
  }

  /** Pages that nothing lies in any more, within the file. */
  #reusableOctets(): number {
    const { freelist, pageSize } = this.#statements;
    return Number(freelist.get()?.['freelist_count']) * Number(pageSize.get()?.['page_size']);
  }

  /** Lets rest what was under way when the last process ended, and looks up where each destination begins. */
  #recover(): void {
    const { counts } = this.#writes;
    this.#begin();
    this.#writes.restAll();
    this.#commit();
    this.#depths.commit();
    counts.messages = Number(this.#statements.countMessages.get()?.['count']);
    counts.recipients = 0;
    for (const { destination, count } of this.#statements.countDestinations.all()) {
      this.#depths.begin(String(destination), Number(count));
      counts.recipients += Number(count);
    }
    const { firstDestination, nextDestination } = this.#statements;
    for (let found = firstDestination.get(); found !== undefined;) {
      const { destination, due_at, seq } = found as unknown as FirstOfDestination;
      this.#destinations.lower(destination, due_at, seq);
      found = nextDestination.get(destination);
    }
  }
}

interface FirstOfDestination {
  readonly destination: string;
  readonly due_at: number;
  readonly seq: number;
}

/** The transaction could not be made durable. */
class CommitError extends StoreError {
  constructor({ code, message }: StoreError) {
    super(code, message);
  }
}
