import type { Reason } from '../reasons.ts';

/** How a program words its news in text for people, as data. */
export interface TextFormat {
  /** The program or service. */
  readonly name: string;
  /** Phrases that only this program writes; any of them gives the format away. In lower case; see the contributor guide. */
  readonly marks: readonly string[];
  /** What a failure means where no words tell. */
  readonly reason?: Reason;
}
