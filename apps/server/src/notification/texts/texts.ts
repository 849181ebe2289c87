import type { Action } from '@dsnkit/delivery-status';

/**
 * All that the human part of a report says, in one language. Each text is one paragraph without line breaks; words in
 * braces stand for what is known: `{address}`, `{count}`, `{date}`… as each text allows.
 */
export interface Texts {
  /** RFC 5646 tag, for Content-Language. */
  readonly language: string;
  /** Which way it is written. */
  readonly direction: 'ltr' | 'rtl';
  /** The name in From. */
  readonly sender: string;
  readonly subject: {
    /** One recipient: `{address}`. */
    readonly one: Readonly<Record<Action, string>>;
    /** Several recipients of whom the same is told: `{count}`, two or more. */
    readonly several: Readonly<Record<Action, string>>;
    /** Several actions: `{list}` is made of `counted`. */
    readonly mixed: string;
    /** `{count}`, one or more. */
    readonly counted: Readonly<Record<Action, string>>;
    /** Between two of `counted`. */
    readonly separator: string;
  };
  /** Who speaks, `{hostname}`, and of what: subject and date are shown below it, or are not known. */
  readonly opening: { readonly message: string; readonly unknown: string };
  /** `{value}` as it stands in the message. */
  readonly labels: { readonly subject: string; readonly date: string };
  /** Above the recipients of one action. */
  readonly headings: Readonly<Record<Action, string>>;
  /** Beside a recipient: `{address}` that the sender had given. */
  readonly originally: string;
  readonly account: {
    /** `{explanation}` of the status, `{outlook}`, `{status}`. */
    readonly cause: string;
    /** This server's own words, `{reason}`, which are English: only for languages in which they can stand. */
    readonly detail?: string;
    /** The address is an alias; what happened, happened to an address behind it, which is not told. */
    readonly forwarded: string;
    /** A failure after many attempts since `{date}`. */
    readonly gaveUp: string;
    /** Around the `{advice}`. */
    readonly advice: string;
    /** Delayed: nothing need be done. `{date}` is when the server gives up. */
    readonly keepsTrying: string;
    readonly keepsTryingUntil: string;
    /** No further report may come. */
    readonly relayed: string;
    readonly expanded: string;
  };
  /** Whether it is worth another attempt, by the class of the status. */
  readonly outlook: { readonly temporary: string; readonly permanent: string };
  /** What is wrong, by subject and detail of the status; what is not there is told by `N.0` of its subject, else by `0.0`. */
  readonly explanations: Readonly<Record<Explained, string>> & Readonly<Partial<Record<string, string>>>;
  /** What the sender can do. */
  readonly advice: Readonly<Record<Advice, string>>;
  /** Above the words of the remote system `{mta}`. */
  readonly said: string;
  /** Several reports that go together, `{count}` of them. Below the opening stand the subjects of each. */
  readonly bundle: { readonly subject: string; readonly opening: string };
  /** Where the details are. */
  readonly closing: string;
}

/** Status details that every language explains in words of their own. */
export const explained = [
  ...['0.0', '1.0', '1.1', '1.2', '1.3', '1.4', '1.6', '1.7', '1.8', '1.10'],
  ...['2.0', '2.1', '2.2', '2.3', '2.4', '3.0', '3.1', '3.2', '3.3', '3.4', '3.5'],
  ...['4.0', '4.1', '4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '5.0', '5.3'],
  ...['6.0', '6.1', '6.2', '6.3', '6.4', '6.5', '6.6', '6.7', '6.9'],
  ...['7.0', '7.1', '7.2', '7.4', '7.7', '7.8', '7.10', '7.13', '7.15', '7.16', '7.17', '7.18', '7.19'],
  ...['7.20', '7.21', '7.22', '7.23', '7.24', '7.25', '7.26', '7.27', '7.28', '7.29', '7.30'],
] as const;
export type Explained = (typeof explained)[number];

/** What a person can do about a failure. */
export type Advice =
  | 'otherwise'
  | 'address'
  | 'domain'
  | 'moved'
  | 'sender'
  | 'no-mail'
  | 'disabled'
  | 'full'
  | 'smaller'
  | 'list'
  | 'later'
  | 'loop'
  | 'postmaster'
  | 'fewer'
  | 'simpler'
  | 'plain-address'
  | 'plain-header'
  | 'policy'
  | 'refused'
  | 'members'
  | 'protected'
  | 'account'
  | 'new-owner'
  | 'new-domain'
  | 'unknown-owner'
  | 'unproven'
  | 'own-server'
  | 'alias-owner';

/**
 * Puts values into a text. A word in braces for which there is none stays as it is.
 *
 * @example
 * ```ts
 * fill('Delivered: {address}', { address: 'bob@example.com' }) // 'Delivered: bob@example.com'
 * ```
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
