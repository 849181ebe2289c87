import type { Action, SmtpStage, StatusCode } from '@dsnkit/delivery-status';
import type { MailParameters, RcptParameters } from '@dsnkit/esmtp-parameters';

/** What the MAIL command of the message said, and how long the message is. */
export interface Envelope {
  /** Between `<` and `>` as sent; `''` is the null reverse-path. */
  readonly reversePath: string;
  readonly mail: MailParameters;
  /** Octets of the message as it would be returned; without it the size declared with `SIZE=` counts. */
  readonly sizeOctets?: number;
}

/** The part of a recipient that decides: what its RCPT command asked for. */
export interface Recipient {
  readonly rcpt: RcptParameters;
}

/** The reply of another MTA, as it stood on the wire. */
export interface RemoteReply {
  /** Name of the host that answered, or an address literal such as `[192.0.2.1]`. */
  readonly mta: string;
  /** Lines as received, without CRLF: `550-5.1.1 no such user`. */
  readonly lines: readonly [string, ...string[]];
  /** What it answered to: tells what a reply without enhanced code means. RFC 3461 §6.3(g) */
  readonly stage?: SmtpStage;
  /** The address that was presented to it; leave out where that address is confidential. RFC 3461 §6.3(j). */
  readonly recipient?: string;
}

/** What is known of the last attempt. None of it changes who is told; all of it goes into the report. */
export interface Attempt {
  /** What this MTA found out itself, such as `5.4.7` at expiry. It counts more than the code of the reply. */
  readonly status?: StatusCode;
  /** Present if, and only if, another MTA answered. RFC 3464 §2.3.5 */
  readonly remote?: RemoteReply;
  readonly lastAttempt?: Date;
  /** When this MTA will give up; reported for delayed recipients only. RFC 3464 §2.3.9 */
  readonly retryUntil?: Date;
  readonly finalLogId?: string;
  /** The time that `BY=…;N` set has come. RFC 2852 §4.1.3 */
  readonly deliverByPassed?: boolean;
}

/** The message lies in the mailbox, or a mailing list took it. RFC 3461 §5.2.3, §5.2.7.1 */
export interface Delivered extends Attempt {
  readonly kind: 'delivered';
}

/** The address is an alias of several, and the message went on to all of them. RFC 3461 §5.2.7.3(c) */
export interface Expanded extends Attempt {
  readonly kind: 'expanded';
}

/** The next system took the message: after the end of data, not at RCPT. RFC 3461 §5.2.1, §5.2.2, §5.2.4 */
export interface Relayed extends Attempt {
  readonly kind: 'relayed';
  /** It announced DSN; or, behind a gateway, it reports as asked and its reports reach the sender as DSNs. */
  readonly nextHopSupportsDsn: boolean;
  /** It announced DELIVERBY; absent is no. RFC 2852 §4.1.4.2 */
  readonly nextHopSupportsDeliverBy?: boolean;
}

/** Still trying, for longer than usual. RFC 3461 §5.2.5 */
export interface Delayed extends Attempt {
  readonly kind: 'delayed';
}

/** Given up, for whatever reason: refused, expired, unroutable, looping. RFC 3461 §5.2.6 */
export interface Failed extends Attempt {
  readonly kind: 'failed';
}

/** What became of one recipient in one attempt. */
export type Outcome = Delivered | Expanded | Relayed | Delayed | Failed;

/** One recipient and what became of it. */
export interface RecipientOutcome<R extends Recipient = Recipient> {
  readonly recipient: R;
  readonly outcome: Outcome;
}

/** One recipient that the sender is told about, and with which `Action`. */
export interface Entry<R extends Recipient = Recipient> extends RecipientOutcome<R> {
  readonly action: Action;
}

/** What RFC 3461 leaves to the site. */
export interface SitePolicy {
  /** How a RCPT without NOTIFY is read; `FAILURE,DELAY` if absent. RFC 3461 §4.1 */
  readonly absentNotify?: 'FAILURE' | 'FAILURE,DELAY';
  /** Messages longer than this come back as headers; 50 000 octets if absent. RFC 3461 §6.2 */
  readonly returnedMaxOctets?: number;
}

/**
 * Whether a reverse-path is null, also when it still has its angle brackets.
 *
 * RFC 5321 §4.5.5.
 *
 * @example
 * ```ts
 * isNullReversePath('<>'); // true
 * ```
 */
export function isNullReversePath(reversePath: string): boolean {
  return reversePath === '' || reversePath === '<>';
}
