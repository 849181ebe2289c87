import type { Content } from '../model.ts';

/** What the octets of a message need of the channel. */
export interface ContentFacts {
  /** Some octet has its high bit set (RFC 6152 §2). */
  readonly eightBit: boolean;
  /** One of those stands in the header (RFC 6532 §3). */
  readonly eightBitHeader: boolean;
}

/**
 * Looks for octets beyond ASCII. Content in memory is looked at without waiting; the rest is read piece by piece, up to
 * the first such octet.
 */
export function scanContent(content: Content): ContentFacts | Promise<ContentFacts> {
  const scanner = new Scanner();
  if (content.octets === undefined) return scanPieces(content, scanner);
  scanner.add(content.octets);
  return scanner;
}

async function scanPieces(content: Content, scanner: Scanner): Promise<ContentFacts> {
  for await (const piece of content.readInPlace?.() ?? content.read()) {
    scanner.add(piece);
    if (scanner.eightBit) break;
  }
  return scanner;
}

class Scanner implements ContentFacts {
  eightBit = false;
  eightBitHeader = false;
  /** How much of CR LF CR LF the octets before end with; a message may begin with its empty line. */
  #matched = 2;

  add(octets: Uint8Array): void {
    if (this.eightBit) return;
    const end = firstBeyondAscii(octets);
    for (let at = 0; at < end && this.#matched < 4; at++) {
      const octet = octets[at];
      if (octet === (this.#matched % 2 === 0 ? 13 : 10)) this.#matched++;
      else this.#matched = octet === 13 ? 1 : 0;
    }
    if (end === octets.length) return;
    this.eightBit = true;
    this.eightBitHeader = this.#matched < 4;
  }
}

/** The index of the first octet from 128 on; the length if there is none. Looks at four octets at a time. */
function firstBeyondAscii(octets: Uint8Array): number {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  let at = 0;
  while (at + 4 <= octets.length && (view.getUint32(at) & 0x80808080) === 0) at += 4;
  while (at < octets.length && view.getUint8(at) < 0x80) at++;
  return at;
}
