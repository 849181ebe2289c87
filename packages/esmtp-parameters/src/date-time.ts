/**
 * The midnight in UTC at which a day begins; undefined if there is no such day: `Date.parse` takes the 30th of February for the
 * 1st of March.
 *
 *     full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT
 *
 * RFC 3339 §5.6, §5.7.
 *
 * @example parseDay('2023-02-29') // undefined
 */
export function parseDay(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text) ? midnight : undefined;
}

/**
 * Read an RFC 3339 date-time, as HOLDUNTIL and RRVS hold it; undefined if it is none.
 *
 *     date-time = full-date "T" full-time
 *     full-time = time-hour ":" time-minute ":" time-second [time-secfrac] ("Z" / ("+" / "-") time-hour ":" time-minute)
 *
 * The day must exist; a leap second is read as the second after it. RFC 4865 §3, RFC 7293 §3.1.
 *
 * @example parseDateTime('2014-04-03T23:01:00Z')?.getTime() // 1396566060000
 */
export function parseDateTime(text: string): Date | undefined {
  const [, date, hour, minute, second, fraction = 0, sign, zoneHour = 0, zoneMinute = 0] = DATE_TIME.exec(text) ?? [];
  if (date === undefined) return undefined;
  const midnight = parseDay(date);
  if (midnight === undefined) return undefined;
  const east = sign === '-' ? -1 : 1;
  const minutes = (Number(hour) - east * Number(zoneHour)) * 60 + Number(minute) - east * Number(zoneMinute);
  return new Date(midnight.getTime() + (minutes * 60 + Number(second)) * 1000 + Math.trunc(Number(fraction) * 1000));
}

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/i;
