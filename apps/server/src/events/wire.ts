import type { MailEvent } from '../model.ts';

type Renamed<K> = K extends `${infer Name extends 'at' | 'until' | 'retryAt'}Ms` ? Name : K;

/** A value as JSON tells it: times are RFC 3339 in UTC. */
export type Wire<T> = T extends readonly (infer U)[]
  ? readonly Wire<U>[]
  : T extends object
    ? { readonly [K in keyof T as Renamed<K>]: K extends 'atMs' | 'untilMs' | 'retryAtMs' ? string : Wire<T[K]> }
    : T;

/** An event as stream, timeline and webhooks tell it. */
export type WireEvent = Wire<MailEvent>;

/** Fields that are times, by their names within the server: outside they stand without `Ms`, as RFC 3339 has them. */
export const TIMES: ReadonlySet<string> = new Set(['atMs', 'untilMs', 'retryAtMs']);

/**
 * Puts an event into the form in which all who read it get it.
 *
 * @example toWire({ kind: 'paused', destination: 'mx:ivory.edu', messageId: '', atMs: 0 }).at // '1970-01-01T00:00:00.000Z'
 */
export function toWire(event: MailEvent): WireEvent {
  return timesInWords(event) as WireEvent;
}

function timesInWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timesInWords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, unknown] =>
      TIMES.has(key) && typeof inner === 'number'
        ? [key.slice(0, -2), new Date(inner).toISOString()]
        : [key, timesInWords(inner)],
    ),
  );
}
