/** Time. Nothing else in the server asks the system for it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number;
  /** Calls `run` once after `delayMs`; never synchronously. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** Makes queue ids: unique for this store for ever, letters and digits only, sorting by time. */
export interface IdSource {
  next(): string;
}
