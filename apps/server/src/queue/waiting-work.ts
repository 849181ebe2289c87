import type { Message, Recipient } from '../model.ts';
import type { Claim } from '../ports.ts';
import { readMarks } from '../routing/mark.ts';
import { waitingOf } from './deliver-by.ts';
import { expiryFailure, type Fate } from './consequence.ts';
import { expiryOf, noticesDue, type RetryPlan } from './schedule.ts';
import { contentOnce, settle } from './settle.ts';
import type { WorkParts } from './work-parts.ts';

/** What is done for mail that waits without being tried: for a paused destination, or for its turn. */
export interface WaitingWork {
  /** Whether something is to be done; `presentSinceMs`: since when this server has been there to serve it. */
  readonly isDue: (recipient: Recipient, message: Message, presentSinceMs: number) => boolean;
  readonly run: (claim: Claim, recipients: readonly Recipient[], presentSinceMs: number) => Promise<void>;
}

/** Tells the senders of mail that is not tried what the time brings. */
export function makeWaitingWork(parts: WorkParts): WaitingWork {
  const fateOf = (recipient: Recipient, message: Message, presentSinceMs: number): Fate | undefined => {
    const { held, destination } = readMarks(recipient.destination);
    if (held) return undefined;
    const nowMs = parts.clock.now();
    if (parts.isPaused(destination)) return fateOfPaused(parts, message, recipient, nowMs);
    const servedSinceMs = Math.max(presentSinceMs, parts.resumedAtMs(destination) ?? -Infinity);
    return fateInLine(parts, message, recipient, { nowMs, servedSinceMs });
  };
  return {
    isDue: (...waiting) => fateOf(...waiting) !== undefined,
    async run(claim, recipients, presentSinceMs) {
      const results = recipients.flatMap((recipient) => {
        const fate = fateOf(recipient, claim.message, presentSinceMs);
        return fate === undefined ? [] : [{ recipient, fate }];
      });
      await settle(parts, claim, { results }, contentOnce(parts, claim, undefined));
    },
  };
}

/**
 * It ages: delays are told, and `BY=…;R` ends it (RFC 2852 §4.1.3). What else runs out of time was not given up by us: it
 * gets one attempt more when the destination is resumed, and nothing is promised of it any more.
 */
function fateOfPaused({ retry }: WorkParts, message: Message, recipient: Recipient, nowMs: number): Fate | undefined {
  const waiting = waitingOf(message, recipient);
  if (expiryOf(retry, waiting) > nowMs) return noticeOf(retry, waiting, nowMs);
  const { deliverBy } = waiting;
  if (deliverBy?.mode !== 'R' || deliverBy.atMs > nowMs) return undefined;
  return { kind: 'expired', failure: expiryFailure(message, recipient.lastFailure, nowMs) };
}

/**
 * It is due, and its turn does not come: its destination has as much in hand as it may, or a rate keeps it. Delays are told,
 * and it expires as what was tried does. What ran out of time while nobody was there to serve it, or while it was paused, has
 * the whole time once more before it is given up untried.
 */
function fateInLine(
  { retry }: WorkParts,
  message: Message,
  recipient: Recipient,
  { nowMs, servedSinceMs }: { readonly nowMs: number; readonly servedSinceMs: number },
): Fate | undefined {
  if (recipient.dueAtMs > nowMs) return undefined;
  const waiting = waitingOf(message, recipient);
  const expiresAtMs = expiryOf(retry, waiting);
  if (expiresAtMs > nowMs) return noticeOf(retry, waiting, nowMs);
  const { deliverBy } = waiting;
  const isWantedBack = deliverBy?.mode === 'R' && deliverBy.atMs <= nowMs;
  if (!isWantedBack && servedSinceMs > expiresAtMs && nowMs < servedSinceMs + retry.expireAfterMs) return undefined;
  return { kind: 'expired', failure: expiryFailure(message, recipient.lastFailure, nowMs) };
}

function noticeOf(retry: RetryPlan, waiting: ReturnType<typeof waitingOf<Recipient>>, nowMs: number): Fate | undefined {
  const { usual, deliverBy } = noticesDue(retry, waiting, nowMs);
  return usual || deliverBy ? { kind: 'delay-notice' } : undefined;
}
