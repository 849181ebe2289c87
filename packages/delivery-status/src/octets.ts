/** Of the platform: every browser, worker, Deno, Bun and Node.js has them, but not TypeScript's `es2023` library. */
declare class TextDecoder {
  constructor(label?: string);
  decode(octets: Uint8Array): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array;
}

/** Decode UTF-8. Malformed octets become U+FFFD. */
export function decodeUtf8(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}

/** Decode octets of a charset that the platform knows; undefined if it does not. Malformed octets become U+FFFD. */
export function decodeCharset(octets: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset).decode(octets);
  } catch {
    return undefined;
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Decode base64. Characters outside the alphabet are skipped, as RFC 2045 §6.8 asks for; "=" ends a quantum. */
export function decodeBase64(text: string): Uint8Array {
  const octets = new Uint8Array(Math.floor((text.length * 3) / 4) + 3);
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? Number(BASE64[code]) : SKIP;
    if (value === PAD) count = 0;
    if (value >= PAD) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets[length++] = (bits >> count) & 0xff;
  }
  return octets.subarray(0, length);
}

/** Decode "=XX"; a soft line break ("=" at the end of a line) goes. An "=" that starts neither stays. RFC 2045 §6.7. */
export function decodeQuotedPrintable(text: string): Uint8Array {
  const encoded = encodeUtf8(text);
  const octets = new Uint8Array(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i++) {
    const octet = Number(encoded[i]);
    if (octet === 0x3d) {
      const high = hexDigit(encoded[i + 1]);
      const low = hexDigit(encoded[i + 2]);
      const end = endOfSoftBreak(encoded, i + 1);
      if (high >= 0 && low >= 0) octets[length++] = high * 16 + low;
      else if (end < 0) octets[length++] = octet;
      if (high >= 0 && low >= 0) i += 2;
      else if (end >= 0) i = end - 1;
    } else octets[length++] = octet;
  }
  return octets.subarray(0, length);
}

/** Whether a character belongs to the alphabet of base64, padding included. */
export function isBase64(code: number): boolean {
  return code < 128 && BASE64[code] !== SKIP;
}

const SKIP = 65;
const PAD = 64;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
const BASE64 = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value < 0 ? SKIP : value;
});

/** Where the next line starts if only white space stands between `at` and it, else -1. */
function endOfSoftBreak(octets: Uint8Array, at: number): number {
  let end = at;
  while (octets[end] === 0x20 || octets[end] === 0x09) end++;
  if (end === octets.length || octets[end] === 0x0a) return end + 1;
  if (octets[end] !== 0x0d) return -1;
  return octets[end + 1] === 0x0a ? end + 2 : end + 1;
}

function hexDigit(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const upper = octet & 0xdf;
  return upper >= 0x41 && upper <= 0x46 ? upper - 0x37 : -1;
}

/** Whether there is half a surrogate pair, which UTF-8 can't carry. RFC 3629 §3. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
