const DAY_MS = 86_400_000;
/** Beyond it no `Date` goes. */
const LAST_MS = 8.64e15;
const KEPT = 4096;
let days = new Map<number, string>();

/** RFC 3339 text of a date; null if there is none. */
export function isoDate(date: Date | undefined): string | null {
  return date === undefined ? null : isoTime(date.getTime());
}

/** RFC 3339 text of a moment in milliseconds since 1970, as `toISOString` writes it; null if it is none. */
export function isoTime(ms: number): string | null {
  const day = isoDay(ms);
  if (day === null) return null;
  const inDay = ms - Math.floor(ms / DAY_MS) * DAY_MS;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = String(inDay - seconds * 1000).padStart(3, '0');
  return `${day}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${rest}Z`;
}

/** The day of it alone. Reports come from few days, and `toISOString` takes its time: the last days are kept. */
export function isoDay(ms: number): string | null {
  if (!(Math.abs(ms) <= LAST_MS)) return null;
  const day = Math.floor(ms / DAY_MS);
  const known = days.get(day);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  if (days.size >= KEPT) days = new Map();
  const made = text.slice(0, text.indexOf('T'));
  days.set(day, made);
  return made;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
