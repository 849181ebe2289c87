import { decodeCharset, isSureCharset } from './charset.ts';
import type { Issues } from './issue.ts';
import { parameter } from './media-type.ts';
import type { Source } from './source.ts';
import { decodeTransfer } from './transfer.ts';
import type { MimePart } from './tree.ts';

/** They change nothing. RFC 2045 §6.2. */
const PLAIN: readonly string[] = ['7bit', '8bit', 'binary'];

/** True if the octets of a part are not the octets of its content. */
export function isEncoded(part: MimePart): boolean {
  return !PLAIN.includes(part.transferEncoding);
}

/** The octets of a part behind its transfer encoding, with sound line ends. */
export function partOctets(part: MimePart, source: Source, issues: Issues): Uint8Array {
  const octets = source.sound.subarray(part.range.bodyStart, part.range.end);
  if (!isEncoded(part)) return octets;
  const content = decodeTransfer(octets, part.transferEncoding);
  if (!content.sound)
    issues.add('bad-transfer-encoding', part.range.start, JSON.stringify(part.transferEncoding.slice(0, 40)));
  return content.octets;
}

/** `=` that begins neither an octet nor a soft line break; octets beyond ASCII. RFC 2045 §6.7. */
const BAD_QUOTED = /=(?![\dA-Fa-f]{2}|[ \t\r]*(?:\n|$))/;
const BEYOND_ASCII = /[^\0-\x7F]|=[89A-Fa-f][\dA-Fa-f]/;

/** True if a look tells that {@link partText} would find no issue in a part; false if only decoding can tell. */
export function isPlainlySound(part: MimePart, source: Source): boolean {
  const text = source.text.slice(part.range.bodyStart, part.range.end);
  const quoted = part.transferEncoding === 'quoted-printable';
  if (!isEncoded(part)) {
    if (source.ascii && !isShifted(text)) return true;
  } else if (!quoted || BAD_QUOTED.test(text)) return false;
  return isSureCharset(parameter(part.parameters, 'charset') ?? '') ?? !BEYOND_ASCII.test(text);
}

/** The text of a part behind its transfer encoding and charset; lines end in LF. */
export function partText(part: MimePart, source: Source, issues: Issues): string {
  const raw = source.text.slice(part.range.bodyStart, part.range.end);
  const text = isEncoded(part) || !source.ascii || isShifted(raw) ? decodedText(part, source, issues) : raw;
  return text.includes('\r') ? text.replace(/\r+\n|\r/g, '\n') : text;
}

/** QUIRK: ASCII octets may be ISO-2022 or such: only those charsets see anything but ASCII in them. */
function isShifted(text: string): boolean {
  return text.includes('\x1B') || text.includes('~{');
}

function decodedText(part: MimePart, source: Source, issues: Issues): string {
  const { text, sound } = decodeCharset(partOctets(part, source, issues), parameter(part.parameters, 'charset') ?? '');
  if (!sound) issues.add('bad-charset', part.range.start);
  return text;
}
