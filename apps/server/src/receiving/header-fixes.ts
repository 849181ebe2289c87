import { formatDate } from '@dsnkit/delivery-status';

/** What a submitted message lacks. */
export interface Missing {
  readonly date: boolean;
  readonly messageId: boolean;
  /** It begins with text: there is no header at all. */
  readonly header: boolean;
}

const NOTHING: Missing = { date: false, messageId: false, header: false };

/**
 * Says which fields the header of a message lacks.
 *
 * @param start the beginning of the message; of a header that does not end in it nothing is said to be missing
 * @param isWhole whether `start` is all of the message: then a header may end without an empty line
 */
export function missingFields(start: Uint8Array, isWhole: boolean): Missing {
  let date = true;
  let messageId = true;
  for (let at = 0; at < start.length;) {
    const first = start[at];
    if (first === CR || first === LF) return { date, messageId, header: false };
    if (date && hasName(start, at, DATE)) date = false;
    else if (messageId && hasName(start, at, MESSAGE_ID)) messageId = false;
    const end = start.indexOf(LF, at);
    if (at === 0 && !isField(start, end < 0 ? start.length : end)) return { date, messageId, header: true };
    if (end < 0) break;
    at = end + 1;
  }
  return isWhole ? { date, messageId, header: false } : NOTHING;
}

/**
 * The fields that a message lacks, as they go before its header: RFC 6409 §8.2, §8.3. The others are left alone.
 *
 * @example
 * ```ts
 * formatMissing({ date: false, messageId: true, header: false }, { id: 'a1', hostname: 'mx.example.org', atMs: 0 })
 * // 'Message-ID: <a1@mx.example.org>\r\n'
 * ```
 */
export function formatMissing(
  missing: Missing,
  message: { readonly id: string; readonly hostname: string; readonly atMs: number },
): string {
  const date = missing.date ? `Date: ${formatDate(new Date(message.atMs))}\r\n` : '';
  const messageId = missing.messageId ? `Message-ID: <${message.id}@${message.hostname}>\r\n` : '';
  return `${date}${messageId}${missing.header ? '\r\n' : ''}`;
}

const CR = 13;
const LF = 10;
const COLON = 58;
const DATE = 'date';
const MESSAGE_ID = 'message-id';

/** Whether a field of that name begins there; white space before the colon is old but allowed (RFC 5322 §4.5.3). */
function hasName(octets: Uint8Array, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (((octets[at + i] ?? 0) | 0x20) !== name.charCodeAt(i)) return false;
  for (let i = at + name.length; ; i++) {
    if (octets[i] === COLON) return true;
    if (octets[i] !== 0x20 && octets[i] !== 0x09) return false;
  }
}

/** Whether the first line has the form of a field: a name of printable characters, then a colon. */
function isField(octets: Uint8Array, end: number): boolean {
  let at = 0;
  while (at < end && isNameOctet(octets[at])) at++;
  if (at === 0) return false;
  while (octets[at] === 0x20 || octets[at] === 0x09) at++;
  return at < end && octets[at] === COLON;
}

function isNameOctet(octet: number | undefined): boolean {
  return octet !== undefined && octet > 0x20 && octet < 0x7f && octet !== COLON;
}
