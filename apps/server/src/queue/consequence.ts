import type { Outcome as PolicyOutcome, Relayed as RelayedOutcome } from '@dsnkit/dsn-policy';
import type { Failure, Message, NewEvent, Outcome, Recipient, RemoteReply } from '../model.ts';
import type { RecipientUpdate } from '../ports.ts';
import { deliverByOf, waitingOf } from './deliver-by.ts';
import { readMarks } from '../routing/mark.ts';
import { names, pending } from './waiting.ts';
import { dueAfterNotice, dueAt, expiryOf, noticesDue, scheduleRetry, type RetryPlan } from './schedule.ts';

/** What working on one recipient came to. Beside the outcome of an attempt: what time, or an alias, decided. */
export type Fate =
  | Outcome
  | { readonly kind: 'expired'; readonly failure: Failure }
  /** An operator gave it up. */
  | { readonly kind: 'bounced'; readonly failure: Failure; readonly by?: string }
  | { readonly kind: 'delay-notice' }
  /** Its route leads to another next hop now, which is paused: it waits there, untried. */
  | { readonly kind: 'led-on' }
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
  const name = nameOf(recipient);
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
          : { kind: fate.kind, ...known, ...handedOn(message, fate, nowMs) };
      // The clock may have been set back.
      const delayMs = Math.max(0, nowMs - message.arrivedAtMs);
      return { update: done, outcome, event: { kind: fate.kind, ...name, status, delayMs, ...(remote && { remote }) } };
    }
    case 'failed':
    case 'expired':
    case 'bounced':
      return {
        update: done,
        outcome: { kind: 'failed', ...toldFailure(fate.failure, recipient, lastAttemptOf(recipient, fate)) },
        event: { kind: fate.kind, ...name, failure: fate.failure, ...('by' in fate ? { by: fate.by } : {}) },
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
    case 'led-on': {
      const update = pending({ ...recipient, dueAtMs: nowMs, retryAtMs: nowMs });
      return { update, event: { kind: 'rerouted', ...names([recipient]), destination: recipient.destination } };
    }
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
  const waiting = waitingOf(message, recipient);
  const attempts = recipient.attempts + 1;
  if (expiryOf(plan, waiting) <= nowMs) {
    const tried = isUntried(failure) ? recipient : { ...recipient, lastFailure: failure };
    const expired = { kind: 'expired', failure: expiryFailure(message, tried.lastFailure ?? failure, nowMs) } as const;
    return consequenceOf(message, tried, expired, plan, nowMs, jitter);
  }
  if (isUntried(failure)) return waitedInVain(message, recipient, failure, plan, nowMs);
  const due = noticesDue(plan, waiting, nowMs);
  const delayReported = recipient.delayReported || due.usual;
  const times = scheduleRetry(plan, { ...waiting, attempts, delayReported }, nowMs, jitter);
  const { n, destination } = recipient;
  const update = { n, state: 'pending', attempts, ...times, delayReported, lastFailure: failure, destination } as const;
  const event = { kind: 'deferred', ...nameOf(recipient), failure, attempts, retryAtMs: times.retryAtMs } as const;
  if (!due.usual && !due.deliverBy) return { update, event };
  return { update, outcome: delayedOutcome(message, recipient, failure, plan, due.deliverBy), event };
}

/** Its turn did not come before there was something to tell: no attempt was made, and it goes on waiting. */
function waitedInVain(
  message: Message,
  recipient: Recipient,
  failure: Failure,
  plan: RetryPlan,
  nowMs: number,
): Consequence {
  const due = noticesDue(plan, waitingOf(message, recipient), nowMs);
  if (due.usual || due.deliverBy) return delay(message, recipient, recipient.lastFailure, plan, nowMs);
  const { attempts, retryAtMs } = recipient;
  return {
    update: pending(recipient),
    event: { kind: 'deferred', ...nameOf(recipient), failure, attempts, retryAtMs },
  };
}

/** It waited for a connection, and none came free: what is known from before says more (RFC 3463 §3.5). */
function isUntried({ status, remote }: Failure): boolean {
  return status === '4.4.7' && remote === undefined;
}

/** The time for a delay notice came between two attempts, or before its turn came. */
function delay(
  message: Message,
  recipient: Recipient,
  failure: Failure | undefined,
  plan: RetryPlan,
  nowMs: number,
): Consequence {
  const { n, attempts, retryAtMs, destination } = recipient;
  const waiting = waitingOf(message, recipient);
  const due = noticesDue(plan, waiting, nowMs);
  const delayReported = recipient.delayReported || due.usual;
  const dueAtMs =
    retryAtMs > nowMs
      ? dueAt(plan, { ...waiting, delayReported }, retryAtMs, nowMs)
      : dueAfterNotice(plan, waiting, nowMs);
  const kept = { n, state: 'pending', attempts, dueAtMs, retryAtMs, delayReported, destination } as const;
  return {
    update: failure === undefined ? kept : { ...kept, lastFailure: failure },
    outcome: delayedOutcome(message, recipient, failure, plan, due.deliverBy),
    event: {
      kind: 'delayed',
      ...nameOf(recipient),
      ...(failure && { failure }),
    },
  };
}

/** The recipient as reports name it, and where it goes. */
function nameOf({ address, shownAs, destination: key }: Recipient): {
  readonly recipient: string;
  readonly address?: string;
  readonly destination: string;
} {
  const { destination } = readMarks(key);
  if (shownAs === undefined || shownAs === address) return { recipient: address, destination };
  return { recipient: shownAs, address, destination };
}

/** What the policy has to know of the next hop, and of the time at which the message went there. */
function handedOn(
  message: Message,
  { nextHopSupportsDsn, nextHopSupportsDeliverBy = false }: Extract<Fate, { kind: 'relayed' }>,
  nowMs: number,
): Pick<RelayedOutcome, 'nextHopSupportsDsn' | 'nextHopSupportsDeliverBy' | 'deliverByPassed'> {
  const by = deliverByOf(message);
  return {
    nextHopSupportsDsn,
    ...(by === undefined ? {} : { nextHopSupportsDeliverBy, deliverByPassed: by.atMs <= nowMs }),
  };
}

/**
 * Why a recipient is given up that ran out of time: for the last trouble, since X.4.7 stands only where nothing better is
 * known (RFC 3463 §3.5); at the time of `BY=…;R` always with 5.4.7 (RFC 2852 §4.1.3).
 */
export function expiryFailure(message: Message, last: Failure | undefined, nowMs: number): Failure {
  const by = deliverByOf(message);
  if (by?.mode === 'R' && by.atMs <= nowMs) {
    return {
      ...last,
      status: '5.4.7',
      reason: 'the message could not be delivered within the time that the sender has set',
      atMs: last?.atMs ?? nowMs,
    };
  }
  return last ?? { status: '4.4.7', reason: 'the message could not be delivered in time', atMs: nowMs };
}

function delayedOutcome(
  message: Message,
  recipient: Recipient,
  failure: Failure | undefined,
  plan: RetryPlan,
  deliverByPassed: boolean,
): PolicyOutcome {
  const retryUntil = new Date(expiryOf(plan, waitingOf(message, {})));
  const told = failure === undefined ? {} : toldFailure(failure, recipient, failure.atMs);
  // RFC 2852 §4.1.3 names the status, whatever the last trouble was.
  return { kind: 'delayed', retryUntil, ...told, ...(deliverByPassed ? { status: '4.4.7', deliverByPassed } : {}) };
}

/** What time or an operator decided is no attempt: it may be long ago, or there was none (RFC 3464 §2.3.7). */
function lastAttemptOf(
  recipient: Recipient,
  { kind, failure }: Fate & { readonly failure: Failure },
): number | undefined {
  return kind === 'failed' ? failure.atMs : recipient.lastFailure?.atMs;
}

function toldFailure(
  failure: Failure,
  recipient: Recipient,
  attemptedAtMs: number | undefined,
): Pick<PolicyOutcome, 'status' | 'remote' | 'lastAttempt'> {
  return {
    status: failure.status,
    ...(attemptedAtMs === undefined ? {} : { lastAttempt: new Date(attemptedAtMs) }),
    ...(failure.remote === undefined ? {} : { remote: policyReply(failure.remote, recipient) }),
  };
}

/** §6.3(j): with the address that was presented to the next hop, since it may not be the one that was accepted. */
function policyReply(remote: RemoteReply, recipient: Recipient): NonNullable<PolicyOutcome['remote']> {
  const [first = `${remote.reply.code}`, ...rest] = remote.rawLines;
  return { mta: remote.mta, lines: [first, ...rest], recipient: recipient.address };
}
