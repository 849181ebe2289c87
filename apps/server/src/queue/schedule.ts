/** When a recipient that could not be served is looked at again. All times are milliseconds. */
export interface RetryPlan {
  /** Waiting times after the first, second, … failed attempt; the last one repeats. */
  readonly delaysMs: readonly number[];
  /** Age of the message from which on nothing more is tried. */
  readonly expireAfterMs: number;
  /** Age of the message from which on the sender is told that it is late. */
  readonly delayedAfterMs: number;
  /** After how long the sender is told again, and again; absent: once is enough. */
  readonly delayedRepeatMs?: number;
}

/** What BY asked for, as a time. RFC 2852 §4.1 */
export interface DeliverBy {
  readonly atMs: number;
  /** `R`: fail from then on; `N`: tell that it is late, and go on. */
  readonly mode: 'R' | 'N';
}

/** What {@link scheduleRetry} and {@link judge} need to know of a recipient and its message. */
export interface Waiting {
  readonly arrivedAtMs: number;
  /** Attempts made so far. */
  readonly attempts: number;
  /** A `delayed` report was issued, or is not wanted any more. */
  readonly delayReported: boolean;
  /** When it wanted to be looked at this time: notices due earlier have been issued. Absent: now. */
  readonly dueAtMs?: number;
  readonly deliverBy?: DeliverBy;
  /** How much earlier than others it is tried again. Absent: not at all. */
  readonly leadMs?: number;
}

/** Jitter lengthens a waiting time by up to this share of it: never shorter than what the operator wrote. */
const jitterShare = 0.1;

/**
 * Says when a recipient is tried next after an attempt that failed for now, and when it wants to be looked at: at the
 * retry, at the time of its delay notice or at its expiry, whichever comes first, but never in the past.
 *
 * RFC 5321 §4.5.4.1 leaves the strategy to the sender: waiting times that grow, and a give-up time of days. What is urgent
 * is tried again earlier, but not before half of the waiting time (RFC 6710 §5.1), so that it also goes before others that
 * failed with it.
 *
 * @param jitter from 0 up to 1: how much of the jitter is used, so that messages which failed together part.
 * @example
 * const plan = { delaysMs: [60_000, 300_000], expireAfterMs: 86_400_000, delayedAfterMs: 14_400_000 };
 * scheduleRetry(plan, { arrivedAtMs: 0, attempts: 1, delayReported: false }, 1_000, 0);
 * // { retryAtMs: 61_000, dueAtMs: 61_000 }
 */
export function scheduleRetry(
  plan: RetryPlan,
  recipient: Waiting,
  nowMs: number,
  jitter: number,
): { readonly retryAtMs: number; readonly dueAtMs: number } {
  const delayMs = plan.delaysMs[Math.min(recipient.attempts, plan.delaysMs.length) - 1] ?? plan.delaysMs[0];
  // Without any delay in the plan there is one attempt only: the retry would come with the expiry.
  const earlierMs = Math.min(recipient.leadMs ?? 0, (delayMs ?? 0) / 2);
  const retryAtMs = nowMs + Math.round((delayMs ?? plan.expireAfterMs) * (1 + jitterShare * jitter) - earlierMs);
  return { retryAtMs, dueAtMs: dueAt(plan, recipient, retryAtMs, nowMs) };
}

/**
 * Says when a recipient whose retry time stands wants to be looked at, for instance after its delay notice was issued.
 *
 * @example
 * dueAt(plan, { arrivedAtMs: 0, attempts: 3, delayReported: true }, 18_000_000, 14_400_000); // 18_000_000
 */
export function dueAt(plan: RetryPlan, recipient: Waiting, retryAtMs: number, nowMs: number): number {
  return Math.max(nowMs, Math.min(retryAtMs, noticeAfter(plan, recipient, nowMs), expiryOf(plan, recipient)));
}

/**
 * From when on nothing more is tried: the end of the plan, or before it the time that `BY=…;R` sets (RFC 2852 §4.1.3).
 *
 * @example expiryOf(plan, { arrivedAtMs: 0 }) // 86_400_000
 */
export function expiryOf(
  plan: RetryPlan,
  { arrivedAtMs, deliverBy }: Pick<Waiting, 'arrivedAtMs' | 'deliverBy'>,
): number {
  const end = arrivedAtMs + plan.expireAfterMs;
  return deliverBy?.mode === 'R' ? Math.min(end, deliverBy.atMs) : end;
}

/**
 * When the sender wants to be told next of the delay, seen from `nowMs`; it may be past for the first notice.
 *
 * @example noticeAfter(plan, { arrivedAtMs: 0, attempts: 0, delayReported: false }, 1_000) // 14_400_000
 */
export function noticeAfter(
  plan: RetryPlan,
  { arrivedAtMs, delayReported, deliverBy }: Waiting,
  nowMs: number,
): number {
  const first = arrivedAtMs + plan.delayedAfterMs;
  const late = deliverBy?.mode === 'N' && deliverBy.atMs > nowMs ? deliverBy.atMs : Infinity;
  if (!delayReported) return Math.min(first, late);
  const every = plan.delayedRepeatMs;
  if (every === undefined) return late;
  return Math.min(late, first + every * Math.max(1, Math.floor((nowMs - first) / every) + 1));
}

/**
 * The notices of delay that have become due since the recipient was last looked at: the usual one (the first, or a
 * repetition), and the one for which `BY=…;N` sets the time.
 *
 * @example
 * noticesDue(plan, { arrivedAtMs: 0, attempts: 1, delayReported: false, dueAtMs: 14_400_000 }, 14_400_000);
 * // { usual: true, deliverBy: false }
 */
export function noticesDue(
  plan: RetryPlan,
  recipient: Waiting,
  nowMs: number,
): { readonly usual: boolean; readonly deliverBy: boolean } {
  const { arrivedAtMs, delayReported, deliverBy } = recipient;
  // What is urgent counts as due from before it came; what was due then has been told by whoever had it then.
  const dueAtMs = Math.max(arrivedAtMs, recipient.dueAtMs ?? nowMs);
  const first = arrivedAtMs + plan.delayedAfterMs;
  const late = deliverBy?.mode === 'N' && deliverBy.atMs <= nowMs && deliverBy.atMs >= dueAtMs;
  if (!delayReported) return { usual: nowMs >= first, deliverBy: late };
  const every = plan.delayedRepeatMs ?? Infinity;
  const turns = Math.floor((nowMs - first) / every);
  return { usual: turns >= 1 && first + turns * every >= dueAtMs, deliverBy: late };
}

/**
 * When a recipient that has waited for its turn counts as due once the notices that {@link noticesDue} names are issued: it
 * keeps its place among those that wait, as far as these are not to be issued once more.
 *
 * @example
 * dueAfterNotice(plan, { arrivedAtMs: 0, attempts: 0, delayReported: false, dueAtMs: 0 }, 14_400_000); // 0
 */
export function dueAfterNotice(plan: RetryPlan, recipient: Waiting, nowMs: number): number {
  const { arrivedAtMs, delayReported, deliverBy, dueAtMs = nowMs } = recipient;
  const due = noticesDue(plan, recipient, nowMs);
  const first = arrivedAtMs + plan.delayedAfterMs;
  const every = plan.delayedRepeatMs ?? Infinity;
  return Math.max(
    dueAtMs,
    due.deliverBy && deliverBy !== undefined ? deliverBy.atMs + 1 : -Infinity,
    // That the first was issued is known of the recipient.
    due.usual && delayReported ? first + every * Math.floor((nowMs - first) / every) + 1 : -Infinity,
  );
}

/** What is to be done with a recipient that is due. */
export type Judgement = 'attempt' | 'delay-notice' | 'expired';

/**
 * Says what is to be done with a recipient that was claimed because it is due.
 *
 * - The first attempt is always made, however late: a message that waited for the server to come back is no failure yet.
 *   Only the time of `BY=…;R` counts from the start (RFC 2852 §4.1.3).
 * - From the expiry on no attempt is made any more, not even a last one; but one that was due before and could not be made,
 *   because the server was down or the clock was set forward, is made up for: nothing expires untried.
 * - An attempt that is allowed goes before a delay notice: it may make the notice needless.
 * - A recipient that is due for no reason the plan knows (the plan was changed) is attempted: early does no harm.
 *
 * @example
 * judge(plan, { arrivedAtMs: 0, attempts: 9, delayReported: true }, 90_000_000, 86_400_000); // 'expired'
 */
export function judge(plan: RetryPlan, recipient: Waiting, retryAtMs: number, nowMs: number): Judgement {
  const { deliverBy } = recipient;
  if (deliverBy?.mode === 'R' && deliverBy.atMs <= nowMs) return 'expired';
  if (recipient.attempts === 0) return 'attempt';
  const expiresAtMs = expiryOf(plan, recipient);
  if (expiresAtMs <= nowMs) return retryAtMs < expiresAtMs ? 'attempt' : 'expired';
  if (retryAtMs <= nowMs) return 'attempt';
  const notices = noticesDue(plan, recipient, nowMs);
  return notices.usual || notices.deliverBy ? 'delay-notice' : 'attempt';
}
