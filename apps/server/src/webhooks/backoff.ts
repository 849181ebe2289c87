import { isAhead } from '../delivery/ahead.ts';

const LONGEST_MS = 3_600_000;
const JITTER = 0.2;

/** When something is tried again that failed so many times: after 5 s, then twice as long each time, up to an hour. */
export function backoffMs(failures: number, jitter: number): number {
  const ms = Math.min(LONGEST_MS, 5_000 * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return Math.round(ms * (1 + JITTER * jitter));
}

/** Whether what was put off until then has to wait still. */
export function mustWait(untilMs: number, nowMs: number): boolean {
  return isAhead(untilMs, LONGEST_MS * (1 + JITTER), nowMs);
}

/** Why an answer is no success, in one line; undefined if it is one. Redirects are none: whoever moved says so to us. */
export function complaint(status: number, body: string): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  const text = body.replaceAll(/[^\u0020-\uffff]+/g, ' ').trim();
  return `answered ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`;
}

/** The receiver does not want this event; to ask again changes little. 410 says so for good. */
export function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}
