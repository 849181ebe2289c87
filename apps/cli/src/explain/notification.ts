import { decideNotifications, type Outcome } from '@dsnkit/dsn-policy';
import { parseNotify, readMailParameters, type Notify } from '@dsnkit/esmtp-parameters';
import type { Explanation } from './explanation.ts';

/** What may become of a recipient at one host. */
export type OutcomeName = 'delivered' | 'expanded' | 'relayed' | 'relayed-to-dsn' | 'delayed' | 'failed';

interface OutcomeRow {
  readonly outcome: Outcome;
  readonly words: string;
}

const OUTCOMES: Readonly<Record<OutcomeName, OutcomeRow>> = {
  delivered: { outcome: { kind: 'delivered' }, words: 'delivered to the mailbox, or to a mailing list' },
  expanded: { outcome: { kind: 'expanded' }, words: 'sent on from an alias to several addresses' },
  relayed: { outcome: { kind: 'relayed', nextHopSupportsDsn: false }, words: 'relayed to a host without DSN' },
  'relayed-to-dsn': { outcome: { kind: 'relayed', nextHopSupportsDsn: true }, words: 'relayed to a host with DSN' },
  delayed: { outcome: { kind: 'delayed' }, words: 'delayed for long' },
  failed: { outcome: { kind: 'failed' }, words: 'failed for good' },
};

/** The outcomes by their names, as the command takes them. */
export const OUTCOME_NAMES: readonly OutcomeName[] = Object.keys(OUTCOMES) as OutcomeName[];

/** What was asked for: the value of NOTIFY, in upper case and the usual order; `absent` without the parameter. */
export const NOTIFY_VALUES: readonly string[] = [
  'absent', 'NEVER', 'SUCCESS', 'FAILURE', 'DELAY', 'SUCCESS,FAILURE', 'SUCCESS,DELAY', 'FAILURE,DELAY',
  'SUCCESS,FAILURE,DELAY',
]; // prettier-ignore

/**
 * Which report a host owes the sender for a request and an outcome, and why.
 *
 * @param value of NOTIFY, or `absent`
 * @param reversePath '' is the null reverse-path
 * @throws {EsmtpParameterError} for a value outside the grammar
 */
export function explainNotification(value: string, name: OutcomeName, reversePath: string): Explanation {
  const notify = value.toLowerCase() === 'absent' ? undefined : parseNotify(value);
  const { outcome, words } = OUTCOMES[name];
  const { due, returned } = decide(notify, outcome, reversePath);
  const reason = reversePath === '' ? NULL_PATH : reasonOf(notify, name);
  const asked = notify === undefined ? 'no NOTIFY' : `NOTIFY=${value.toUpperCase()}`;
  const verdict =
    due === undefined ? 'no report' : `${articleOf(due)} "${due}" report ${reason.may ? 'may be sent' : 'is owed'}`;
  const facts: (readonly [string, string])[] = [
    ['asked', asked],
    ['outcome', words],
    ['report', due ?? 'none'],
    ['why', reason.why],
  ];
  if (returned !== undefined)
    facts.push([
      'returned',
      returned === 'headers' ? 'the header of the message' : 'the whole message, unless RET=HDRS or it is long',
    ]);
  if (due === undefined && name === 'failed')
    facts.push(['postmaster', `${reversePath === '' ? 'should' : 'may'} be told, in a way that can cause no report`]);
  facts.push(['clause', reason.clause]);
  return { kind: 'notification', subject: `${asked}, ${name}`, headline: verdict, facts };
}

/** The action of the report that is due; undefined if none is. */
export function reportDue(value: string, name: OutcomeName): string | undefined {
  return decide(value === 'absent' ? undefined : parseNotify(value), OUTCOMES[name].outcome, 'a@example.org').due;
}

function decide(
  notify: Notify | undefined,
  outcome: Outcome,
  reversePath: string,
): { readonly due: string | undefined; readonly returned: string | undefined } {
  const rcpt = { extensions: [], ...(notify === undefined ? {} : { notify }) };
  const envelope = { reversePath, mail: readMailParameters([]) };
  const { sender } = decideNotifications(envelope, [{ recipient: { rcpt }, outcome }]);
  return { due: sender?.entries[0].action, returned: sender?.returned };
}

interface Reason {
  readonly why: string;
  readonly clause: string;
  /** Allowed, but no duty. */
  readonly may?: true;
}

const NULL_PATH: Reason = {
  why: 'the message came from <>: it may be a report itself, and reports are never reported about',
  clause: 'RFC 3461 §5.2',
};

function reasonOf(notify: Notify | undefined, name: OutcomeName): Reason {
  switch (name) {
    case 'delivered':
      return successReason(notify, ['RFC 3461 §5.2.3(a)', 'RFC 3461 §5.2.3(b)', 'RFC 3461 §5.2.3(c)']);
    case 'expanded':
      return successReason(notify, ['RFC 3461 §5.2.7.3(c)', 'RFC 3461 §5.2.7.3(c)', 'RFC 3461 §5.2.7.3(c)']);
    case 'relayed':
      return relayedReason(notify);
    case 'relayed-to-dsn':
      return {
        why: 'the next host got the request along with the message, and reports in our place',
        clause: 'RFC 3461 §5.2.1',
      };
    case 'delayed':
      if (notify === undefined)
        return { why: 'without NOTIFY a host may tell of delays', clause: 'RFC 3461 §5.2.5(b)', may: true };
      return notify.delay
        ? {
            why: 'the sender is willing to hear of delays; no host is obliged to tell',
            clause: 'RFC 3461 §5.2.5(a)',
            may: true,
          }
        : { why: 'NOTIFY without DELAY forbids it', clause: 'RFC 3461 §5.2.5(c)' };
    case 'failed':
      if (notify === undefined) return { why: 'without NOTIFY failures are reported', clause: 'RFC 3461 §5.2.6(c)' };
      return notify.failure
        ? { why: 'FAILURE was asked for', clause: 'RFC 3461 §5.2.6(a)' }
        : { why: 'NOTIFY without FAILURE forbids it', clause: 'RFC 3461 §5.2.6(b)' };
  }
}

function successReason(
  notify: Notify | undefined,
  [asked, notAsked, absent]: readonly [string, string, string],
): Reason {
  if (notify === undefined) return { why: 'success is reported only where it was asked for', clause: absent };
  if (notify.success) return { why: 'SUCCESS was asked for', clause: asked };
  return { why: 'NOTIFY without SUCCESS forbids it', clause: notAsked };
}

function relayedReason(notify: Notify | undefined): Reason {
  if (notify === undefined)
    return { why: 'success is reported only where it was asked for', clause: 'RFC 3461 §5.2.2(e)' };
  if (notify.success)
    return { why: 'SUCCESS was asked for, and the next host will not report it', clause: 'RFC 3461 §5.2.2(b)' };
  const never = !notify.failure && !notify.delay;
  return never
    ? { why: 'NEVER forbids any report', clause: 'RFC 3461 §5.2.2(d)' }
    : { why: 'SUCCESS was not asked for', clause: 'RFC 3461 §5.2.2(b)' };
}

function articleOf(action: string): string {
  return action === 'expanded' ? 'an' : 'a';
}
