import { formatDate, parseDate, type Field } from '@dsnkit/delivery-status';

/** Writes moments for a person who reads `language` and whose clock is `offsetMinutes` east of UTC. */
export type When = (date: Date) => string;

/**
 * Makes the words for moments, on the sender's clock as far as the header of the message tells it.
 *
 * @example
 * ```ts
 * whenFor('de', [{ name: 'Date', value: 'Wed, 18 Nov 2026 12:06:39 +0100' }])(new Date('2026-11-23T11:06:40Z'))
 * // 'Montag, 23. November 2026 um 12:06 GMT+01:00'
 * ```
 */
export function whenFor(language: string, headers: readonly Field[]): When {
  return (date) => inWords(language, date, sentAt(headers)?.offsetMinutes ?? 0);
}

/** The Date of the message in words; as it stands there if it can't be read. */
export function sentInWords(language: string, headers: readonly Field[]): string | undefined {
  const sent = sentAt(headers);
  return sent === undefined ? dateField(headers) : inWords(language, sent.date, sent.offsetMinutes ?? 0);
}

function sentAt(headers: readonly Field[]): { readonly date: Date; readonly offsetMinutes?: number } | undefined {
  const value = dateField(headers);
  if (value === undefined) return undefined;
  try {
    return parseDate(value);
  } catch {
    return undefined;
  }
}

function dateField(headers: readonly Field[]): string | undefined {
  return headers.find((field) => field.name.toLowerCase() === 'date')?.value.slice(0, 200);
}

function inWords(language: string, date: Date, offsetMinutes: number): string {
  try {
    return minuteInWords(language, Math.floor(date.getTime() / MINUTE_MS), offsetMinutes);
  } catch {
    // A language or zone that this platform does not know.
    return formatDate(date, Math.abs(offsetMinutes) > 1439 ? 0 : offsetMinutes);
  }
}

const MINUTE_MS = 60_000;

/** Reports that are made together speak of the same minutes. */
const minutes = new Map<string, string>();
const MOST_MINUTES = 1_000;

function minuteInWords(language: string, minute: number, offsetMinutes: number): string {
  const key = `${language} ${offsetMinutes} ${minute}`;
  const known = minutes.get(key);
  if (known !== undefined) return known;
  const words = formatterFor(language, offsetMinutes)
    .format(minute * MINUTE_MS)
    .replace(/[\u00a0\u202f]/g, ' ');
  if (minutes.size >= MOST_MINUTES) minutes.clear();
  minutes.set(key, words);
  return words;
}

/** Making one takes far longer than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATTERS = 500;

function formatterFor(language: string, offsetMinutes: number): Intl.DateTimeFormat {
  const zone = zoneName(offsetMinutes);
  const key = `${language} ${zone}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  if (formatters.size >= MOST_FORMATTERS) formatters.clear();
  const [locale] = Intl.DateTimeFormat.supportedLocalesOf(language);
  const made = new Intl.DateTimeFormat(locale ?? 'en', {
    ...{ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'longOffset', timeZone: zone },
    ...{ calendar: 'gregory', numberingSystem: 'latn' },
  });
  formatters.set(key, made);
  return made;
}

function zoneName(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  const two = (part: number) => String(Math.floor(part)).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
