import { cutHeaders, lineEndLength } from './header.ts';
import { concat } from './join.ts';
import { encodeBase64, encodeQuotedPrintable } from './transfer.ts';
import { encodeUtf8, isAsciiText, octetsOf } from './source.ts';

/** What the way back to the sender is known to take. `smtputf8` includes 8-bit content. */
export type ReturnPath = '7bit' | '8bit' | 'smtputf8';

/** A part ready to be put between delimiters. */
export interface Content {
  /** Content-* fields, each with its CRLF. */
  readonly fields: string;
  readonly body: string | Uint8Array;
  readonly eightBit: boolean;
}

/** What a report gives back of the message it speaks of. */
export interface ReturnedContent {
  /** `message`: header and body. `headers`: the header up to the blank line, as {@link cutHeaders} gives it. */
  readonly kind: 'message' | 'headers';
  readonly octets: Uint8Array;
}

/**
 * Label and encode the returned content.
 *
 * A whole message that can't stand on this return path gives way to its header (RFC 6522 §3, RFC 3030 §3): never cut,
 * never encoded as a whole under message/rfc822 (RFC 2046 §5.2.1). Headers alone are text/rfc822-headers
 * (RFC 6522 §4). Of an SMTPUTF8 message, what holds UTF-8 in its header travels as message/global or
 * message/global-headers, in base64 unless the return path takes SMTPUTF8 (RFC 6533 §4.5).
 */
export function labelReturned(content: ReturnedContent, returnPath: ReturnPath, smtputf8: boolean): Content {
  const octets = crlfOnly(content.octets);
  const header = cutHeaders(octets);
  const inHeader = survey(header);
  const global = smtputf8 && inHeader.eightBit;
  // Without a blank line it is a header, whatever the caller calls it.
  if (content.kind === 'message' && header.length < octets.length) {
    const all = survey(octets);
    if (global) return globalContent('message/global', octets, all, returnPath);
    if (all.mailable && !all.eightBit) return encodeContent('message/rfc822', '', octets);
    if (all.mailable && returnPath !== '7bit') return encodeContent('message/rfc822', '8bit', octets);
  }
  if (global) return globalContent('message/global-headers', header, inHeader, returnPath);
  // RFC 6522 §4: broken or extended headers may be quoted-printable.
  const plain = inHeader.mailable && !inHeader.eightBit;
  return encodeContent('text/rfc822-headers', plain ? '' : 'quoted-printable', header);
}

function globalContent(type: string, octets: Uint8Array, { mailable }: Survey, returnPath: ReturnPath): Content {
  return encodeContent(type, mailable && returnPath === 'smtputf8' ? '8bit' : 'base64', octets);
}

/** A part of this type under this encoding, `''` being 7bit. */
export function encodeContent(
  type: string,
  encoding: '' | '8bit' | 'quoted-printable' | 'base64',
  body: string | Uint8Array,
): Content {
  const fields = `Content-Type: ${type}\r\n${encoding === '' ? '' : `Content-Transfer-Encoding: ${encoding}\r\n`}`;
  if (encoding === '' || encoding === '8bit') return { fields, body, eightBit: encoding === '8bit' };
  const octets = typeof body === 'string' ? encodeUtf8(body) : body;
  return {
    fields,
    body: encoding === 'base64' ? encodeBase64(octets) : encodeQuotedPrintable(octets),
    eightBit: false,
  };
}

/** The CRLF before a delimiter belongs to the delimiter. RFC 2046 §5.1.1. */
export function delimited(parts: readonly Content[], boundary: string): (string | Uint8Array)[] {
  const pieces = parts.flatMap(({ fields, body }, index) => [
    `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${fields}\r\n`,
    body,
  ]);
  return [...pieces, `\r\n--${boundary}--\r\n`];
}

interface Survey {
  readonly eightBit: boolean;
  /** No NUL, no line over 998 octets: 7bit or 8bit rather than binary. RFC 2045 §2.7, §2.8. */
  readonly mailable: boolean;
}

function survey(octets: Uint8Array): Survey {
  let bits = 0;
  let lineStart = 0;
  let mailable = true;
  for (let at = 0, c = octets[0]; c !== undefined; c = octets[++at]) {
    bits |= c;
    if (c === 0) mailable = false;
    else if (c === 10) {
      if (at - lineStart > 999) mailable = false;
      lineStart = at + 1;
    }
  }
  return { eightBit: bits > 127, mailable: mailable && octets.length - lineStart <= 998 };
}

/** The content with each line end made CRLF, the only one that mail has. RFC 2045 §2.7, RFC 5322 §2.3. */
function crlfOnly(octets: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < octets.length; at++) {
    const length = lineEndLength(octets, at);
    if (length % 2 === 1) {
      pieces.push(octets.subarray(start, at), CRLF);
      start = at + length;
    }
    if (length > 0) at += length - 1;
  }
  return concat([...pieces, octets.subarray(start)]);
}

const CRLF = /* @__PURE__ */ encodeUtf8('\r\n');

/** Label and encode text for a person. RFC 2046 §4.1, RFC 2045 §6.2. */
export function labelText(text: string, subtype: 'plain' | 'html', returnPath: ReturnPath): Content {
  const body = text.replace(/\r\n?|\n/g, '\r\n');
  const ascii = isAsciiText(body);
  const type = `text/${subtype}; charset=${ascii ? 'us-ascii' : 'utf-8'}`;
  if (!body.includes('\0') && overlongLine(body) < 0) {
    if (ascii) return encodeContent(type, '', body);
    if (returnPath !== '7bit') return encodeContent(type, '8bit', body);
  }
  // Beyond a third of foreign octets base64 is the shorter one.
  return encodeContent(type, octetsOf(body) < body.length * 1.5 ? 'quoted-printable' : 'base64', body);
}

/** Offset of the first line of over 998 octets; -1 if there is none. RFC 5322 §2.1.1, RFC 6532 §3.4. */
export function overlongLine(text: string): number {
  for (let at = 0, end = 0; at <= text.length; at = end + 2) {
    end = text.indexOf('\r\n', at);
    if (end < 0) end = text.length;
    // A character has at most three octets for each of its units.
    if (end - at > 998 / 3 && octetsOf(text.slice(at, end)) > 998) return at;
  }
  return -1;
}
