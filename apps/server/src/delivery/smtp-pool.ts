import type { Clock } from '../ports.ts';
import { isAhead } from './ahead.ts';
import { Rate } from './rate.ts';
import type { Target } from './mx.ts';
import type { Trouble } from './outcomes.ts';
import type { Attempt, Job } from './smtp-attempt.ts';
import type { Feeder, SmtpConnection } from './smtp-connection.ts';

/** What a pool is to know. */
export interface SmtpPoolOptions {
  readonly maxConnections: number;
  /** Transactions that may begin in a minute; absent: any number. */
  readonly ratePerMinute?: number;
  /** For how long a destination is left alone of which no host was ready; 0: not at all. */
  readonly downMs: number;
  readonly clock: Clock;
  /** Other nodes that have the same destination. */
  readonly others?: DestinationElsewhere;
  /** Opens one more connection, whose work comes from the feeder; resolves without one if no host is ready. */
  readonly connect: (
    feeder: Feeder,
  ) => Promise<{ readonly connection?: SmtpConnection; readonly troubles: readonly Trouble[] }>;
  /** An attempt has nothing more to do here; target: the host it was with last; troubles: with hosts before that one. */
  readonly atRest: (attempt: Attempt, target: Target | undefined, troubles: readonly Trouble[]) => void;
}

/** What nodes that share a queue tell each other of one destination; see `ports/cluster.ts`. */
export interface DestinationElsewhere {
  nodes(): number;
  tellDown(untilMs: number): void;
  downUntilMs(): number;
}

/** An attempt may not wait any longer. */
export const tooLate: Trouble = { status: '4.4.7', reason: 'no connection to the destination came free in time' };

const longestSleepMs = 3_600_000;

/** How long a destination that did not let us open one more connection is spared further tries to. */
const spareMs = 60_000;

/**
 * How long attempts are left to busy connections although another one is idle, and how many to each: what goes out behind
 * a transaction costs half of the writes and reads of one that goes by itself.
 */
const leftMs = 10;
const leftToEach = 4;

/**
 * The connections to one destination and the attempts that wait for them.
 *
 * As long as none is open only one is tried, so that a destination that is down costs one probe, however many messages
 * wait. When all are busy, transactions are put behind those whose reply is still to come; for a moment also when others
 * are idle.
 */
export class SmtpPool implements Feeder {
  readonly #options: SmtpPoolOptions;
  readonly #connections = new Set<SmtpConnection>();
  /** Attempts with a transaction left to begin, oldest first. */
  #waiting: Attempt[] = [];
  #connecting = 0;
  #limit: number;
  #limitUntilMs = 0;
  /** For each connection, the troubles with hosts that were tried before. */
  readonly #skipped = new WeakMap<SmtpConnection, readonly Trouble[]>();
  readonly #rate: Rate | undefined;
  /** No host is ready. */
  #down: { readonly trouble: Trouble; readonly untilMs: number } | undefined;
  /** When attempts are not left to busy connections any longer. */
  #left: { cancel(): void } | undefined;
  /** When the next attempt that waits is overdue, or the rate allows one. */
  #alarm: { readonly atMs: number; cancel(): void } | undefined;
  #closing = false;
  #whenEmpty: (() => void)[] = [];

  constructor(options: SmtpPoolOptions) {
    this.#options = options;
    this.#limit = options.maxConnections;
    this.#rate = options.ratePerMinute === undefined ? undefined : new Rate(options.ratePerMinute);
  }

  get empty(): boolean {
    return this.#connections.size === 0 && this.#connecting === 0;
  }

  /** No connection, and nothing is known by which the next attempt would have to wait. */
  get forgettable(): boolean {
    const nowMs = this.#options.clock.now();
    return this.empty && this.#downNow() === undefined && (this.#rate?.nextAtMs(nowMs) ?? nowMs) <= nowMs;
  }

  /** How many connections this node may have. */
  get share(): number {
    const { maxConnections, others } = this.#options;
    return Math.max(1, Math.floor(maxConnections / (others?.nodes() ?? 1)));
  }

  /** Resolves when one more transaction may begin, and counts it: for one that takes no connection of the pool. */
  async allowed(): Promise<void> {
    const { clock, others } = this.#options;
    for (;;) {
      const waitMs = (this.#rate?.nextAtMs(clock.now()) ?? 0) - clock.now();
      if (waitMs <= 0) break;
      await new Promise<void>((resolve) => void clock.after(Math.ceil(waitMs), resolve));
    }
    this.#rate?.count(clock.now(), others?.nodes());
  }

  add(attempt: Attempt): void {
    const trouble = this.empty ? this.#downNow() : undefined;
    if (trouble !== undefined) {
      attempt.giveUp(trouble);
      this.#rest(attempt, undefined);
      return;
    }
    this.#waiting.push(attempt);
    this.#work();
    if (attempt.wantsTurn) this.#wakeAt(attempt.notAfterMs);
  }

  /** Ends the connections; nothing may be under way. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#left?.cancel();
    for (const connection of [...this.#connections]) connection.quit();
    if (!this.empty) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  ready(connection: SmtpConnection, skipped: readonly Trouble[]): void {
    this.#connecting--;
    this.#down = undefined;
    this.#skipped.set(connection, skipped);
    this.#connections.add(connection);
  }

  next(connection: SmtpConnection): Job | undefined {
    if (this.#closing || connection.hop === undefined) return undefined;
    // Behind a transaction that is under way only when no further connection can be had, or none is wanted yet.
    if (!connection.idle && this.#left === undefined && this.#connections.size < this.#maxNow()) return undefined;
    if (this.#isOverRate()) return undefined;
    for (let at = 0; at < this.#waiting.length;) {
      const attempt = this.#waiting[at];
      if (attempt === undefined) break;
      if (attempt.wantsNewConnection && connection.begun > 0) {
        at++;
        continue;
      }
      const job = attempt.next(connection.hop);
      if (!attempt.wantsTurn) this.#waiting.splice(at, 1);
      if (job !== undefined) {
        this.#rate?.count(this.#options.clock.now(), this.#options.others?.nodes());
        return job;
      }
      this.#rest(attempt, connection);
    }
    return undefined;
  }

  over(connection: SmtpConnection, { attempt }: Job): void {
    if (attempt.wantsTurn && !this.#waiting.includes(attempt)) this.#waiting.unshift(attempt);
    this.#rest(attempt, connection);
    // Once the connection has taken its next job: it goes on before others are opened.
    if (this.#waiting.length > 0) queueMicrotask(() => this.#work());
  }

  ended(connection: SmtpConnection, trouble?: Trouble): void {
    this.#connections.delete(connection);
    // A host that greets and goes away is not ready: to open another connection at once would never end.
    if (connection.begun === 0 && trouble !== undefined) this.#refused([trouble]);
    this.#work();
    this.#checkEmpty();
  }

  #work(): void {
    if (this.#waiting.length === 0 || this.#isOverRate()) return;
    if (this.#isLeft()) {
      this.#left ??= this.#options.clock.after(leftMs, () => this.#takeUp());
      return;
    }
    for (const connection of this.#connections) {
      if (connection.idle) connection.offer();
      if (this.#waiting.length === 0) return;
    }
    const wanted = this.#countWanted(this.#maxNow() - this.#connections.size);
    const allowed = this.#connections.size === 0 ? Math.min(wanted, 1) : wanted;
    while (this.#connecting < allowed) void this.#open();
    // At the limit a busy connection may take another one behind.
    if (this.#connections.size >= this.#maxNow()) {
      for (const connection of this.#connections) {
        if (this.#waiting.length === 0) return;
        if (connection.canBegin) connection.offer();
      }
    }
  }

  /** Whether busy connections will soon come to what waits. */
  #isLeft(): boolean {
    let taking = 0;
    let idle = 0;
    for (const connection of this.#connections) {
      if (connection.idle) idle++;
      else if (connection.takesMore) taking++;
    }
    return idle > 0 && this.#waiting.length <= taking * leftToEach;
  }

  /** What busy connections have not come to goes to others. */
  #takeUp(): void {
    this.#left = undefined;
    for (const connection of this.#connections) if (connection.idle && this.#waiting.length > 0) connection.offer();
    this.#work();
  }

  async #open(): Promise<void> {
    this.#connecting++;
    const { connection, troubles } = await this.#options.connect(this);
    if (connection === undefined) {
      this.#connecting--;
      this.#refused(troubles);
    } else if (this.#closing) connection.quit();
    this.#work();
    this.#checkEmpty();
  }

  /** One more connection can't be had: those that are open go on; if there is none, the destination is down. */
  #refused(troubles: readonly Trouble[]): void {
    if (this.#connections.size > 0) {
      this.#limit = this.#connections.size;
      this.#limitUntilMs = this.#options.clock.now() + spareMs;
      return;
    }
    if (this.#connecting > 0) return;
    const trouble = troubles.findLast(({ status }) => status.startsWith('4')) ??
      troubles.at(-1) ?? { status: '4.4.1', reason: 'the destination has no host' };
    // What is final for these messages is not for those to come: they do not fail unless they are refused, too.
    if (trouble.status.startsWith('4')) this.#putDown(trouble);
    this.#giveUp(this.#waiting.splice(0), trouble);
  }

  #putDown(trouble: Trouble): void {
    const untilMs = this.#options.clock.now() + this.#options.downMs;
    this.#down = { trouble, untilMs };
    this.#options.others?.tellDown(untilMs);
  }

  #giveUp(attempts: readonly Attempt[], trouble: Trouble): void {
    for (const attempt of attempts) {
      attempt.giveUp(trouble);
      this.#rest(attempt, undefined);
    }
  }

  /** As many transactions have begun as may; looks again when the next one may. */
  #isOverRate(): boolean {
    const { clock } = this.#options;
    const atMs = this.#rate?.nextAtMs(clock.now()) ?? 0;
    if (atMs <= clock.now()) return false;
    this.#wakeAt(atMs);
    return true;
  }

  #wakeAt(atMs: number): void {
    const { clock } = this.#options;
    if (atMs === Infinity || (this.#alarm !== undefined && this.#alarm.atMs <= atMs)) return;
    this.#alarm?.cancel();
    // Waking early does no harm; timers can't be set for ever.
    const wakeAtMs = Math.min(atMs, clock.now() + longestSleepMs);
    this.#alarm = { atMs: wakeAtMs, ...clock.after(wakeAtMs - clock.now(), () => this.#wake()) };
  }

  /** What has waited too long is given back; for the rest there may be room now. */
  #wake(): void {
    this.#alarm = undefined;
    const nowMs = this.#options.clock.now();
    const overdue = this.#waiting.filter((attempt) => attempt.notAfterMs <= nowMs && !attempt.underWay);
    if (overdue.length > 0) {
      const late = new Set(overdue);
      this.#waiting = this.#waiting.filter((attempt) => !late.has(attempt));
      this.#giveUp(overdue, tooLate);
    }
    this.#work();
    const next = this.#waiting.reduce((least, { notAfterMs }) => Math.min(least, notAfterMs), Infinity);
    this.#wakeAt(Math.max(next, nowMs + 1));
  }

  #rest(attempt: Attempt, connection: SmtpConnection | undefined): void {
    if (!attempt.atRest) return;
    this.#options.atRest(attempt, connection?.target, (connection && this.#skipped.get(connection)) ?? []);
  }

  /** Attempts that no connection works on, counted up to a limit: the others go on where they are. */
  #countWanted(limit: number): number {
    let count = 0;
    for (const attempt of this.#waiting) {
      if (count >= limit) break;
      if (!attempt.underWay) count++;
    }
    return count;
  }

  #maxNow(): number {
    const { share } = this;
    if (!isAhead(this.#limitUntilMs, spareMs, this.#options.clock.now())) this.#limit = share;
    return Math.min(this.#limit, share);
  }

  /** Why the destination is left alone; undefined if it is not. */
  #downNow(): Trouble | undefined {
    const nowMs = this.#options.clock.now();
    const { downMs } = this.#options;
    if (this.#down !== undefined && isAhead(this.#down.untilMs, downMs, nowMs)) return this.#down.trouble;
    if ((this.#options.others?.downUntilMs() ?? 0) <= nowMs) return undefined;
    return { status: '4.4.1', reason: 'another node found no host of the destination ready' };
  }

  #checkEmpty(): void {
    if (!this.empty) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
