import type { Outcome as PolicyOutcome } from '@dsnkit/dsn-policy';
import type { Failure, MailEvent, Message, NewEvent, Outcome, Recipient, RemoteReply } from '../model.ts';
import type { RecipientUpdate } from '../ports.ts';
import { dueAt, scheduleRetry, type RetryPlan } from './schedule.ts';

/** What working on one recipient came to. Beside the outcome of an attempt: what time, or an alias, decided. */
export type Fate =
  | Outcome
  | { readonly kind: 'expired'; readonly failure: Failure }
  | { readonly kind: 'delay-notice' }
  /** An alias: its targets go on as recipients of the same message. `report` is false for one with a single target. */
  | { readonly kind: 'expanded'; readonly to: readonly string[]; readonly report: boolean }
  /** A mailing list took the message: delivered, as far as its sender is concerned (RFC 3461 §5.2.7.1). */
  | { readonly kind: 'listed'; readonly to: readonly string[] };

/** What a fate asks of the store, of the policy and of whoever watches. */
export interface Consequence {
  readonly update: RecipientUpdate;
  /** Absent if there is nothing that a report could tell. */
  readonly outcome?: PolicyOutcome;
  readonly event: NewEvent;
}

/**
 * Draws the consequence of one fate.
 *
 * A recipient that is deferred past the expiry is failed at once, with the status of its last trouble: X.4.7 stands
 * only where nothing better is known (RFC 3463 §3.5).
 */
export function consequenceOf(
  message: Message,
  recipient: Recipient,
  fate: Fate,
  plan: RetryPlan,
  nowMs: number,
  jitter: number,
): Consequence {
  const name = { recipient: recipient.shownAs ?? recipient.address, destination: recipient.destination };
  const done = { n: recipient.n, state: 'done' } as const;
  const tried = { lastAttempt: new Date(nowMs) };
  switch (fate.kind) {
    case 'delivered':
    case 'relayed': {
      const { status, remote } = fate;
      const known = { status, ...tried, ...(remote === undefined ? {} : { remote: policyReply(remote, recipient) }) };
      const outcome =
        fate.kind === 'delivered'
          ? { kind: fate.kind, ...known }
          : { kind: fate.kind, ...known, nextHopSupportsDsn: fate.nextHopSupportsDsn };
      const delayMs = nowMs - message.arrivedAtMs;
      return { update: done, outcome, event: { kind: fate.kind, ...name, status, delayMs, ...(remote && { remote }) } };
    }
    case 'failed':
    case 'expired':
      return {
        update: done,
        outcome: { kind: 'failed', ...toldFailure(fate.failure, recipient) },
        event: { kind: fate.kind, ...name, failure: fate.failure },
      };
    case 'expanded': {
      const event = { kind: fate.kind, recipient: name.recipient, to: fate.to };
      return fate.report ? { update: done, outcome: { kind: 'expanded', ...tried }, event } : { update: done, event };
    }
    case 'listed':
      return {
        update: done,
        outcome: { kind: 'delivered', ...tried },
        event: { kind: 'expanded', recipient: name.recipient, to: fate.to },
      };
    case 'deferred':
      return deferral(message, recipient, fate.failure, plan, nowMs, jitter);
    case 'delay-notice':
      return delay(message, recipient, recipient.lastFailure, plan, nowMs);
  }
}

function deferral(
  message: Message,
  recipient: Recipient,
  failure: Failure,
  plan: RetryPlan,
  nowMs: number,
  jitter: number,
): Consequence {
  const ageMs = nowMs - message.arrivedAtMs;
  const attempts = recipient.attempts + 1;
  if (ageMs >= plan.expireAfterMs) {
    return consequenceOf(message, recipient, { kind: 'expired', failure }, plan, nowMs, jitter);
  }
  const late = ageMs >= plan.delayedAfterMs && !recipient.delayReported;
  const delayReported = recipient.delayReported || late;
  const times = scheduleRetry(plan, { arrivedAtMs: message.arrivedAtMs, attempts, delayReported }, nowMs, jitter);
  const { n, destination } = recipient;
  const update = { n, state: 'pending', attempts, ...times, delayReported, lastFailure: failure, destination } as const;
  const name = { recipient: recipient.shownAs ?? recipient.address, destination };
  const event = { kind: 'deferred', ...name, failure, attempts, retryAtMs: times.retryAtMs } as const;
  return late ? { update, outcome: delayedOutcome(message, recipient, failure, plan), event } : { update, event };
}

/** The time for the delay notice came between two attempts. */
function delay(
  message: Message,
  recipient: Recipient,
  failure: Failure | undefined,
  plan: RetryPlan,
  nowMs: number,
): Consequence {
  const { n, attempts, retryAtMs, destination } = recipient;
  const waiting = { arrivedAtMs: message.arrivedAtMs, attempts, delayReported: true };
  const dueAtMs = dueAt(plan, waiting, retryAtMs, nowMs);
  const kept = { n, state: 'pending', attempts, dueAtMs, retryAtMs, delayReported: true, destination } as const;
  return {
    update: failure === undefined ? kept : { ...kept, lastFailure: failure },
    outcome: delayedOutcome(message, recipient, failure, plan),
    event: {
      kind: 'delayed',
      recipient: recipient.shownAs ?? recipient.address,
      destination,
      ...(failure && { failure }),
    },
  };
}

function delayedOutcome(
  message: Message,
  recipient: Recipient,
  failure: Failure | undefined,
  plan: RetryPlan,
): PolicyOutcome {
  const retryUntil = new Date(message.arrivedAtMs + plan.expireAfterMs);
  return { kind: 'delayed', retryUntil, ...(failure === undefined ? {} : toldFailure(failure, recipient)) };
}

function toldFailure(failure: Failure, recipient: Recipient): Pick<PolicyOutcome, 'status' | 'remote' | 'lastAttempt'> {
  return {
    status: failure.status,
    lastAttempt: new Date(failure.atMs),
    ...(failure.remote === undefined ? {} : { remote: policyReply(failure.remote, recipient) }),
  };
}

/** §6.3(j): with the address that was presented to the next hop, since it may not be the one that was accepted. */
function policyReply(remote: RemoteReply, recipient: Recipient): NonNullable<PolicyOutcome['remote']> {
  const [first = `${remote.reply.code}`, ...rest] = remote.rawLines;
  return { mta: remote.mta, lines: [first, ...rest], recipient: recipient.address };
}

/** Completes an event. */
export function eventAt(event: NewEvent, messageId: string, atMs: number): MailEvent {
  return { ...event, messageId, atMs };
}
