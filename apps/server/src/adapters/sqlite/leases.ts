/** Where a claimed recipient stands in the order of the queue. */
export interface Place {
  readonly destination: string;
  readonly dueAtMs: number;
}

/** A claim: the recipients of one message that somebody is working on. */
export interface Hold {
  readonly id: number;
  readonly messageId: string;
  readonly seq: number;
  readonly spool: string | null;
  untilMs: number;
  /** The message lies in `fresh`; the places of its recipients are in its row. */
  fresh: boolean;
  readonly members: Map<number, Place | undefined>;
}

/**
 * The claims of the process that has the store open. A claim whose time is over still stands until another takes its
 * recipients. Changes belong to the transaction under way: {@link rollback} takes them back.
 */
export class Leases {
  readonly #holds = new Map<number, Hold>();
  /** Holders of recipients that have rows of their own, by message and `n`. */
  readonly #holders = new Map<number, Map<number, Hold>>();
  readonly #fresh = new Map<string, Hold>();
  #undo: (() => void)[] = [];
  #ended: number[] = [];
  /** No claim ends before this time. */
  #earliestMs = Infinity;

  add(hold: Hold): void {
    this.#enter(hold);
    this.#undo.push(() => this.#leave(hold));
  }

  /** The claim, if it stands and covers these recipients of the message. */
  find(id: number, messageId: string, ns: readonly number[]): Hold | undefined {
    const hold = this.#holds.get(id);
    if (hold?.messageId !== messageId) return undefined;
    for (const n of ns) if (!hold.members.has(n)) return undefined;
    return hold;
  }

  get(id: number): Hold | undefined {
    return this.#holds.get(id);
  }

  holder(seq: number, n: number): Hold | undefined {
    return this.#holders.get(seq)?.get(n);
  }

  /** The claim on a message that lies in `fresh`. */
  ofFresh(messageId: string): Hold | undefined {
    return this.#fresh.get(messageId);
  }

  /** Ends the claim. */
  end(hold: Hold): void {
    this.#leave(hold);
    this.#ended.push(hold.id);
    this.#undo.push(() => this.#enter(hold));
  }

  /** Takes one recipient out of the claim, which ends with its last one. */
  free(hold: Hold, n: number): void {
    if (hold.members.size === 1) {
      this.end(hold);
      return;
    }
    const place = hold.members.get(n);
    this.#forget(hold.seq, n);
    hold.members.delete(n);
    this.#undo.push(() => {
      hold.members.set(n, place);
      this.#remember(hold, n);
    });
  }

  /** The message has left `fresh`: its recipients have rows now. */
  spread(hold: Hold, places: ReadonlyMap<number, Place>): void {
    this.#leave(hold);
    hold.fresh = false;
    for (const n of hold.members.keys()) hold.members.set(n, places.get(n));
    this.#enter(hold);
    this.#undo.push(() => {
      this.#leave(hold);
      hold.fresh = true;
      this.#enter(hold);
    });
  }

  renew(hold: Hold, untilMs: number): void {
    hold.untilMs = untilMs;
    this.#earliestMs = Math.min(this.#earliestMs, untilMs);
  }

  /** The claims whose time is over. */
  lapsed(nowMs: number): readonly Hold[] {
    if (nowMs < this.#earliestMs) return [];
    this.#earliestMs = Infinity;
    for (const { untilMs } of this.#holds.values()) this.#earliestMs = Math.min(this.#earliestMs, untilMs);
    return nowMs < this.#earliestMs ? [] : [...this.#holds.values()].filter((hold) => hold.untilMs <= nowMs);
  }

  /**
   * When the end of a claim first leaves something to do; Infinity if there is none. What an operator claimed before it
   * was due has its own time to wait for, also when the claim is long over.
   */
  nextDueAtMs(except: readonly string[]): number {
    let next = Infinity;
    for (const { untilMs, members } of this.#holds.values()) {
      if (untilMs >= next) continue;
      let dueAtMs = Infinity;
      for (const place of members.values()) {
        if (place === undefined || !except.includes(place.destination)) {
          dueAtMs = Math.min(dueAtMs, place?.dueAtMs ?? untilMs);
        }
      }
      next = Math.min(next, Math.max(untilMs, dueAtMs));
    }
    return next;
  }

  /** Keeps the changes; gives the claims that ended by them. */
  commit(): readonly number[] {
    const ended = this.#ended;
    this.#undo = [];
    this.#ended = [];
    return ended;
  }

  rollback(): void {
    while (this.#undo.length > 0) this.#undo.pop()?.();
    this.#ended = [];
  }

  #enter(hold: Hold): void {
    this.#holds.set(hold.id, hold);
    if (hold.untilMs < this.#earliestMs) this.#earliestMs = hold.untilMs;
    if (hold.fresh) this.#fresh.set(hold.messageId, hold);
    else for (const n of hold.members.keys()) this.#remember(hold, n);
  }

  #leave(hold: Hold): void {
    this.#holds.delete(hold.id);
    if (hold.fresh) this.#fresh.delete(hold.messageId);
    else for (const n of hold.members.keys()) this.#forget(hold.seq, n);
  }

  #remember(hold: Hold, n: number): void {
    const holders = this.#holders.get(hold.seq);
    if (holders === undefined) this.#holders.set(hold.seq, new Map([[n, hold]]));
    else holders.set(n, hold);
  }

  #forget(seq: number, n: number): void {
    const holders = this.#holders.get(seq);
    if (holders === undefined) return;
    holders.delete(n);
    if (holders.size === 0) this.#holders.delete(seq);
  }
}
