import type { Action, StatusCode } from '@dsnkit/delivery-status';

/** What a report tells about, in one line. */
export interface SubjectFacts {
  /** The only action, or undefined if there are several. */
  readonly action?: Action;
  /** Recipients of each action. */
  readonly counts: ReadonlyMap<Action, number>;
  /** The only recipient, if it is one. */
  readonly address?: string;
}

/** What is known of the message that a report is about. */
export interface OriginalFacts {
  readonly hostname: string;
  readonly subject?: string;
  readonly date?: string;
}

/** What is known of one recipient. */
export interface RecipientFacts {
  readonly action: Action;
  readonly status: StatusCode;
  /** When this server took the message. */
  readonly arrived: string;
  /** Until when it tries. */
  readonly retryUntil?: string;
  /** The address is an alias; what happened, happened to an address behind it, which is not told. */
  readonly forwarded: boolean;
  /** Its own words on the last failure, in English. */
  readonly reason?: string;
}

/** All that the human part of a report says, in one language. Each text is one paragraph without line breaks. */
export interface Texts {
  /** RFC 5646 tag, for Content-Language. */
  readonly language: string;
  /** The name in From. */
  readonly sender: string;
  readonly subject: (facts: SubjectFacts) => string;
  /** Who speaks, and of what; the original's subject and date are shown below it. */
  readonly opening: (facts: OriginalFacts) => string;
  readonly labels: { readonly subject: string; readonly date: string };
  /** Above the recipients of one action. */
  readonly headings: Readonly<Record<Action, string>>;
  /** Beside a recipient: the address that the sender had given. */
  readonly originally: (address: string) => string;
  /** What happened, why, and what to do now: paragraphs. */
  readonly account: (facts: RecipientFacts) => readonly string[];
  /** Above the remote system's own words. */
  readonly said: (mta: string) => string;
  /** Where the details are. */
  readonly closing: string;
}
