import type { Action } from '@dsnkit/delivery-status';
import type { MailParameters, Notify } from '@dsnkit/esmtp-parameters';
import {
  isNullReversePath,
  type Entry,
  type Envelope,
  type Outcome,
  type Recipient,
  type RecipientOutcome,
  type Relayed,
  type SitePolicy,
} from './envelope.ts';
import { returnedContent, type ReturnedContent } from './returned.ts';

/** A failure that the sender may not be told about. */
export interface PostmasterNotice<R extends Recipient = Recipient> extends RecipientOutcome<R> {
  /** `null-reverse-path`: RFC 3461 §5.2, somebody should be told. `not-asked`: RFC 3461 §5.2.6(b), somebody may be. */
  readonly reason: 'null-reverse-path' | 'not-asked';
}

/** Who is told what. */
export interface Notifications<R extends Recipient = Recipient> {
  /** One report to the reverse-path; absent if nothing is owed. Send it with {@link reportEnvelope}. */
  readonly sender?: {
    readonly entries: readonly [Entry<R>, ...Entry<R>[]];
    readonly returned: ReturnedContent;
  };
  /** For the local postmaster, by some way that can never cause a report. */
  readonly postmaster: readonly PostmasterNotice<R>[];
}

/**
 * Decide who is owed which notification, for recipients of one message whose fate is settled together.
 *
 *     NOTIFY     delivered  expanded  relayed, next hop   delayed  failed
 *                                     has / lacks DSN
 *     absent     -          -         -     -             delayed  failed
 *     NEVER      -          -         -     -             -        -
 *     SUCCESS    delivered  expanded  -     relayed       -        -
 *     FAILURE    -          -         -     -             -        failed
 *     DELAY      -          -         -     -             delayed  -
 *
 * Combinations add up. With a null reverse-path nothing is ever reported. Whoever did not ask is not named in
 * the report (RFC 3461 §5.2.8). DELIVERBY adds two relayed reports and a delayed one (RFC 2852 §4.1.3, §4.1.4).
 * RFC 3461 §5.2, §6.2.
 *
 * @example
 * ```ts
 * const { sender } = decideNotifications({ reversePath: 'alice@example.org', mail: readMailParameters([]) }, [
 *   { recipient: { address: 'bob@example.com', rcpt: readRcptParameters([]) }, outcome: { kind: 'failed', status: '5.1.1' } },
 * ]);
 * sender?.entries[0].action; // 'failed'
 * sender?.returned; // 'full-message'
 * ```
 */
export function decideNotifications<R extends Recipient>(
  envelope: Envelope,
  results: readonly RecipientOutcome<R>[],
  site: SitePolicy = {},
): Notifications<R> {
  const nobody = isNullReversePath(envelope.reversePath);
  const entries: Entry<R>[] = [];
  const postmaster: PostmasterNotice<R>[] = [];
  for (const { recipient, outcome } of results) {
    const action = actionDue(recipient.rcpt.notify, outcome, envelope.mail.by, site);
    if (action !== undefined && !nobody) entries.push({ recipient, outcome, action });
    else if (outcome.kind === 'failed') {
      postmaster.push({ recipient, outcome, reason: nobody ? 'null-reverse-path' : 'not-asked' });
    }
  }
  const [first, ...rest] = entries;
  if (first === undefined) return { postmaster };
  return { sender: { entries: [first, ...rest], returned: returnedContent(envelope, entries, site) }, postmaster };
}

function actionDue(
  notify: Notify | undefined,
  outcome: Outcome,
  by: MailParameters['by'],
  site: SitePolicy,
): Action | undefined {
  switch (outcome.kind) {
    case 'delivered':
    case 'expanded':
      return notify?.success === true ? outcome.kind : undefined;
    case 'relayed': {
      // RFC 3461 §5.2.1: a next hop with DSN reports in our place; RFC 3461 §5.2.2(b): nobody else will.
      const owed = notify?.success === true && !outcome.nextHopSupportsDsn;
      return owed || relayedByDeliverBy(notify, outcome, by) ? 'relayed' : undefined;
    }
    case 'delayed': {
      // RFC 2852 §4.1.3 makes this one a MUST for a RCPT without NOTIFY, whatever the site prefers.
      const absent = site.absentNotify !== 'FAILURE' || outcome.deliverByPassed === true;
      return (notify?.delay ?? absent) ? 'delayed' : undefined;
    }
    case 'failed':
      return (notify?.failure ?? true) ? 'failed' : undefined;
  }
}

/**
 * The relayed reports that DELIVERBY adds: with a trace at every hop, and in mode N where the message goes in time to a
 * next hop that does not know the extension. Anything but NEVER gets them; they are not terminal. RFC 2852 §4.1.4, §4.1.4.2.
 */
function relayedByDeliverBy(notify: Notify | undefined, outcome: Relayed, by: MailParameters['by']): boolean {
  if (by === undefined || (notify !== undefined && isNever(notify))) return false;
  const lost = outcome.nextHopSupportsDeliverBy !== true && outcome.deliverByPassed !== true;
  return by.trace || (by.mode === 'N' && lost);
}

function isNever(notify: Notify): boolean {
  return !notify.success && !notify.failure && !notify.delay;
}
