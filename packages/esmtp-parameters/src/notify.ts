import { badValue } from './error.ts';

/** What NOTIFY asks for. All false is NEVER, so every value is a legal one. RFC 3461 §4.1. */
export interface Notify {
  readonly success: boolean;
  readonly failure: boolean;
  readonly delay: boolean;
}

/**
 * Read the value of NOTIFY.
 *
 *     notify-esmtp-value  = "NEVER" / 1#notify-list-element
 *     notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
 *
 * RFC 3461 §4.1. Letter case does not matter, a repeated element counts once, and the "#" rule allows empty elements
 * beside a real one; NEVER stands alone.
 *
 * @throws {EsmtpParameterError} `bad-value`
 *
 * @example
 * ```ts
 * parseNotify('success,DELAY'); // { success: true, failure: false, delay: true }
 * ```
 */
export function parseNotify(value: string): Notify {
  let seen = 0;
  for (let start = 0; start <= value.length;) {
    const comma = value.indexOf(',', start);
    const end = comma < 0 ? value.length : comma;
    const bit = elementAt(value, start, end);
    // Whatever stands beside NEVER, an empty element included, is one too many.
    if (bit < 0 || (bit === NEVER && start > 0) || (seen & NEVER) !== 0) throw badValue('NOTIFY', start);
    seen |= bit;
    start = end + 1;
  }
  if (seen === 0) throw badValue('NOTIFY');
  return { success: (seen & SUCCESS) !== 0, failure: (seen & FAILURE) !== 0, delay: (seen & DELAY) !== 0 };
}

/**
 * Write the value of NOTIFY; nothing asked for is NEVER. RFC 3461 §4.1.
 *
 * @throws {EsmtpParameterError} `bad-value` where it is not said for each of the three whether it is asked for: a word such as
 *   `'SUCCESS'` would else ask for nothing, and so be NEVER.
 *
 * @example
 * ```ts
 * formatNotify({ success: true, failure: true, delay: false }); // 'SUCCESS,FAILURE'
 * ```
 */
export function formatNotify(notify: Notify): string {
  const { success, failure, delay } = notify;
  if (![success, failure, delay].every((wish) => typeof wish === 'boolean')) throw badValue('NOTIFY');
  const elements: string[] = [];
  if (success) elements.push('SUCCESS');
  if (failure) elements.push('FAILURE');
  if (delay) elements.push('DELAY');
  return elements.length === 0 ? 'NEVER' : elements.join(',');
}

/**
 * Ask for reports: about success, failure, delay; about nothing is NEVER, so NEVER can't be mixed with the others.
 * RFC 3461 §4.1.
 *
 * @throws {EsmtpParameterError} `bad-value` for any other word, which would else count for nothing, and so as NEVER.
 *
 * @example
 * ```ts
 * formatNotify(notifyOn('success', 'failure')); // 'SUCCESS,FAILURE'
 * formatNotify(notifyOn()); // 'NEVER'
 * ```
 */
export function notifyOn(...events: readonly (keyof Notify)[]): Notify {
  if (!events.every((event) => EVENTS.includes(event))) throw badValue('NOTIFY');
  return {
    success: events.includes('success'),
    failure: events.includes('failure'),
    delay: events.includes('delay'),
  };
}

const EVENTS: readonly string[] = ['success', 'failure', 'delay'];

const SUCCESS = 1;
const FAILURE = 2;
const DELAY = 4;
const NEVER = 8;

/** The bit of the list element between two offsets, 0 for an empty one, -1 for anything else. */
function elementAt(value: string, start: number, end: number): number {
  if (start === end) return 0;
  if (isWord(value, start, end, 'SUCCESS')) return SUCCESS;
  if (isWord(value, start, end, 'FAILURE')) return FAILURE;
  if (isWord(value, start, end, 'DELAY')) return DELAY;
  return isWord(value, start, end, 'NEVER') ? NEVER : -1;
}

/** Compares without letter case; in place, since a slice of a fresh line costs more than looking at it. */
function isWord(value: string, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) {
    const code = value.charCodeAt(start + at);
    if ((code >= 0x61 && code <= 0x7a ? code - 0x20 : code) !== word.charCodeAt(at)) return false;
  }
  return true;
}
