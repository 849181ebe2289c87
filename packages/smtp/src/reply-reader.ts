import { SmtpError } from './error.ts';
import { Input } from './input.ts';
import { LineReader } from './line-reader.ts';
import type { Reply } from './reply.ts';
import { decodeAny } from './text.ts';

/** A reply as a server sent it; `raw` has the lines to the character, for Diagnostic-Code (RFC 3461 §9.2). */
export interface ReceivedReply extends Reply {
  readonly raw: readonly string[];
}

const LONGEST_LINE = 4096;
const MOST_LINES = 256;

/**
 * Reads replies from octets that come in any pieces.
 *
 * Lines may be longer than the 512 octets of RFC 5321 §4.5.3.1.5, but not than 4096, and a reply has at most 256.
 * The text is never looked at, but for an enhanced status code whose class is the first digit of the code
 * (RFC 5321 §4.2, RFC 2034 §4).
 *
 * @example
 * ```ts
 * const reader = new ReplyReader();
 * reader.receive(octets);
 * for (let reply = reader.next(); reply; reply = reader.next()) console.log(reply.code);
 * ```
 */
export class ReplyReader {
  readonly #input = new Input();
  readonly #lines = new LineReader();
  #raw: string[] = [];
  #code = 0;

  /** Octets from the server. Not copied: leave the array be until {@link ReplyReader.next} gives nothing more. */
  receive(octets: Uint8Array): void {
    this.#input.push(octets);
  }

  /** Octets that came after the last reply read, a reply that has begun included. */
  get pending(): boolean {
    return this.#raw.length > 0 || this.#lines.begun || this.#input.length > 0;
  }

  /**
   * The next whole reply, if it is there.
   *
   * @throws {SmtpError} `malformed-reply` or `reply-too-long`; the octets that follow can't be trusted.
   */
  next(): ReceivedReply | undefined {
    for (;;) {
      const octets = this.#lines.next(this.#input, LONGEST_LINE);
      if (octets === undefined) {
        if (this.#lines.fault === undefined) return undefined;
        if (this.#lines.fault === 'too-long')
          throw new SmtpError('reply-too-long', `A reply line of more than ${LONGEST_LINE} octets`);
        throw new SmtpError('malformed-reply', 'A reply line that ends in a bare LF');
      }
      const line = decodeAny(octets);
      if (this.#add(line)) {
        const raw = this.#raw;
        this.#raw = [];
        return read(this.#code, raw);
      }
    }
  }

  /** Whether the line is the last one of its reply. */
  #add(line: string): boolean {
    if (!/^[2-5]\d\d(?:[ -]|$)/.test(line)) {
      throw new SmtpError('malformed-reply', `Not a reply: ${JSON.stringify(line.slice(0, 80))}`);
    }
    const code = Number(line.slice(0, 3));
    if (this.#raw.length > 0 && code !== this.#code) {
      throw new SmtpError('malformed-reply', `Reply code ${code} in a reply of ${this.#code}`);
    }
    if (this.#raw.length === MOST_LINES)
      throw new SmtpError('reply-too-long', `A reply of more than ${MOST_LINES} lines`);
    this.#code = code;
    this.#raw.push(line);
    return line.charAt(3) !== '-';
  }
}

/** RFC 2034 §4: the code has the class of the reply and stands at the head of each line. Some hosts say it in the last. */
function read(code: number, raw: readonly string[]): ReceivedReply {
  const texts = raw.map((line) => line.slice(4));
  const head = statusAmong(texts, raw[0]?.charAt(0) ?? '');
  if (head === undefined) return { code, lines: texts, raw };
  const lines = texts.map((text) =>
    text === head ? '' : text.startsWith(`${head} `) ? text.slice(head.length + 1) : text,
  );
  return { code, status: head, lines, raw };
}

/** The first that has the class of the reply. */
function statusAmong(texts: readonly string[], codeClass: string): string | undefined {
  for (const text of texts) {
    const [status] = /^[245]\.\d{1,3}\.\d{1,3}(?=\s|$)/.exec(text) ?? [];
    if (status?.charAt(0) === codeClass) return status;
  }
  return undefined;
}
