import { isRefusal } from './backoff.ts';

/** An event that is not taken while others are is given up after so many attempts; sooner if it keeps all others back. */
const MOST_ATTEMPTS = 12;
const MOST_REFUSALS = 5;
const MOST_IN_THE_WAY = 3;

/** What an attempt that failed says of its event. */
export interface Failing {
  /** Of the answer; undefined if there was none. */
  readonly status: number | undefined;
  /** The receiver has taken others since this one failed first. */
  readonly takesOthers: boolean;
  /** So many events wait that no more are read before this one goes. */
  readonly isInTheWay: boolean;
}

/** Whether an event is given up after so many attempts: the receiver does not want it, or takes all but this one. */
export function isHopeless(attempts: number, { status, takesOthers, isInTheWay }: Failing): boolean {
  if (status === 410 || (isRefusal(status) && attempts >= MOST_REFUSALS)) return true;
  return takesOthers && attempts >= (isInTheWay ? MOST_IN_THE_WAY : MOST_ATTEMPTS);
}
