/** The lines of a message by their number. */
export interface Lines {
  /** The line of a number from 1, without its end; '' where there is none. */
  text(line: number): string;
  /** Whether a line begins so, in any letter case of ASCII. */
  startsWith(line: number, text: string): boolean;
  /** The first line before `limit` that begins so; undefined if none does. */
  find(text: string, limit: number): number | undefined;
}

/** Finds the lines once, when the first one is asked for. Of each its place is kept: their texts would take many times the memory. */
export function linesOf(octets: Uint8Array): Lines {
  let found: Uint32Array | undefined;
  const startOf = (line: number): number | undefined => (found ??= startsOf(octets))[line - 1];
  const startsWith = (line: number, text: string): boolean => {
    const start = startOf(line);
    return start !== undefined && beginsWith(octets, start, encoder.encode(text.toLowerCase()));
  };
  return {
    text: (line) => {
      const start = startOf(line);
      return start === undefined ? '' : decoder.decode(octets.subarray(start, endOfLine(octets, start)));
    },
    startsWith,
    find: (text, limit) => {
      const before = Math.min(limit, (found ??= startsOf(octets)).length + 1);
      for (let line = 1; line < before; line++) if (startsWith(line, text)) return line;
      return undefined;
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const [LF, CR] = [10, 13];

function startsOf(octets: Uint8Array): Uint32Array {
  let starts = new Uint32Array(1024);
  let lines = 0;
  const first = beginsWith(octets, 0, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (let start = first, end = first; end <= octets.length;) {
    if (lines === starts.length) {
      const more = new Uint32Array(lines * 2);
      more.set(starts);
      starts = more;
    }
    starts[lines++] = start;
    end = endOfLine(octets, start);
    start = end + (octets[end] === CR && octets[end + 1] === LF ? 2 : 1);
    if (end === octets.length) break;
  }
  return starts.subarray(0, lines);
}

/** CR LF, LF or CR ends a line; a CR before CR LF does not. */
function endOfLine(octets: Uint8Array, from: number): number {
  for (let at = from; at < octets.length; at++) {
    if (octets[at] === LF) return at;
    if (octets[at] === CR && !(octets[at + 1] === CR && octets[at + 2] === LF)) return at;
  }
  return octets.length;
}

function beginsWith(octets: Uint8Array, from: number, start: ArrayLike<number>): boolean {
  for (let i = 0; i < start.length; i++) if (lowerCase(octets[from + i]) !== start[i]) return false;
  return true;
}

function lowerCase(octet: number | undefined): number | undefined {
  return octet !== undefined && octet >= 65 && octet <= 90 ? octet + 32 : octet;
}
