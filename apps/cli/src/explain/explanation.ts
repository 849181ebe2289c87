/** What is known of a thing: a headline, and facts in the order in which they are told. */
export interface Explanation {
  readonly kind: 'status' | 'reply' | 'parameter' | 'field' | 'action' | 'notification';
  /** What was asked about, in its usual spelling. */
  readonly subject: string;
  /** The gist, one sentence without the last stop. */
  readonly headline: string;
  /** Names are those of the JSON output; people see `seenWith` as `seen with`. */
  readonly facts: readonly (readonly [name: string, value: string | readonly string[]])[];
}
