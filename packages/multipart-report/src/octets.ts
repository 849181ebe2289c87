const LF = 10;
const CR = 13;

/** A message whose lines all end in LF, or CR LF, at the same offsets as in the original. */
export interface Lines {
  readonly octets: Uint8Array;
  /** Offset of the first CR that stood alone and counts as a line end; -1 if there was none. */
  readonly bareCr: number;
  readonly eightBit: boolean;
}

/**
 * Give a message one kind of line end to search for, without moving an octet.
 *
 * A CR that no LF follows becomes LF in a copy of the same length, so that every offset stays true for the original;
 * the CRs of CR CR LF are left as they are and count as part of one line end. Messages without a lone CR, nearly all,
 * are not copied.
 */
export function soundLines(octets: Uint8Array): Lines {
  let bareCr = -1;
  let bits = 0;
  const end = octets.length;
  for (let i = 0; i < end; i++) {
    const c = octets[i] as number;
    bits |= c;
    if (c === CR && octets[i + 1] !== LF && !beforeLf(octets, i)) {
      bareCr = i;
      break;
    }
  }
  if (bareCr < 0) return { octets, bareCr, eightBit: bits > 127 };
  return { octets: withoutBareCr(octets, bareCr), bareCr, eightBit: true };
}

/** QUIRK: CR CR LF is one line end. Files that went twice through a text-mode conversion hold it. */
function beforeLf(octets: Uint8Array, at: number): boolean {
  return octets[at + 1] === CR && octets[at + 2] === LF;
}

function withoutBareCr(octets: Uint8Array, from: number): Uint8Array {
  const copy = octets.slice();
  for (let i = copy.indexOf(CR, from); i >= 0; i = copy.indexOf(CR, i + 1)) {
    if (copy[i + 1] !== LF && !beforeLf(copy, i)) copy[i] = LF;
  }
  return copy;
}

/** Offset of the LF that ends the line at `from`, or `end` if none does. */
export function lineEnd(octets: Uint8Array, from: number, end: number): number {
  const at = octets.indexOf(LF, from);
  return at < 0 || at > end ? end : at;
}

/** End of the content that a line break at `at` closes: the break belongs to what follows. RFC 2046 §5.1.1. */
export function beforeBreak(octets: Uint8Array, at: number, floor: number): number {
  let end = at;
  if (end > floor && octets[end - 1] === LF) end--;
  if (end < at && end > floor && octets[end - 1] === CR) end--;
  return end;
}

/** A counter of lines that only moves forward, so that any number of ascending questions costs one pass. */
export function lineCounter(octets: Uint8Array): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    if (offset < at) {
      line = 1;
      at = 0;
    }
    for (let lf = octets.indexOf(LF, at); lf >= 0 && lf < offset; lf = octets.indexOf(LF, at)) {
      line++;
      at = lf + 1;
    }
    return line;
  };
}

/** Join pieces into one array. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
