/** Octets of text in one encoded word: 75 characters less the frame hold 60 of base64 (RFC 2047 §2). */
const ROOM = 45;

/**
 * Text for a header: as it is if it is ASCII, else as encoded words, one to a line (RFC 2047 §2, §5).
 *
 * @example
 * ```ts
 * encodeWords('配送') // '=?utf-8?B?6YWN6YCB?='
 * ```
 */
export function encodeWords(text: string): string {
  if (!/[^\u0020-\u007e]|=\?/.test(text)) return text;
  const encoder = new TextEncoder();
  const words: string[] = [];
  let held: number[] = [];
  const close = (): void => {
    words.push(`=?utf-8?B?${btoa(String.fromCharCode(...held))}?=`);
    held = [];
  };
  for (const character of text.toWellFormed()) {
    const octets = encoder.encode(character);
    if (held.length + octets.length > ROOM) close();
    held.push(...octets);
  }
  close();
  return words.join('\r\n ');
}

/**
 * A display name before an address: as it is if it is made of atoms, else quoted (RFC 5322 §3.2.5).
 *
 * @example
 * ```ts
 * displayName('Acme, Inc.') // '"Acme, Inc."'
 * ```
 */
export function displayName(name: string): string {
  return /[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name;
}

/** Octets that are encoded at a time: whole lines of 57 octets, and few enough to be arguments of one call. */
const RUN = 57 * 128;

/** Octets in base64, in lines with their ends. RFC 2045 §6.8 */
export function base64Lines(octets: Uint8Array): string {
  let lines = '';
  for (let at = 0; at < octets.length; at += RUN)
    lines += btoa(String.fromCharCode(...octets.subarray(at, at + RUN))).replace(/.{1,76}/g, '$&\r\n');
  return lines;
}
