import type { Reason } from '../reasons.ts';
import { COMBINATIONS } from '../rules/combinations.ts';
import { CONCEPTS, DENIED, NEGATIONS, NEUTRAL, type Concept } from '../rules/concepts.ts';
import { PhraseBook } from './phrase-book.ts';

/** What a clause means by the ideas in it. */
export interface Reading {
  readonly reason: Reason;
  /** 2 as much as the usual words, 1 a hint, 0 a refusal without a reason. */
  readonly weight: 0 | 1 | 2;
  /** From the first idea of the clause to the last one. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads refusals that no phrase is known for: the ideas of a clause, whatever words they have, name the reason. Of several
 * clauses the one with the narrowest reason counts. One pass; the clauses of a text hold together at most
 * {@link LONGEST_GAP} characters between two ideas.
 */
export function readClauses(text: string, from: number, to: number): Reading | undefined {
  const clause = new Clause();
  let open: Word | undefined;
  let openStart = 0;
  let openEnd = 0;
  WORDS.scan(text, from, to, (word, start, end) => {
    // Of words that begin at one place the longest one counts, and what stands in it says nothing of its own.
    if (start === openStart || start >= openEnd) {
      if (open !== undefined && start !== openStart) clause.take(open, openStart, openEnd);
      open = word.ends || !isInName(text, start, end) ? word : undefined;
      openStart = start;
      openEnd = end;
    }
    return false;
  });
  if (open !== undefined) clause.take(open, openStart, openEnd);
  return clause.settle().best;
}

/** The word is a piece of an address, of the name of a host or of a path. */
function isInName(text: string, start: number, end: number): boolean {
  if (start > 0 && NAME_MARKS.includes(text.charCodeAt(start - 1))) return true;
  let at = end;
  while (isAlphanumeric(text.charCodeAt(at))) at++;
  const next = text.charCodeAt(at);
  return next === AT || (next === DOT && isAlphanumeric(text.charCodeAt(at + 1)));
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

const NAME_MARKS = Array.from('.@_-/=', (mark) => mark.charCodeAt(0));
const AT = 0x40;
const DOT = 0x2e;

/** Ideas farther apart than this have nothing to do with each other. */
const LONGEST_GAP = 60;

/** A denial reaches this far. */
const LONGEST_DENIAL = 28;

/** What a word stands for: ideas as bits, ideas that it has instead where it is denied, denial itself, or the end of a clause. */
interface Word {
  low: number;
  high: number;
  deniedLow: number;
  deniedHigh: number;
  denies: boolean;
  ends: boolean;
}

class Clause {
  best: Reading | undefined;
  #rank = Infinity;
  #low = 0;
  #high = 0;
  #start = 0;
  #end = 0;
  #denial = -Infinity;

  take({ low, high, deniedLow, deniedHigh, denies, ends }: Word, start: number, end: number): void {
    if (ends || start - this.#end > LONGEST_GAP) this.settle();
    if (ends) {
      this.#denial = -Infinity;
      return;
    }
    const isDenied = start - this.#denial <= LONGEST_DENIAL && start > this.#denial;
    const turns = isDenied && (deniedLow | deniedHigh) !== 0;
    const lowBits = turns ? deniedLow : low;
    const highBits = turns ? deniedHigh : high;
    if (denies) this.#denial = start;
    if ((lowBits | highBits) === 0) return;
    if ((this.#low | this.#high) === 0) this.#start = start;
    this.#low |= lowBits;
    this.#high |= highBits;
    this.#end = end;
  }

  /** The clause is over. */
  settle(): this {
    if ((this.#low | this.#high) !== 0) {
      for (let rank = 0; rank < RULES.length && rank < this.#rank; rank++) {
        const rule = RULES[rank];
        if (rule === undefined || !this.#holds(rule)) continue;
        this.best = { reason: rule.reason, weight: rule.weight, start: this.#start, end: this.#end };
        this.#rank = rank;
      }
    }
    this.#low = 0;
    this.#high = 0;
    return this;
  }

  #holds({ groups }: Rule): boolean {
    for (const { low, high } of groups) if ((this.#low & low) === 0 && (this.#high & high) === 0) return false;
    return true;
  }
}

interface Bits {
  readonly low: number;
  readonly high: number;
}

interface Rule {
  readonly reason: Reason;
  readonly weight: 0 | 1 | 2;
  readonly groups: readonly Bits[];
}

const NAMES = Object.keys(CONCEPTS) as Concept[];

const RULES: readonly Rule[] = COMBINATIONS.flatMap(([reason, weight, combinations]) =>
  combinations
    .split(' ')
    .map((combination): Rule => ({ reason, weight, groups: combination.split('+').map((group) => bitsOf(group)) })),
);

/** `user|box` as bits. */
function bitsOf(group: string): Bits {
  let low = 0;
  let high = 0;
  for (const name of group.split('|')) {
    const index = NAMES.indexOf(name as Concept);
    if (index < 32) low |= 1 << index;
    else high |= 1 << (index - 32);
  }
  return { low, high };
}

const WORDS = new PhraseBook<Word>(words());

function words(): [string, Word][] {
  const all = new Map<string, Word>();
  const each = (list: string, set: (word: Word) => unknown): void => {
    for (const item of list.split(' ')) {
      const phrase = item.replaceAll('_', ' ');
      const word = all.get(phrase) ?? { low: 0, high: 0, deniedLow: 0, deniedHigh: 0, denies: false, ends: false };
      all.set(phrase, word);
      set(word);
    }
  };
  for (const name of NAMES) {
    const { low, high } = bitsOf(name);
    each(CONCEPTS[name], (word) => {
      word.low |= low;
      word.high |= high;
    });
  }
  for (const [name, list] of Object.entries(DENIED)) {
    const { low, high } = bitsOf(name);
    each(list, (word) => {
      word.deniedLow |= low;
      word.deniedHigh |= high;
    });
  }
  each(NEGATIONS, (word) => {
    word.denies = true;
  });
  each(NEUTRAL, (word) => word);
  each('._ ;_ !_ ?_ --', (word) => {
    word.ends = true;
  });
  for (const [phrase, word] of all) inherit(word, phrase, all);
  return [...all];
}

/** A word says too what its open beginning says, as `connections` says what `connection*` does; words of several don't. */
function inherit(word: Word, phrase: string, all: ReadonlyMap<string, Word>): void {
  if (phrase.includes(' ')) return;
  for (let length = 2; length <= phrase.length; length++) {
    const stem = all.get(`${phrase.slice(0, length)}*`);
    if (stem === undefined || stem === word) continue;
    word.low |= stem.low;
    word.high |= stem.high;
    word.deniedLow |= stem.deniedLow;
    word.deniedHigh |= stem.deniedHigh;
  }
}
