import { parseDay } from '@dsnkit/esmtp-parameters';

/**
 * The moment, in milliseconds, of a time such as `2024-03-07T09:12:44Z` or of a day, which begins at 00:00 UTC; NaN if it is
 * neither, or if there is no such day. RFC 3339 §5.7
 */
export function isoTime(text: string): number {
  return parseDay(text.slice(0, 10)) === undefined ? Number.NaN : Date.parse(text);
}
