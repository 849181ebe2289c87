import { DateReader, MONTHS, WEEKDAYS, type DateDeparture } from './date-reader.ts';
import { DeliveryStatusError } from './error.ts';

/** A moment as a date field gives it. */
export interface DateTime {
  readonly date: Date;
  /** Minutes east of UTC; absent where the field says that it is unknown (`-0000`, an unknown zone name, no zone). */
  readonly offsetMinutes?: number;
  /** Where the text used what may be read but no longer written, or contradicts itself. */
  readonly departures: readonly DateDeparture[];
}

/**
 * Read a date field: the syntax of today and the obsolete one, comments anywhere between the parts.
 *
 *     date-time = [ day-name "," ] day month year hour ":" minute [ ":" second ] zone
 *     zone      = ( "+" / "-" ) 4DIGIT / "UT" / "GMT" / "EST" / … / military letter
 *
 * RFC 5322 §3.3, RFC 5322 §4.3, RFC 1123 §5.2.14.
 *
 * @throws {DeliveryStatusError} `bad-date` if no moment can be made of it, with the offset of the misfit.
 * @example parseDate('Fri, 08 Jul 1994 09:21:47 -0400').date.toISOString() // '1994-07-08T13:21:47.000Z'
 */
export function parseDate(text: string): DateTime {
  const reader = new DateReader(text);
  if (reader.read()) {
    const { departures } = reader;
    const date = new Date(reader.time);
    return Number.isNaN(reader.offset) ? { date, departures } : { date, offsetMinutes: reader.offset, departures };
  }
  throw new DeliveryStatusError('bad-date', `not a date: ${JSON.stringify(text.slice(0, 60))}`, { offset: reader.at });
}

/**
 * Write a moment as a date field: four-digit year, computed weekday, numeric zone. RFC 5322 §3.3, RFC 3464 §2.2.5.
 *
 * @param offsetMinutes Minutes east of UTC of the clock that the reader shall see, within ±1439.
 * @throws {DeliveryStatusError} `bad-date` for an invalid date, a year outside 1900 to 9999, or an impossible offset.
 * @example formatDate(new Date(773673707000), -240) // 'Fri, 08 Jul 1994 09:21:47 -0400'
 */
export function formatDate(date: Date, offsetMinutes = 0): string {
  const shown = new Date(date.getTime() + offsetMinutes * 60_000);
  const year = shown.getUTCFullYear();
  if (!(year >= 1900 && year <= 9999) || !Number.isInteger(offsetMinutes) || Math.abs(offsetMinutes) > 1439) {
    throw new DeliveryStatusError('bad-date', 'not a date that a field can carry');
  }
  const zone = Math.abs(offsetMinutes);
  const weekday = WEEKDAYS.slice(shown.getUTCDay() * 3, shown.getUTCDay() * 3 + 3);
  const month = MONTHS.slice(shown.getUTCMonth() * 3, shown.getUTCMonth() * 3 + 3);
  const time = `${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}:${two(shown.getUTCSeconds())}`;
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `${weekday}, ${two(shown.getUTCDate())} ${month} ${year} ${time} ${sign}${two(Math.floor(zone / 60))}${two(zone % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
