import { badValue } from './error.ts';
import { asciiUpper } from './parameter.ts';

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
    const element = start === 0 && end === value.length ? value : value.slice(start, end);
    const bit = ELEMENTS.get(element) ?? ELEMENTS.get(asciiUpper(element));
    if (bit === undefined) throw badValue('NOTIFY', start);
    // Whatever stands beside NEVER, an empty element included, is one too many.
    if ((bit === NEVER && start > 0) || (seen & NEVER) !== 0) throw badValue('NOTIFY', start);
    seen |= bit;
    start = end + 1;
  }
  if (seen === 0) throw badValue('NOTIFY');
  return { success: (seen & SUCCESS) !== 0, failure: (seen & FAILURE) !== 0, delay: (seen & DELAY) !== 0 };
}

/**
 * Write the value of NOTIFY; nothing asked for is NEVER. RFC 3461 §4.1.
 *
 * @example
 * ```ts
 * formatNotify({ success: true, failure: true, delay: false }); // 'SUCCESS,FAILURE'
 * ```
 */
export function formatNotify(notify: Notify): string {
  const elements: string[] = [];
  if (notify.success) elements.push('SUCCESS');
  if (notify.failure) elements.push('FAILURE');
  if (notify.delay) elements.push('DELAY');
  return elements.length === 0 ? 'NEVER' : elements.join(',');
}

/**
 * Ask for reports: about success, failure, delay; about nothing is NEVER, so NEVER can't be mixed with the others.
 * RFC 3461 §4.1.
 *
 * @example
 * ```ts
 * formatNotify(notifyOn('success', 'failure')); // 'SUCCESS,FAILURE'
 * formatNotify(notifyOn()); // 'NEVER'
 * ```
 */
export function notifyOn(...events: readonly (keyof Notify)[]): Notify {
  return {
    success: events.includes('success'),
    failure: events.includes('failure'),
    delay: events.includes('delay'),
  };
}

const SUCCESS = 1;
const FAILURE = 2;
const DELAY = 4;
const NEVER = 8;

const ELEMENTS: ReadonlyMap<string, number> = new Map([
  ['SUCCESS', SUCCESS],
  ['FAILURE', FAILURE],
  ['DELAY', DELAY],
  ['NEVER', NEVER],
  ['', 0],
]);
