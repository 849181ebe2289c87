/** One message of an mbox, as octets of its own. */
const FROM = [0x46, 0x72, 0x6f, 0x6d, 0x20]; // "From "
const LF = 10;
const CR = 13;
const GREATER = 62;

/** Whether octets begin as an mbox does: with a `From ` line that names a sender and a time. */
export function isMbox(octets: Uint8Array): boolean {
  if (!isFromLine(octets, 0)) return false;
  const end = octets.indexOf(LF);
  const line = String.fromCharCode(...octets.subarray(0, Math.min(end < 0 ? octets.length : end, 200)));
  return /^From \S+.* \d{1,2}:\d{2}/.test(line);
}

/**
 * Splits an mbox into its messages.
 *
 * A message begins behind each `From ` line that starts the file or follows an empty line; `>From ` in the content is
 * unquoted once, as mboxrd does (RFC 4155 appendix A says why no reader can be sure).
 */
export function* splitMbox(octets: Uint8Array): Generator<Uint8Array> {
  let start = -1;
  for (let at = 0; at < octets.length; at = nextLine(octets, at)) {
    if (!isFromLine(octets, at) || !(at === 0 || isAfterEmptyLine(octets, at))) continue;
    if (start >= 0) yield unquote(withoutLastEmptyLine(octets.subarray(start, at)));
    start = nextLine(octets, at);
  }
  if (start >= 0) yield unquote(octets.subarray(start));
}

function nextLine(octets: Uint8Array, at: number): number {
  const end = octets.indexOf(LF, at);
  return end < 0 ? octets.length : end + 1;
}

function isFromLine(octets: Uint8Array, at: number): boolean {
  return FROM.every((octet, index) => octets[at + index] === octet);
}

function isAfterEmptyLine(octets: Uint8Array, at: number): boolean {
  if (octets[at - 1] !== LF) return false;
  return octets[at - 2] === LF || (octets[at - 2] === CR && octets[at - 3] === LF);
}

function withoutLastEmptyLine(octets: Uint8Array): Uint8Array {
  const { length } = octets;
  return octets.subarray(0, octets[length - 2] === CR ? length - 2 : length - 1);
}

/** Takes one `>` off lines of the form `>*From `. */
function unquote(octets: Uint8Array): Uint8Array {
  const quoted: number[] = [];
  for (let at = 0; at < octets.length; at = nextLine(octets, at)) {
    let from = at;
    while (octets[from] === GREATER) from++;
    if (from > at && isFromLine(octets, from)) quoted.push(at);
  }
  if (quoted.length === 0) return octets;
  const whole = new Uint8Array(octets.length - quoted.length);
  let from = 0;
  let to = 0;
  for (const at of [...quoted, octets.length]) {
    whole.set(octets.subarray(from, at), to);
    to += at - from;
    from = at + 1;
  }
  return whole;
}
