/** A foreign mail server that runs for a test. */
export interface Mta {
  /** Its log so far. */
  log(): string;
  /** The MAIL and RCPT lines that it heard, as they stood on the wire. */
  heard(): readonly string[];
  stop(): Promise<void>;
}
