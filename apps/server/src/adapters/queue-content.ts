import type { Content } from '../model.ts';

/**
 * Makes a {@link Content} of octets that are held in memory. The octets are not copied.
 *
 * @example
 * octetsContent(new TextEncoder().encode('Subject: hi\r\n\r\nhi\r\n')).sizeOctets; // 19
 */
export function octetsContent(octets: Uint8Array): Content {
  return {
    sizeOctets: octets.length,
    octets,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port wants an async iterable
    async *read() {
      yield octets;
    },
  };
}

/** Joins pieces into octets of their own: what the pieces are views of can go, or be used again. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const octets = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    octets.set(piece, offset);
    offset += piece.length;
  }
  return octets;
}
