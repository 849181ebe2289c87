/** Where an address stands in a text. */
export interface AddressSpan {
  readonly start: number;
  readonly end: number;
}

/** Longest local part that is looked at: RFC 5321 §4.5.3.1.1 allows 64 octets, gateways wrote more. */
const LONGEST_LOCAL = 320;

/** Longest domain. RFC 5321 §4.5.3.1.2. */
const LONGEST_DOMAIN = 255;

/** The first address between two offsets; `undefined` if there is none. What is read is bounded around each `@`. */
export function findAddress(text: string, from: number, to: number): AddressSpan | undefined {
  for (let at = text.indexOf('@', from); at >= 0 && at < to; at = text.indexOf('@', at + 1)) {
    const start = startOfLocal(text, at, from);
    const end = endOfDomain(text, at + 1, to);
    if (start < at && end > at + 1) return { start, end };
  }
  return undefined;
}

/** The address in a field value or in angle brackets, as `Bob <bob@x.example>` holds one; `''` if there is none. */
export function addressOf(value: string): string {
  const span = findAddress(value, 0, value.length);
  return span === undefined ? '' : value.slice(span.start, span.end);
}

/** Every address in a list of them. */
export function addressesOf(value: string): string[] {
  const found: string[] = [];
  for (let span = findAddress(value, 0, value.length); span !== undefined;) {
    found.push(value.slice(span.start, span.end));
    span = findAddress(value, span.end, value.length);
  }
  return found;
}

function startOfLocal(text: string, at: number, from: number): number {
  const floor = Math.max(from, at - LONGEST_LOCAL);
  if (text.charCodeAt(at - 1) === QUOTE && at - 2 >= floor) {
    const quote = text.lastIndexOf('"', at - 2);
    if (quote >= floor) return quote;
  }
  let start = at;
  while (start > floor && isLocal(text.charCodeAt(start - 1))) start--;
  // A dot or an apostrophe before an address belongs to the sentence.
  while (start < at && (text.charCodeAt(start) === DOT || text.charCodeAt(start) === APOSTROPHE)) start++;
  // So does the name of a value: `rcpt=ann@example.org`.
  const head = text.slice(start, Math.min(at, start + 10));
  return head.includes('=') ? start + (NAMED.exec(head)?.[0].length ?? 0) : start;
}

function endOfDomain(text: string, from: number, to: number): number {
  const ceiling = Math.min(to, from + LONGEST_DOMAIN);
  let end = from;
  if (text.charCodeAt(from) === 0x5b) {
    const close = text.indexOf(']', from);
    return close > from + 1 && close < ceiling ? close + 1 : from;
  }
  while (end < ceiling && isDomain(text.charCodeAt(end))) end++;
  while (end > from && (text.charCodeAt(end - 1) === DOT || text.charCodeAt(end - 1) === HYPHEN)) end--;
  return end;
}

const NAMED = /^(?:recipient|rcpt|to|address|user|email|mailbox)=/i;

/** atext of RFC 5322 §3.2.3 and the dot, without what mail systems write next to an address. */
function isLocal(code: number): boolean {
  if (isAlphanumeric(code) || code > 127)
    return code !== 0xa0 && !(code >= 0x3000 && code <= 0x303f) && code !== 0xff1a;
  return LOCAL_MARKS.includes(code);
}

function isDomain(code: number): boolean {
  return isAlphanumeric(code) || code === DOT || code === HYPHEN || code === 0x5f || (code > 0xa0 && !isWideMark(code));
}

function isWideMark(code: number): boolean {
  return (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x30ff) || code >= 0xff00;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

const LOCAL_MARKS = Array.from("!#$%&'*+-/=?^_`{|}~.", (mark) => mark.charCodeAt(0));
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const DOT = 0x2e;
const HYPHEN = 0x2d;
