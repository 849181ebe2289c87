/**
 * The moment, in milliseconds, of a time such as `2024-03-07T09:12:44Z` or of a day, which begins at 00:00 UTC; NaN if it is
 * neither. `Date.parse` takes the 30th of February for the 1st of March. RFC 3339 §5.7
 */
export function isoTime(text: string): number {
  const [day] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  if (day === undefined) return Number.NaN;
  const midnight = new Date(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
  return isDay ? Date.parse(text) : Number.NaN;
}
