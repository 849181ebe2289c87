import { BAD_PARAMETER, EsmtpParameterError } from './error.ts';

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
  if (isNever(value)) return { success: false, failure: false, delay: false };
  let success = false;
  let failure = false;
  let delay = false;
  for (let start = 0; start <= value.length;) {
    const comma = value.indexOf(',', start);
    const end = comma < 0 ? value.length : comma;
    const element = value.slice(start, end).toUpperCase();
    if (element === 'SUCCESS') success = true;
    else if (element === 'FAILURE') failure = true;
    else if (element === 'DELAY') delay = true;
    else if (element !== '') throw new EsmtpParameterError('bad-value', start, BAD_PARAMETER, 'NOTIFY');
    start = end + 1;
  }
  if (!success && !failure && !delay) throw new EsmtpParameterError('bad-value', 0, BAD_PARAMETER, 'NOTIFY');
  return { success, failure, delay };
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

function isNever(value: string): boolean {
  return value.length === 5 && value.toUpperCase() === 'NEVER';
}
