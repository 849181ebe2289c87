/** What is remembered of a submission under its key. */
export interface KeyRecord {
  readonly key: string;
  /** Tells whether a later request under the same key asks for the same. */
  readonly fingerprint: string;
  /** The message that this submission is, once it is accepted. */
  readonly messageId: string;
  readonly atMs: number;
  /** It was accepted, and this was said. Absent: nobody knows how far it went. */
  readonly answer?: string;
}

/** Keys by which clients ask again without sending twice. Kept over restarts for some time. */
export interface IdempotencyKeys {
  /**
   * The record of a key: this one if there is none yet. Resolves when a power cut can't lose it. Of calls with the same
   * key side by side, the first one makes the record.
   */
  claim(record: KeyRecord): Promise<KeyRecord>;
  /** Remembers the answer. Resolves when a power cut can't lose it. */
  finish(key: string, answer: string): Promise<void>;
  /** Forgets a key under which nothing was accepted. */
  forget(key: string): Promise<void>;
  close(): Promise<void>;
}
