import type { MailEvent } from '../model.ts';

/**
 * What has happened, kept until everybody who follows it has taken it: events are written in the transaction of the
 * change that they tell of, so that no crash parts the two.
 *
 * - Positions grow, and are never used twice, not even by a store that was made anew.
 * - Without readers nothing is written. Entries go when all readers have passed them.
 */
export interface Journal {
  /**
   * Who follows, from now on and over restarts. A reader who is new begins here; one that nobody who shares the journal names
   * any more is forgotten. `renamed` has names of before by names of now: a reader who is new, and had that name, goes on where
   * it was, with its dead letters.
   */
  follow(readers: readonly string[], keep?: KeepContents, renamed?: ReadonlyMap<string, string>): Promise<void>;
  /** The entries after what the reader has passed, in order, at most `limit`. Those addressed to others are left out. */
  read(request: {
    readonly reader: string;
    readonly after?: number;
    readonly limit: number;
    /** Contents come along. */
    readonly contents?: boolean;
  }): Promise<readonly JournalEntry[]>;
  /**
   * Passes entries, and keeps what could not be passed on as dead letters, of each reader the latest
   * {@link MOST_DEAD_LETTERS}; one transaction.
   */
  pass(reader: string, position: number, dead?: readonly NewDeadLetter[]): Promise<void>;
  deadLetters(reader: string, after: number, limit: number): Promise<readonly StoredDeadLetter[]>;
  countDeadLetters(reader: string): Promise<number>;
  /** Makes dead letters entries again, for this reader alone. Without ids: all. Gives how many. */
  replay(reader: string, ids?: readonly number[]): Promise<number>;
  discard(reader: string, ids?: readonly number[]): Promise<number>;
  /** Writes events that change nothing in the queue. */
  note(events: readonly MailEvent[]): Promise<void>;
  /**
   * Takes what others who share the journal write, from about now on, until it is stopped; in order, at least once a second
   * or so. Nothing waits for long to be taken: `missed` is called where something is lacking. Absent: nobody else writes.
   */
  watchOthers?(watcher: { readonly take: (events: readonly MailEvent[]) => void; readonly missed: () => void }): {
    stop(): Promise<void>;
  };
}

/** Which contents the journal has beside the events: of reports, or of every message; of each at most so many octets. */
export interface KeepContents {
  readonly of: 'reports' | 'all';
  readonly maxOctets: number;
}

/** The events that stand at one position of the journal. */
export interface JournalEntry {
  readonly position: number;
  readonly events: readonly MailEvent[];
  /** The content of a message that was stored, from its start. */
  readonly content?: { readonly messageId: string; readonly octets: Uint8Array };
}

/** Dead letters that are kept of each reader: the latest. */
export const MOST_DEAD_LETTERS = 100_000;

/** An event that a reader gives up, and why. */
export interface NewDeadLetter {
  readonly event: MailEvent;
  readonly atMs: number;
  readonly reason: string;
}

/** One that is kept until an operator sends it again or discards it. */
export interface StoredDeadLetter extends NewDeadLetter {
  readonly id: number;
}
