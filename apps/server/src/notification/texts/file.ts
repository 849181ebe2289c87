import { parse, TomlError } from 'smol-toml';
import { builtIn } from './built-in.ts';
import { en } from './en.ts';
import type { Texts } from './texts.ts';

/** A file of texts that can't be used; `message` is the one line to show. */
export class TextsError extends Error {
  override readonly name = 'TextsError';
}

/** Texts from a file, and which of them it did not have. */
export interface TextsFile {
  readonly texts: Texts;
  /** Keys for which another language stands in, and which. */
  readonly missing: readonly string[];
  readonly standIn: string;
}

/**
 * Reads the texts of one language from TOML.
 *
 * The file has the keys of {@link Texts}, spelt alike, with a table for each group; `language` must be there, all else
 * may be missing: then the text of the same language that comes with the server stands in, else the English one.
 *
 * ```toml
 * language = "nl"
 * sender = "Mailbezorging"
 * originally = "(u schreef naar {address})"
 * [subject.one]
 * failed = "Niet bezorgd: {address}"
 * [account]
 * cause = "{explanation} {outlook} (Statuscode {status})"
 * [explanations]
 * "1.1" = "Er is geen postbus met deze naam in dat domein."
 * ```
 *
 * @throws {TextsError} for a key, a value or a word in braces that has no meaning there
 */
export function parseTexts(toml: string, fileName: string): TextsFile {
  const file = parseToml(toml, fileName);
  const { language } = file;
  if (typeof language !== 'string' || !/^[A-Za-z]{2,8}(?:-[0-9A-Za-z]{1,8}){0,8}$/.test(language)) {
    throw new TextsError(`${fileName}: language: is no language tag; allowed: a tag such as "nl" or "pt-BR"`);
  }
  const base = builtIn.find((texts) => texts.language.toLowerCase() === language.toLowerCase()) ?? en;
  const missing: string[] = [];
  const merged = merge(base, file, { fileName, path: [], missing });
  // Without its own words for it, English details have no place in another language.
  const ownDetail = (file['account'] as { detail?: unknown } | undefined)?.detail !== undefined;
  const account = base === en && !ownDetail ? withoutDetail(merged.account) : merged.account;
  return {
    texts: { ...merged, language, account },
    missing: missing.filter((key) => key !== 'direction' && key !== 'account.detail' && !EXTRA.has(key)),
    standIn: base.language,
  };
}

type Table = Readonly<Record<string, unknown>>;

interface Place {
  readonly fileName: string;
  readonly path: readonly string[];
  readonly missing: string[];
}

/** English tells of more details than a language has to. */
const EXTRA: ReadonlySet<string> = new Set(
  Object.keys(en.explanations)
    .filter((detail) => builtIn.some((texts) => texts !== en && !(detail in texts.explanations)))
    .map((detail) => `explanations.${detail}`),
);

function parseToml(toml: string, fileName: string): Table {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new TextsError(`${fileName}:${error.line}: is no TOML: ${error.message.split('\n', 1)[0] ?? ''}`);
  }
}

function merge<T extends object>(base: T, file: Table, place: Place): T {
  const { fileName, path } = place;
  const optional = path[0] === 'account' ? ['detail'] : [];
  const known = new Set([...Object.keys(base), ...optional]);
  const open = path[0] === 'explanations';
  for (const key of Object.keys(file)) {
    if (known.has(key) || (open && /^\d{1,3}\.\d{1,3}$/.test(key))) continue;
    throw new TextsError(`${fileName}: ${[...path, key].join('.')}: is unknown; allowed: ${[...known].join(', ')}`);
  }
  const keys = open ? [...Object.keys(base), ...Object.keys(file)] : [...known];
  const entries = [...new Set(keys)].flatMap((key) => {
    const value = mergeValue((base as Table)[key], file[key], { ...place, path: [...path, key] });
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries) as T;
}

function mergeValue(base: unknown, value: unknown, place: Place): unknown {
  const key = place.path.join('.');
  const where = `${place.fileName}: ${key}:`;
  if (typeof base === 'object' && base !== null) {
    if (value === undefined) return merge(base, {}, place);
    if (typeof value !== 'object' || value === null) throw new TextsError(`${where} is no table`);
    return merge(base, value as Table, place);
  }
  if (value === undefined) {
    place.missing.push(key);
    return base;
  }
  if (typeof value !== 'string' || value.trim() === '' || /[\u0000-\u001f\u007f]/.test(value)) {
    throw new TextsError(`${where} is no text of one line`);
  }
  if (key === 'direction' && value !== 'ltr' && value !== 'rtl') {
    throw new TextsError(`${where} ${JSON.stringify(value)} is not allowed; allowed: ltr, rtl`);
  }
  const allowed = key === 'account.detail' ? ['reason'] : words(typeof base === 'string' ? base : '');
  const unknown = words(value).find((word) => !allowed.includes(word));
  if (unknown === undefined) return value;
  const shown = allowed.length === 0 ? 'none' : allowed.map((word) => `{${word}}`).join(', ');
  throw new TextsError(`${where} {${unknown}} has no meaning here; allowed: ${shown}`);
}

/** The words in braces of a text. */
function words(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

function withoutDetail(account: Texts['account']): Texts['account'] {
  const rest: Partial<Record<keyof Texts['account'], string>> = { ...account };
  delete rest.detail;
  return rest as Texts['account'];
}
