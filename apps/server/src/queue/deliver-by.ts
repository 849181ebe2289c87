import type { Message } from '../model.ts';
import { leadMs } from './priority.ts';
import type { DeliverBy } from './schedule.ts';

/**
 * By when the sender of a message wants it delivered.
 *
 *     deliverby-param = "BY=" by-time ";" ( "N" / "R" ) [ "T" ]
 *
 * RFC 2852 §4
 *
 * @example deliverByOf(message)?.mode // 'R'
 */
export function deliverByOf({ mailParameters, arrivedAtMs }: Message): DeliverBy | undefined {
  // Most messages have no parameters.
  if (mailParameters === '') return undefined;
  const [, seconds, mode] = /(?:^| )BY=([+-]?\d{1,9});([NR])T?(?: |$)/i.exec(mailParameters) ?? [];
  if (seconds === undefined || mode === undefined) return undefined;
  return { atMs: arrivedAtMs + Number(seconds) * 1000, mode: mode.toUpperCase() === 'R' ? 'R' : 'N' };
}

/**
 * Since when a message waits for its delivery: since it came, or since its sender wanted it released (RFC 4865 §4.2).
 * Retries, notices and expiry count from here.
 */
export function releasedAtMs({ mailParameters, arrivedAtMs }: Message): number {
  if (mailParameters === '') return arrivedAtMs;
  const [, kind, value = ''] = /(?:^| )HOLD(FOR|UNTIL)=(\S+)/i.exec(mailParameters) ?? [];
  if (kind === undefined) return arrivedAtMs;
  const atMs = kind.toUpperCase() === 'FOR' ? arrivedAtMs + Number(value) * 1000 : Date.parse(value);
  return Math.max(arrivedAtMs, atMs);
}

/** A recipient with what the schedule has to know of its message. */
export function waitingOf<R extends object>(
  message: Message,
  recipient: R,
): R & { readonly arrivedAtMs: number; readonly deliverBy?: DeliverBy; readonly leadMs?: number } {
  const deliverBy = deliverByOf(message);
  const lead = leadMs(message);
  return {
    ...recipient,
    arrivedAtMs: releasedAtMs(message),
    ...(deliverBy === undefined ? {} : { deliverBy }),
    ...(lead === 0 ? {} : { leadMs: lead }),
  };
}
