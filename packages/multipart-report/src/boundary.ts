import { ReportError } from './error.ts';

/**
 * Derive a boundary from a seed that occurs in none of the contents.
 *
 *     boundary := 0*69<bchars> bcharsnospace
 *
 * The same seed and contents give the same boundary. It begins with `=_`, which neither quoted-printable nor base64 can
 * hold. One pass over the contents, however many near misses they hold. RFC 2046 §5.1, §5.1.1.
 *
 * @example
 * deriveBoundary('4Xy7@mx.example.net', [message]); // '=_4Xy7_mx.example.net_0.'
 */
export function deriveBoundary(seed: string, contents: readonly (Uint8Array | string)[]): string {
  const base = `=_${seed.replace(/[^0-9A-Za-z.-]/g, '_').slice(0, 50)}_`;
  const taken: number[] = [];
  for (const content of contents) {
    for (let at = find(content, base, 0); at >= 0; at = find(content, base, at + base.length)) {
      taken.push(numberAt(content, at + base.length));
    }
  }
  // Of n + 1 numbers, n occurrences leave one free.
  const used = new Uint8Array(taken.length + 1);
  for (const number of taken) used[number] = 1;
  return `${base}${used.indexOf(0)}.`;
}

/** The decimal number that ends in a full stop at `from`; -1 if there is none that could matter. */
function numberAt(content: Uint8Array | string, from: number): number {
  let number = 0;
  for (let at = from; at < from + 10; at++) {
    const c = typeof content === 'string' ? content.charCodeAt(at) : (content[at] ?? 0);
    if (c === 46 && at > from) return number;
    if (!(c >= 48 && c <= 57)) return -1;
    number = number * 10 + c - 48;
  }
  return -1;
}

/**
 * Check that a boundary is one, and that no content holds it.
 *
 * @throws {ReportError} `bad-boundary` unless it is 1 to 70 bchars that don't end in a space (RFC 2046 §5.1.1);
 * `boundary-collision` if two hyphens and it occur in a content (RFC 2046 §5.1).
 *
 * @example assertBoundary('=_r1', ['a line', '--=_r2']) // returns: neither content holds '--=_r1'
 */
export function assertBoundary(boundary: string, contents: readonly (Uint8Array | string)[]): void {
  const bad = boundary.search(/[^0-9A-Za-z'()+_,./:=? -]|(?<=^.{70}).| $|^$/);
  if (bad >= 0) throw new ReportError('bad-boundary', bad);
  for (const content of contents) {
    const at = find(content, `--${boundary}`, 0);
    if (at >= 0) throw new ReportError('boundary-collision', at);
  }
}

/**
 * A boundary for a multipart inside another, of which neither is a prefix of the other. RFC 2046 §5.1.
 *
 * @param contents what the inner multipart holds
 */
export function innerBoundary(outer: string, contents: readonly string[]): string {
  return (outer.startsWith('i') ? 'j' : 'i') + deriveBoundary(outer, contents);
}

/** Offset of an ASCII text in octets or in text. */
function find(content: Uint8Array | string, text: string, from: number): number {
  if (typeof content === 'string') return content.indexOf(text, from);
  const first = text.charCodeAt(0);
  for (let at = content.indexOf(first, from); at >= 0; at = content.indexOf(first, at + 1)) {
    let i = 1;
    while (i < text.length && content[at + i] === text.charCodeAt(i)) i++;
    if (i === text.length) return at;
  }
  return -1;
}
