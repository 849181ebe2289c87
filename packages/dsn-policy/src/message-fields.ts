import { mtaName, type MessageFields, type TypedValue } from '@dsnkit/delivery-status';
import type { MailParameters } from '@dsnkit/esmtp-parameters';
import type { Envelope } from './envelope.ts';

/** What the reporting MTA knows besides the envelope. */
export interface Reporter {
  /** Its own name. */
  readonly hostname: string;
  /** When the message came in. */
  readonly arrivalDate: Date;
  /** The name that the client gave in EHLO, if that may be told. RFC 3464 §2.2.4 */
  readonly receivedFrom?: string;
  /** The time that `BY=` amounts to. RFC 2852 §5 */
  readonly deliverByDate?: Date;
  /** The name of the message in this MTA's log. RFC 3464 §2.4 */
  readonly queueId?: string;
}

/**
 * The fields of a report that speak of the message.
 *
 * Original-Envelope-Id stands there if, and only if, ENVID was received, and decoded (RFC 3461 §6.3(a)); Reporting-MTA
 * always (RFC 3461 §6.3(b)), Arrival-Date too (RFC 3461 §6.3(c)); Future-Release-Request if the message asked to be held
 * (RFC 4865 §5.1.2).
 *
 * @example
 * ```ts
 * messageFields(
 *   { reversePath: 'alice@example.org', mail: readMailParameters(parseParameters('ENVID=a+2Bb')) },
 *   { hostname: 'mx.example.net', arrivalDate: new Date(0) },
 * ).originalEnvelopeId; // 'a+b'
 * ```
 */
export function messageFields(envelope: Envelope, reporter: Reporter): MessageFields {
  const { envid } = envelope.mail;
  const { deliverByDate, receivedFrom, queueId } = reporter;
  const hold = holdRequest(envelope.mail);
  return {
    ...(envid === undefined ? {} : { originalEnvelopeId: envid }),
    reportingMta: typedName(reporter.hostname),
    ...(receivedFrom === undefined ? {} : { receivedFromMta: typedName(receivedFrom) }),
    arrivalDate: reporter.arrivalDate,
    ...(deliverByDate === undefined ? {} : { deliverByDate }),
    ...(hold === undefined ? {} : { futureReleaseRequest: hold }),
    ...(queueId === undefined ? {} : { extensions: [{ name: 'X-Dsnkit-Queue-Id', value: queueId }] }),
  };
}

/** A client may call itself anything; a field holds graphic ASCII only, and what had to be changed is no name to look up. */
function typedName(name: string): TypedValue {
  const value = name.replace(/[^!-~]/gu, '?');
  return value === name ? mtaName(name) : { type: 'x-local-hostname', value };
}

/** As requested: `for;` seconds or `until;` a time in UTC. RFC 4865 §5.1.2 */
function holdRequest({ holdFor, holdUntil }: MailParameters): string | undefined {
  if (holdFor !== undefined) return `for;${holdFor}`;
  return holdUntil === undefined ? undefined : `until;${holdUntil.toISOString().replace('.000Z', 'Z')}`;
}
