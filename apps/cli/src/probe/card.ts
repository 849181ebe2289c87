/** One thing that a server is tested for. */
export interface Check {
  /** Stable: other tools may count on it. */
  readonly id: string;
  readonly group: 'announcement' | 'MAIL' | 'RCPT' | 'limits' | 'relay' | 'reports';
  readonly clause: string;
  /** How strongly the clause binds; what departs from a `MUST` is a failure, from the others a note. */
  readonly level: 'MUST' | 'SHOULD' | 'MAY';
  readonly title: string;
}

/** A check and how it went. */
export interface CheckResult extends Check {
  readonly result: 'pass' | 'fail' | 'note' | 'skip';
  /** What was seen, in a few words; why it was left out. */
  readonly detail: string;
  /** The lines of the dialogue, as `C: …` and `S: …`. */
  readonly transcript: readonly string[];
}

/** How a check went. */
export type Verdict = Pick<CheckResult, 'result' | 'detail'>;

/** Of a check that would send what the server did not announce. */
export const NOT_MADE: Verdict & Pick<CheckResult, 'transcript'> = {
  result: 'skip',
  detail: 'DSN is not announced',
  transcript: [],
};

/** A report card. */
export interface Card {
  readonly server: string;
  readonly date: string;
  readonly greeting: string;
  /** EHLO keywords with what follows them. */
  readonly extensions: Readonly<Record<string, string>>;
  readonly results: readonly CheckResult[];
  /** Why the test ended early; null if it did not. */
  readonly stopped: string | null;
}

/** How many checks went which way. */
export function tally({ results }: Card): Readonly<Record<CheckResult['result'], number>> {
  const counts = { pass: 0, fail: 0, note: 0, skip: 0 };
  for (const { result } of results) counts[result]++;
  return counts;
}
