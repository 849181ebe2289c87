import { decodeCharset } from './charset.ts';
import type { Issues } from './issue.ts';
import { parameter } from './media-type.ts';
import type { Source } from './source.ts';
import { decodeTransfer } from './transfer.ts';
import type { MimePart } from './tree.ts';

/** True if the octets of a part are not the octets of its content. */
export function isEncoded(part: MimePart): boolean {
  return part.transferEncoding !== '7bit' && part.transferEncoding !== '8bit' && part.transferEncoding !== 'binary';
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

/** The text of a part behind its transfer encoding and charset; lines end in LF. */
export function partText(part: MimePart, source: Source, issues: Issues): string {
  const text = isEncoded(part) || !source.ascii ? decodedText(part, source, issues) : asciiText(part, source, issues);
  if (!text.includes('\r')) return text;
  const lines = text.replace(/\r\n/g, '\n');
  return lines.includes('\r') ? text.replace(/\r+\n|\r/g, '\n') : lines;
}

/** QUIRK: ASCII octets may be ISO-2022 or such: only those charsets see anything but ASCII in them. */
function asciiText(part: MimePart, source: Source, issues: Issues): string {
  const text = source.text.slice(part.range.bodyStart, part.range.end);
  return text.includes('\x1B') || text.includes('~{') ? decodedText(part, source, issues) : text;
}

function decodedText(part: MimePart, source: Source, issues: Issues): string {
  const { text, sound } = decodeCharset(partOctets(part, source, issues), parameter(part.parameters, 'charset') ?? '');
  if (!sound) issues.add('bad-charset', part.range.start);
  return text;
}
