import { decodeOctets, western } from './charset.ts';

/** Longer messages are read up to here: JavaScript engines have no longer strings to hold them. */
export const MAX_OCTETS: number = 2 ** 28;

/** A message as octets and as text of the same offsets. */
export interface Source {
  /** As it came. */
  readonly octets: Uint8Array;
  /** The same with sound line ends; the very same if nothing had to be changed. */
  readonly sound: Uint8Array;
  /** One character per octet; every CR in it is part of a line end that LF closes. */
  readonly text: string;
  /** The text says what the octets mean. Otherwise {@link textBetween} has to decode them. */
  readonly ascii: boolean;
  /** Offset of the first CR that no LF follows; -1 if there is none. */
  readonly bareCr: number;
  /** The message was longer than this package reads. */
  readonly truncated: boolean;
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Make text of a message that can be searched as strings can, without moving an octet.
 *
 * A CR without LF counts as a line end and becomes LF. What searches the text therefore knows one rule: a line ends at
 * LF, and CRs before it belong to the line end.
 */
export function readSource(message: Uint8Array, maxOctets: number = MAX_OCTETS): Source {
  const truncated = message.length > maxOctets;
  const octets = truncated ? message.subarray(0, maxOctets) : message;
  let text = utf8.decode(octets);
  // A character beyond ASCII has more octets than one, or was none and is replaced.
  const ascii = text.length === octets.length && !text.includes('\uFFFD');
  if (!ascii) text = western.decode(octets);
  const bareCr = findBareCr(text);
  if (bareCr < 0 || !LONE_CR.test(text)) return { octets, sound: octets, text, ascii, bareCr, truncated };
  const sound = withSoundLines(octets, bareCr);
  return { octets, sound, text: (ascii ? utf8 : western).decode(sound), ascii, bareCr, truncated };
}

function findBareCr(text: string): number {
  let at = text.indexOf('\r');
  while (at >= 0 && text.charCodeAt(at + 1) === 10) at = text.indexOf('\r', at + 1);
  return at;
}

/** QUIRK: CR CR LF is one line end. Files that went twice through a text-mode conversion hold it. */
const LONE_CR = /\r(?!\r?\n)/;

function withSoundLines(octets: Uint8Array, from: number): Uint8Array {
  const sound = new Uint8Array(octets);
  for (let at = from; at >= 0; at = sound.indexOf(13, at + 1)) {
    const next = sound[at + 1];
    if (next !== 10 && (next !== 13 || sound[at + 2] !== 10)) sound[at] = 10;
  }
  return sound;
}

/** What the octets of a range mean as text: UTF-8, or windows-1252 where they are none. */
export function textBetween(source: Source, start: number, end: number): string {
  const text = source.text.slice(start, end);
  if (source.ascii || isAsciiText(text)) return text;
  return decodeOctets(source.sound.subarray(start, end));
}

/** Offset of the first `what`, or of the end. */
export function indexOrEnd(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** The octets of a text in UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** How many these are. */
export function octetsOf(text: string): number {
  return isAsciiText(text) ? text.length : encodeUtf8(text).length;
}

/** True if every character is ASCII. */
export function isAsciiText(text: string): boolean {
  return !/[^\0-\x7F]/.test(text);
}

/** End of the content that a line end before `at` closes: the line end belongs to what follows. RFC 2046 §5.1.1. */
export function beforeLineEnd(text: string, at: number, floor: number): number {
  let end = at;
  if (end > floor && text.charCodeAt(end - 1) === 10) end--;
  while (end < at && end > floor && text.charCodeAt(end - 1) === 13) end--;
  return end;
}

/** A counter of lines for ascending offsets: any number of questions costs one pass. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}
