import { isBlank } from './header.ts';
import { concat } from './join.ts';
import type { Source } from './source.ts';
import { decodeBase64, decodeQuotedPrintable } from './transfer.ts';

/** A quoted-printable line that does not end is decoded in pieces of this size. */
const LONGEST_LINE = 8192;

/** Undoes a transfer encoding piece by piece, holding back what only the next octets can tell. */
export class ContentDecoder {
  readonly #encoding: string;
  #held: Uint8Array = new Uint8Array();

  constructor(encoding: string) {
    this.#encoding = encoding;
  }

  /** Decode the first `end` octets. */
  push({ octets, sound }: Source, end: number): Uint8Array {
    if (this.#encoding === 'base64') return this.#base64(octets.subarray(0, end));
    return this.#encoding === 'quoted-printable'
      ? this.#quotedPrintable(sound.subarray(0, end))
      : octets.subarray(0, end);
  }

  /** What is still held, decoded. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array();
    return this.#encoding === 'base64' ? decodeBase64(held).octets : decodeQuotedPrintable(held).octets;
  }

  /** Four digits make three octets: a rest of one to three digits waits. Padding begins anew. */
  #base64(octets: Uint8Array): Uint8Array {
    const digits = concat([this.#held, octets]).filter(isDigit);
    const cut = digits.length - ((digits.length - (digits.lastIndexOf(61) + 1)) % 4);
    this.#held = digits.slice(cut);
    return decodeBase64(digits.subarray(0, cut)).octets;
  }

  /** Only the line end tells whether blanks count, and an `=` may wait for its digits. */
  #quotedPrintable(octets: Uint8Array): Uint8Array {
    const all = concat([this.#held, octets]);
    const lastBreak = all.lastIndexOf(10) + 1;
    const cut = lastBreak === 0 && all.length > LONGEST_LINE ? cutInLine(all) : lastBreak;
    this.#held = all.slice(cut);
    return decodeQuotedPrintable(all.subarray(0, cut)).octets;
  }
}

/** Where a line can be cut: before blanks, which may be its last, and before an `=` that lacks its digits. */
function cutInLine(line: Uint8Array): number {
  let cut = line.length;
  while (isBlank(line[cut - 1] ?? 0)) cut--;
  if (line[cut - 1] === 61) cut--;
  else if (line[cut - 2] === 61) cut -= 2;
  // Blanks without end are not waited for.
  return line.length - cut > LONGEST_LINE ? line.length : cut;
}

/** base64 digit or padding. */
function isDigit(c: number): boolean {
  return (c >= 47 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 43 || c === 61;
}
