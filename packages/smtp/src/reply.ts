import { SmtpError } from './error.ts';
import { encodeUtf8 } from './text.ts';

/**
 * A reply as a server says it.
 *
 *     Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *
 * `status` is the enhanced status code, told once and written on every line; `lines` have neither code nor status.
 * RFC 5321 §4.2, RFC 2034 §4.
 *
 * @example
 * ```ts
 * const refusal: Reply = { code: 550, status: '5.1.1', lines: ['No such user'] };
 * ```
 */
export interface Reply {
  readonly code: number;
  readonly status?: string;
  readonly lines: readonly string[];
}

/** A {@link Reply} with its wire form made once, with its status and without. */
export interface PreparedReply extends Reply {
  readonly wire: string;
  readonly bare: string;
  readonly wireOctets: Uint8Array;
  readonly bareOctets: Uint8Array;
}

/**
 * The wire form of a reply, each line ended by CRLF and at most 512 octets long; longer text goes on in further lines.
 * RFC 5321 §4.5.3.1.5, RFC 2034 §4.
 *
 * @throws {SmtpError} `bad-reply`: a code outside 200 to 599, a status whose class is not the first digit of the code,
 * a status beside a 3yz code, a control character in the text.
 *
 * @example
 * ```ts
 * formatReply({ code: 250, status: '2.1.5', lines: ['Recipient ok'] }); // '250 2.1.5 Recipient ok\r\n'
 * ```
 */
export function formatReply(reply: Reply): string {
  return write(reply, reply.status);
}

/** A standard reply, ready in both forms: with the status, and without for a server that does not announce them. */
export function prepareReply(code: number, status: string | undefined, ...lines: readonly string[]): PreparedReply {
  const reply = { code, lines, ...(status !== undefined && { status }) };
  const [wire, bare] = [write(reply, status), write(reply, undefined)];
  return { ...reply, wire, bare, wireOctets: encodeUtf8(wire), bareOctets: encodeUtf8(bare) };
}

/**
 * The wire form of any reply, made anew only where it was not prepared.
 *
 * @param enhanced Whether status codes are said; X.0.0 where the reply has none, since each needs one. RFC 2034 §3.
 */
export function replyWire(reply: Reply, enhanced: boolean): string {
  if (isPrepared(reply)) return enhanced ? reply.wire : reply.bare;
  const { code, status } = reply;
  return write(reply, enhanced ? (status ?? `${Math.trunc(code / 100)}.0.0`) : undefined);
}

/**
 * The reply for a client that has not asked for UTF-8: without the characters beyond ASCII, and where they would name
 * an address to use (251, 551) without naming it. RFC 6531 §3.7.4.1.
 */
export function asciiReply(reply: Reply): Reply {
  if (!reply.lines.some((line) => BEYOND_ASCII.test(line))) return reply;
  const code = reply.code === 251 ? 250 : reply.code === 551 ? 550 : reply.code;
  return { ...reply, code, lines: reply.lines.map((line) => line.replaceAll(BEYOND_ASCII_RUNS, '?')) };
}

const BEYOND_ASCII = /[^\x00-\x7F]/;
const BEYOND_ASCII_RUNS = /[^\x00-\x7F]+/g;

/** The octets of a reply that was prepared. */
export function preparedOctets(reply: Reply, enhanced: boolean): Uint8Array | undefined {
  if (!isPrepared(reply)) return undefined;
  return enhanced ? reply.wireOctets : reply.bareOctets;
}

function isPrepared(reply: Reply): reply is PreparedReply {
  return 'wire' in reply;
}

const LONGEST_TEXT = 500;

function write(reply: Reply, status: string | undefined): string {
  const { code } = reply;
  if (!Number.isInteger(code) || code < 200 || code > 599) throw new SmtpError('bad-reply', `${code} is no reply code`);
  if (status !== undefined && !fits(code, status)) {
    throw new SmtpError('bad-reply', `Status ${JSON.stringify(status)} does not fit reply code ${code}`);
  }
  const prefix = status === undefined ? '' : `${status} `;
  const texts = reply.lines.length === 0 ? [''] : reply.lines.flatMap((line) => cut(line, prefix.length));
  const last = texts.length - 1;
  let wire = '';
  texts.forEach((text, index) => (wire += `${code}${index < last ? '-' : ' '}${prefix}${text}\r\n`));
  return wire;
}

/** RFC 2034 §4: the class is the first digit of the code, and 3yz replies have none. */
function fits(code: number, status: string): boolean {
  return /^[245]\.\d{1,3}\.\d{1,3}$/.test(status) && status.startsWith(`${Math.trunc(code / 100)}.`);
}

function cut(text: string, prefix: number): string[] {
  if (/[\x00-\x08\x0A-\x1F\x7F]/.test(text))
    throw new SmtpError('bad-reply', 'Control character in the text of a reply');
  const room = LONGEST_TEXT - prefix;
  if (text.length * 3 <= room || encodeUtf8(text).length <= room) return [text];
  const pieces: string[] = [];
  let piece = '';
  let length = 0;
  for (const character of text) {
    const octets = encodeUtf8(character).length;
    if (length + octets > room) {
      pieces.push(piece);
      piece = '';
      length = 0;
    }
    piece += character;
    length += octets;
  }
  return [...pieces, piece];
}
