/** Octets that a `From ` line is looked for in, at most. */
const LONGEST_FROM_LINE = 1024;
/** Of a longer message only so much is kept: nobody writes such reports, and memory stays bounded. */
const MAX_MESSAGE_OCTETS = 64 * 2 ** 20;

const LF = 10;
const CR = 13;
const QUOTE = 62;
const FROM = Buffer.from('From ');
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Whether octets begin as an mbox does: with a `From ` line that names a sender and a time. RFC 4155 appendix A. */
export function isMbox(start: Uint8Array): boolean {
  const octets = view(start);
  const at = firstOctet(octets);
  return isFromLine(octets, at, endOfLine(octets, at));
}

/** Where the first line begins: behind a byte order mark and empty lines, which editors and shells leave before it. */
function firstOctet(octets: Buffer): number {
  let at = startsWith(octets, 0, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  while (octets[at] === LF || octets[at] === CR) at++;
  return at;
}

/**
 * Splits an mbox into its messages as its octets come, holding one message in memory.
 *
 * A message begins behind each `From ` line that starts the file or follows an empty line; `>From ` in the content is
 * unquoted once, as mboxrd does (RFC 4155 appendix A says why no reader can be sure).
 */
export class MboxSplitter {
  /** Octets not looked at yet, behind a few that were and may be context. */
  #held: Buffer = Buffer.alloc(0);
  /** How many of the held octets belong to the message already. */
  #taken = 0;
  #pieces: Buffer[] = [];
  #size = 0;
  /** A `From ` line has been seen, so that what comes belongs to a message. */
  #inMessage = false;
  #atStart = true;
  /** The message may hold a quoted `From `. */
  #quotes = false;
  #cut = false;

  /** The message that was given last is longer than what is kept of one. */
  get cut(): boolean {
    return this.#cut;
  }

  /** The messages that end in this piece. */
  *push(piece: Uint8Array): Generator<Uint8Array> {
    yield* this.take(this.#held.length === 0 ? view(piece) : Buffer.concat([this.#held, piece]));
  }

  /** The messages that end in octets that begin with those that {@link keep} left. They are views on these octets. */
  *take(octets: Buffer): Generator<Uint8Array> {
    yield* this.#scan(octets, Math.max(0, octets.length - LONGEST_FROM_LINE));
  }

  /**
   * Lets go of the octets last taken, so that their memory can be used again: what has not been looked at yet goes to the
   * beginning of `room`. Gives its length.
   */
  keep(room: Buffer): number {
    const last = this.#pieces.pop();
    if (last !== undefined) this.#pieces.push(Buffer.from(last));
    const length = this.#held.copy(room);
    this.#held = room.subarray(0, length);
    return length;
  }

  /** The last message. */
  *end(): Generator<Uint8Array> {
    const octets = this.#held;
    yield* this.#scan(octets, octets.length);
    if (this.#inMessage) yield this.#finish(false);
  }

  /** Looks for `From ` lines that begin before `limit`; what lies behind it waits for more octets. */
  *#scan(octets: Buffer, limit: number): Generator<Uint8Array> {
    let from = this.#taken;
    if (this.#atStart && limit > 0) {
      this.#atStart = false;
      from = this.#begin(octets, firstOctet(octets));
    }
    for (let at = octets.indexOf(FROM, from); at >= 0 && at < limit; at = octets.indexOf(FROM, at)) {
      const start = at;
      at += FROM.length;
      if (octets[start - 1] === QUOTE) this.#quotes = true;
      if (!isAfterEmptyLine(octets, start) || !isFromLine(octets, start, endOfLine(octets, start))) continue;
      this.#add(octets.subarray(from, start));
      if (this.#inMessage) yield this.#finish(true);
      at = from = this.#begin(octets, start);
    }
    if (limit > from) this.#add(octets.subarray(from, limit));
    // Three octets tell whether an empty line goes before.
    const context = Math.max(0, Math.min(limit, octets.length) - 3);
    this.#held = octets.subarray(context);
    this.#taken = Math.max(limit, from) - context;
  }

  /** Where the message begins whose `From ` line stands at `at`. */
  #begin(octets: Buffer, at: number): number {
    this.#inMessage = true;
    return Math.min(octets.length, endOfLine(octets, at) + 1);
  }

  #add(octets: Buffer): void {
    if (!this.#inMessage || octets.length === 0) return;
    this.#size += octets.length;
    if (this.#size <= MAX_MESSAGE_OCTETS) this.#pieces.push(octets);
  }

  /** @param separated an empty line that belongs to the mbox ends the message */
  #finish(separated: boolean): Uint8Array {
    const [only, ...more] = this.#pieces;
    const whole = more.length === 0 ? (only ?? Buffer.alloc(0)) : Buffer.concat(this.#pieces);
    const message = separated ? withoutLastLineEnd(whole) : whole;
    const quotes = this.#quotes;
    this.#cut = this.#size > MAX_MESSAGE_OCTETS;
    this.#pieces = [];
    this.#size = 0;
    this.#quotes = false;
    return quotes ? unquote(message) : message;
  }
}

function view(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}

function endOfLine(octets: Buffer, at: number): number {
  const end = octets.indexOf(LF, at);
  return end < 0 ? octets.length : end;
}

function isFromLine(octets: Buffer, at: number, end: number): boolean {
  if (!startsWith(octets, at, FROM) || end - at > LONGEST_FROM_LINE) return false;
  // The sender may be missing: it is that of a report, and some write nothing for it.
  return /^From {1,2}\S+.* \d{1,2}:\d{2}/.test(octets.toString('latin1', at, end));
}

function startsWith(octets: Buffer, at: number, what: Buffer): boolean {
  return octets.compare(what, 0, what.length, at, Math.min(octets.length, at + what.length)) === 0;
}

function isAfterEmptyLine(octets: Buffer, at: number): boolean {
  if (octets[at - 1] !== LF) return false;
  return octets[at - 2] === LF || (octets[at - 2] === CR && octets[at - 3] === LF);
}

function withoutLastLineEnd(octets: Buffer): Buffer {
  if (octets.at(-1) !== LF) return octets;
  return octets.subarray(0, octets.at(-2) === CR ? -2 : -1);
}

/** Takes one `>` off lines of the form `>*From `. */
function unquote(octets: Buffer): Uint8Array {
  const quoted: number[] = [];
  for (let at = octets.indexOf(FROM, 1); at >= 0; at = octets.indexOf(FROM, at + FROM.length)) {
    let start = at;
    while (octets[start - 1] === QUOTE) start--;
    if (start < at && (start === 0 || octets[start - 1] === LF)) quoted.push(start);
  }
  if (quoted.length === 0) return octets;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const at of quoted) {
    pieces.push(octets.subarray(from, at));
    from = at + 1;
  }
  return Buffer.concat([...pieces, octets.subarray(from)]);
}
