import type { Field } from '@dsnkit/delivery-status';
import { builtIn } from './texts/built-in.ts';
import { en } from './texts/en.ts';
import type { Texts } from './texts/texts.ts';

/** The languages in which this server reports. */
export interface Languages {
  /** For senders of whom nothing better is known. */
  readonly standard: Texts;
  /** All that may be used, by language tag in lower case. */
  readonly byTag: ReadonlyMap<string, Texts>;
}

/** What the operator says about languages. */
export interface LanguageChoice {
  readonly language?: string;
  readonly languages?: readonly string[];
}

/**
 * Puts together the languages that come with the server, those from files (which stand in for one of the same tag), and
 * what the operator wants of them.
 *
 * @throws {RangeError} if a language is named for which there are no texts
 * @example
 * ```ts
 * makeLanguages({ languages: ['de', 'en'] }).standard.language // 'en'
 * ```
 */
export function makeLanguages({ language, languages }: LanguageChoice = {}, files: readonly Texts[] = []): Languages {
  const all = new Map([...builtIn, ...files].map((texts) => [texts.language.toLowerCase(), texts]));
  const find = (key: string, tag: string): Texts => {
    const found = all.get(tag.toLowerCase());
    if (found !== undefined) return found;
    const known = [...all.values()].map((texts) => texts.language).join(', ');
    throw new RangeError(`${key}: there are no texts for "${tag}"; allowed: ${known}, or others by report.texts`);
  };
  const standard = find('report.language', language ?? en.language);
  if (languages === undefined) return { standard, byTag: all };
  const chosen = [...languages.map((tag) => find('report.languages', tag)), standard];
  return { standard, byTag: new Map(chosen.map((texts) => [texts.language.toLowerCase(), texts])) };
}

/**
 * Chooses the language of a report by the header of the message that it is about.
 *
 * Accept-Language says in which languages its sender wants answers (RFC 3282 §3); where it gives none of ours, the
 * sender may well read the language in which the message is written: Content-Language (RFC 3282 §2). Each range is looked
 * up as RFC 4647 §3.4 has it: `de-AT` finds `de`, `*` finds nothing. A language of weight 0 is not taken, whatever finds it,
 * while there is another one.
 *
 * @example
 * ```ts
 * chooseTexts(makeLanguages(), [{ name: 'Accept-Language', value: 'nl, de-AT;q=0.8' }]).language // 'de'
 * ```
 */
export function chooseTexts({ standard, byTag }: Languages, headers: readonly Field[]): Texts {
  const { wanted, unwanted } = acceptLanguage(valueOf(headers, 'accept-language'));
  const isTaken = ({ language }: Texts): boolean => !unwanted.some((range) => matches(range, language));
  for (const range of [...wanted, ...contentLanguage(headers)]) {
    const texts = lookUp(byTag, range);
    if (texts !== undefined && isTaken(texts)) return texts;
  }
  return [standard, ...byTag.values()].find(isTaken) ?? standard;
}

/** Ranges in the order of their weight, and apart from them those with weight 0. */
function acceptLanguage(value: string): { readonly wanted: readonly string[]; readonly unwanted: readonly string[] } {
  const ranges = value.split(',').flatMap((element) => {
    const match = /^\s*([A-Za-z0-9-]{1,64})\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(element);
    return match?.[1] === undefined ? [] : [{ range: match[1], weight: Number(match[2] ?? 1) }];
  });
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  return {
    wanted: wanted.map(({ range }) => range),
    unwanted: ranges.filter(({ weight }) => weight === 0).map(({ range }) => range),
  };
}

/** RFC 4647 §3.3.1: a range matches a tag that is the same, or begins so with a hyphen after it. */
function matches(range: string, tag: string): boolean {
  return `${tag}-`.toLowerCase().startsWith(`${range}-`.toLowerCase());
}

function contentLanguage(headers: readonly Field[]): readonly string[] {
  return valueOf(headers, 'content-language')
    .split(',')
    .map((tag) => tag.trim());
}

/** What is longer, or has more languages, was written to no good end. */
const LONGEST_VALUE = 1000;

/** Without comments, which RFC 3282 §2 allows. */
function valueOf(headers: readonly Field[], name: string): string {
  const value = headers.find((field) => field.name.toLowerCase() === name)?.value ?? '';
  return value.slice(0, LONGEST_VALUE).replace(/\([^()]*\)/g, '');
}

/** RFC 4647 §3.4: from its end the range loses a subtag after the other, with it a single letter that then stands last. */
function lookUp(byTag: Languages['byTag'], range: string): Texts | undefined {
  const subtags = range.toLowerCase().split('-');
  while (subtags.length > 0) {
    const texts = byTag.get(subtags.join('-'));
    if (texts !== undefined) return texts;
    subtags.pop();
    if (subtags.at(-1)?.length === 1) subtags.pop();
  }
  return undefined;
}
