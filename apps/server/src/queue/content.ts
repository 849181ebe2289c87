import type { Content } from '../model.ts';

/** Content that is in memory already. */
export function contentOf(pieces: readonly Uint8Array[]): Content {
  const octets = inOne(pieces);
  return {
    sizeOctets: octets.length,
    octets,
    // eslint-disable-next-line @typescript-eslint/require-await -- the contract is asynchronous, the content is here
    async *read() {
      yield octets;
    },
  };
}

/** Pieces as one run of octets: the piece itself, if there is only one. */
export function inOne(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : join(pieces);
}

/** Joins pieces into one run of octets: always a new one. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Reads content whole. The caller knows that it is small enough. */
export async function readWhole(content: Content): Promise<Uint8Array> {
  if (content.octets !== undefined) return content.octets;
  const pieces: Uint8Array[] = [];
  for await (const piece of content.read()) pieces.push(piece);
  return join(pieces);
}

/** Reads at least the header, at most `maxOctets`: what a report with headers only needs of a large message. */
export async function readStart(content: Content, maxOctets: number): Promise<Uint8Array> {
  if (content.octets !== undefined) return content.octets.subarray(0, maxOctets);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content.read()) {
    pieces.push(piece);
    size += piece.length;
    if (size >= maxOctets) break;
  }
  return join(pieces).subarray(0, maxOctets);
}
