const number = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** `1,204`, and `12.3K` from ten thousand on. */
export function count(value: number): string {
  return value < 10_000 ? number.format(value) : compact.format(value);
}

/** `3 messages`, `1 message`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `840 ms`, `4.2 s`, `3 min`, `2 h 5 min`, `4 d 3 h`: two units at most. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return minutes < 10 && seconds % 60 >= 1 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** `2.4 kB` in powers of a thousand. */
export function size(octets: number): string {
  if (octets < 1000) return `${octets} B`;
  if (octets < 1_000_000) return `${(octets / 1000).toFixed(octets < 10_000 ? 1 : 0)} kB`;
  return `${(octets / 1_000_000).toFixed(1)} MB`;
}

/** `14:03:22`, with the day in front if it is not today. */
export function time(atMs: number, nowMs: number): string {
  const text = clock.format(atMs);
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString() ? text : `${day.format(atMs)}, ${text}`;
}

/** `14:03`, for axes. */
export function axisTime(atMs: number): string {
  return shortClock.format(atMs);
}

/** The beginning of a stretch of time, with seconds where it is shorter than a minute. */
export function stepTime(atMs: number, stepMs: number): string {
  return (stepMs < 60_000 ? clock : shortClock).format(atMs);
}

/** For titles: everything. */
export function fullTime(atMs: number): string {
  return full.format(atMs);
}

/** `12 s ago`, `in 4 min`. */
export function ago(atMs: number, nowMs: number): string {
  const apart = nowMs - atMs;
  if (Math.abs(apart) < 1500) return 'now';
  return apart > 0 ? `${roughly(apart)} ago` : `in ${roughly(-apart)}`;
}

function roughly(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `3.2/s`, `14/min`: so many within a time. */
export function rate(events: number, withinMs: number): string {
  const perSecond = events / (withinMs / 1000);
  if (perSecond >= 1) return `${perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;
  const perMinute = perSecond * 60;
  return `${perMinute >= 10 || perMinute === 0 ? Math.round(perMinute) : perMinute.toFixed(1)}/min`;
}
