/** Octets from behind a content transfer encoding. */
export interface DecodedContent {
  readonly octets: Uint8Array;
  /** False if something outside the encoding was met, and skipped or taken literally. */
  readonly sound: boolean;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 64;
const BLANK = 65;
const FOREIGN = 66;
/** One character per octet: the value of a base64 digit, or one of the marks above. A string gives numbers, never `undefined`. */
const VALUES: string = /* @__PURE__ */ base64Values();

/**
 * Decode base64, skipping what is not of its alphabet. RFC 2045 §6.8.
 *
 * Line breaks and blanks are skipped in silence, anything else makes the result unsound. Decoding goes on after
 * padding, since gateways concatenate encoded texts.
 *
 * @example
 * decodeBase64(new TextEncoder().encode('aGk=')); // { octets: Uint8Array.of(104, 105), sound: true }
 */
export function decodeBase64(encoded: Uint8Array): DecodedContent {
  const out = new Uint8Array(Math.ceil((encoded.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  let sound = true;
  for (const octet of encoded) {
    const value = VALUES.charCodeAt(octet);
    if (value < PAD) {
      bits = (bits << 6) | value;
      if (++held < 4) continue;
      out[length] = bits >> 16;
      out[length + 1] = bits >> 8;
      out[length + 2] = bits;
      length += 3;
      held = 0;
    } else if (value === PAD) {
      length = flush(out, length, bits, held);
      held = 0;
    } else if (value === FOREIGN) {
      sound = false;
    }
  }
  if (held > 0) sound = false;
  return { octets: out.subarray(0, flush(out, length, bits, held)), sound };
}

function base64Values(): string {
  const values = new Uint8Array(256).fill(FOREIGN);
  for (let i = 0; i < 64; i++) values[ALPHABET.charCodeAt(i)] = i;
  values[61] = PAD;
  for (const blank of [9, 10, 13, 32]) values[blank] = BLANK;
  return String.fromCharCode(...values);
}

/** Two characters hold one octet, three hold two; one alone holds nothing. */
function flush(out: Uint8Array, length: number, bits: number, held: number): number {
  if (held === 2) out[length++] = bits >> 4;
  if (held === 3) {
    out[length++] = bits >> 10;
    out[length++] = bits >> 2;
  }
  return length;
}

/**
 * Encode octets as base64 in lines of 76 characters, each ended by CRLF. RFC 2045 §6.8.
 *
 * @example
 * encodeBase64(Uint8Array.of(104, 105)); // 'aGk=\r\n'
 */
export function encodeBase64(octets: Uint8Array): string {
  let out = '';
  for (let at = 0; at < octets.length; at += 57) out += encodeBase64Word(octets.subarray(at, at + 57)) + '\r\n';
  return out;
}

/** Base64 in one piece, as the B encoding of RFC 2047 §4.1 wants it. */
export function encodeBase64Word(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}

/**
 * Decode quoted-printable: soft breaks joined, blanks at line ends dropped. RFC 2045 §6.7.
 *
 * Lower-case digits are taken; "=" before anything else stays as it is and makes the result unsound.
 *
 * @example
 * decodeQuotedPrintable(new TextEncoder().encode('a=3Db')); // { octets: the octets of 'a=b', sound: true }
 */
export function decodeQuotedPrintable(encoded: Uint8Array): DecodedContent {
  const out = new Uint8Array(encoded.length);
  let length = 0;
  let solid = 0; // length of the output without the blanks that only a line end would show to be padding
  let sound = true;
  for (let at = 0, c = encoded[0]; c !== undefined; c = encoded[++at]) {
    if (c === 61) {
      const octet = hexPair(encoded, at + 1);
      const next = octet < 0 ? softBreak(encoded, at + 1) : at + 2;
      if (octet >= 0) out[length++] = octet;
      else if (next < 0) out[length++] = c;
      sound &&= next >= 0;
      if (next >= 0) at = next;
      solid = length;
    } else if (c === 10 || (c === 13 && encoded[at + 1] === 10)) {
      length = solid;
      out[length++] = c;
      if (c === 13) {
        out[length++] = 10;
        at++;
      }
      solid = length;
    } else {
      out[length++] = c;
      if (c !== 32 && c !== 9) solid = length;
    }
  }
  return { octets: out.subarray(0, solid), sound };
}

function hexPair(octets: Uint8Array, at: number): number {
  const high = hexDigit(octets[at]);
  const low = hexDigit(octets[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(c: number | undefined): number {
  if (c === undefined) return -1;
  if (c >= 48 && c <= 57) return c - 48;
  const upper = c & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

/** Offset of the last octet of the soft break that begins here, blanks before it allowed; -1 if there is none. */
function softBreak(octets: Uint8Array, from: number): number {
  let at = from;
  while (octets[at] === 32 || octets[at] === 9 || octets[at] === 13) at++;
  return octets[at] === 10 || at >= octets.length ? at : -1;
}

/**
 * Encode octets as quoted-printable: lines of at most 76 characters, line breaks of the content kept. RFC 2045 §6.7.
 *
 * CRLF (or LF) in the content is a line break; any other control, "=" and every octet beyond ASCII is encoded.
 *
 * @example
 * encodeQuotedPrintable(new TextEncoder().encode('a=b')); // 'a=3Db'
 */
export function encodeQuotedPrintable(octets: Uint8Array): string {
  let out = '';
  let column = 0;
  for (let at = 0, c = octets[0]; c !== undefined; c = octets[++at]) {
    if (c === 10 || (c === 13 && octets[at + 1] === 10)) {
      if (c === 13) at++;
      out += '\r\n';
      column = 0;
      continue;
    }
    const piece = quotedPrintable(c, octets[at + 1]);
    if (column + piece.length > 75) {
      out += '=\r\n';
      column = 0;
    }
    out += piece;
    column += piece.length;
  }
  return out;
}

function quotedPrintable(c: number, next: number | undefined): string {
  const blankAtEnd = (c === 32 || c === 9) && (next === undefined || next === 10 || next === 13);
  if ((c === 9 || (c >= 32 && c <= 126)) && c !== 61 && !blankAtEnd) return String.fromCharCode(c);
  return '=' + HEX.charAt(c >> 4) + HEX.charAt(c & 15);
}

const HEX = '0123456789ABCDEF';

/** Octets of a content under a transfer encoding of any spelling; unknown encodings leave it as it is. RFC 2045 §6. */
export function decodeTransfer(octets: Uint8Array, encoding: string): DecodedContent {
  switch (encoding) {
    case 'base64':
      return decodeBase64(octets);
    case 'quoted-printable':
      return decodeQuotedPrintable(octets);
    case '7bit':
    case '8bit':
    case 'binary':
      return { octets, sound: true };
    default:
      return { octets, sound: false };
  }
}
