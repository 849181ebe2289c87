/**
 * Read an RFC 3339 date-time, as HOLDUNTIL and RRVS hold it; undefined if it is none.
 *
 *     date-time = full-date "T" full-time
 *
 * The day must exist; a leap second is read as the second after it.
 */
export function parseDateTime(text: string): Date | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, date = '', hour, minute, second, , zone = ''] = match;
  const [sign, zoneHour, zoneMinute] =
    zone.length === 1 ? ['+', 0, 0] : [zone[0], Number(zone.slice(1, 3)), Number(zone.slice(4))];
  const midnight = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60 || zoneHour > 23 || zoneMinute > 59)
    return undefined;
  const minutes = Number(hour) * 60 + Number(minute) - (sign === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  return new Date(
    midnight.getTime() + (minutes * 60 + Number(second)) * 1000 + Math.trunc(Number(match[5] ?? 0) * 1000),
  );
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
