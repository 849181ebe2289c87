import type { Bounce } from '@dsnkit/bounce';
import { TEXT_FORMATS } from '../src/formats/index.ts';
import type { Known } from './score.ts';

/** A book of phrases, as far as a filter needs to know it. */
export type Book = object;

/** Takes a phrase that was found, or says what is left of it; `undefined` for nothing. */
export type Filter = (value: unknown, phrase: string, book: Book) => unknown;

/** What the phrase books of a run are told to leave out; set by the functions here only. */
export interface Switch {
  filter: Filter | undefined;
  /** Providers whose rules without words are off. */
  providers: ReadonlySet<string>;
}

/** Read with rules taken away. */
export function without<T>(knob: Switch, filter: Filter, run: () => T, providers: ReadonlySet<string> = new Set()): T {
  knob.filter = filter;
  knob.providers = providers;
  try {
    return run();
  } finally {
    knob.filter = undefined;
    knob.providers = new Set();
  }
}

/** Phrases compare without regard to case and to the width of blanks. */
export function plain(phrase: string): string {
  return phrase.replace(/\s+/g, ' ').toLowerCase();
}

/** Whether a value of a phrase book decides a reason: words that only take part in a combination are no rule. */
function decides(value: unknown): value is { scored: unknown; entries: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'scored' in value && 'entries' in value;
}

/** What is left of a phrase that may decide nothing by itself. */
export function undecided(value: unknown): unknown {
  return decides(value) ? { ...value, scored: undefined, entries: [] } : value;
}

/** The words that decided the reasons in an answer, with those they hold and those that hold them. */
export function deciding({ recipients }: Bounce): { filter: Filter; providers: ReadonlySet<string> } {
  const found = recipients.flatMap(({ evidence }) => evidence.filter(({ of }) => of === 'reason').map(({ by }) => by));
  const phrases = found.map(plain);
  return {
    filter: (value, phrase) =>
      decides(value) && phrases.some((word) => word.includes(plain(phrase)) || plain(phrase).includes(word))
        ? undecided(value)
        : value,
    providers: new Set(found.map((by) => by.replace(/ [\d.]+$/, ''))),
  };
}

/** Which families of mail systems say which phrase of which book. */
export class Support {
  readonly #families = new Map<Book, Map<string, Set<string>>>();

  /** A filter that lets everything through, and remembers it. */
  recorder(family: string): Filter {
    return (value, phrase, book) => {
      const phrases = this.#families.get(book) ?? new Map<string, Set<string>>();
      this.#families.set(book, phrases);
      const key = plain(phrase);
      const families = phrases.get(key) ?? new Set<string>();
      phrases.set(key, families.add(family));
      return value;
    };
  }

  /** A filter that knows only what messages of other families say, and no format that was found. */
  withoutFamily(family: string, format: string): Filter {
    const own = TEXT_FORMATS.find(({ name }) => name === format)?.marks ?? [];
    const marks = new Set(own.map((mark) => mark.replace('*', '')));
    return (value, phrase, book) => {
      const key = plain(phrase);
      const families = this.#families.get(book)?.get(key);
      const others = families === undefined ? 0 : families.size - (families.has(family) ? 1 : 0);
      if (others > 0 && !marks.has(key)) return value;
      return decides(value) ? undecided(value) : undefined;
    };
  }
}

/** The mail system that wrote a message, by the name that the collection gives it. */
export function familyOf({ mta, corpus }: Known): string {
  return mta ?? corpus;
}

/** A standard report without the fields in it; `undefined` for anything else. */
export function withoutFields(message: Uint8Array, { report }: Bounce): Uint8Array | undefined {
  const machine = report?.kind === 'dsn' ? report.ranges.machine : undefined;
  if (machine === undefined) return undefined;
  return Buffer.concat([message.subarray(0, machine.bodyStart), message.subarray(machine.end)]);
}
